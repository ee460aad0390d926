package egress

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// receiversVariable makes this test binary the clients of so many viewers, in a process of its own.
const receiversVariable = "PLENUM_BENCH_RECEIVERS"

func TestMain(m *testing.M) {
	if text := os.Getenv(receiversVariable); text != "" {
		n, err := strconv.Atoi(text)
		if err == nil {
			err = receiveAll(n)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// tallied is what all clients have got.
type tallied struct {
	packets, gaps, unread atomic.Uint64
	news                  chan struct{}
}

// receiveAll prints where it listens, and then what came, until its standard input ends.
func receiveAll(n int) error {
	t := &tallied{news: make(chan struct{}, 1)}
	for i := range n {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return err
		}
		_ = conn.SetReadBuffer(4 << 20)
		cipher, err := srtp.CreateContext(keyOf(i), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm)
		if err != nil {
			return err
		}
		fmt.Println(conn.LocalAddr())
		go t.receive(conn, cipher, uint32(2*i+1)) //nolint:gosec // a number
	}
	go func() {
		for range t.news {
			fmt.Println(t.packets.Load(), t.gaps.Load(), t.unread.Load())
		}
	}()
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// receive is one client: pion decrypts, and the numbers of the media have to go on one by one.
func (t *tallied) receive(conn *net.UDPConn, cipher *srtp.Context, media uint32) {
	buffer, plain := make([]byte, 2000), make([]byte, 2000)
	var header rtp.Header
	var newest uint16
	started := false
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		if _, err := cipher.DecryptRTP(plain[:0], buffer[:n], &header); err != nil {
			t.unread.Add(1)
		} else if header.SSRC == media {
			if started && header.SequenceNumber != newest+1 {
				t.gaps.Add(1)
			}
			newest, started = header.SequenceNumber, true
		}
		t.packets.Add(1)
		select {
		case t.news <- struct{}{}:
		default:
		}
	}
}

// receiving is the process of the clients, as the benchmark sees it.
type receiving struct {
	b                     *testing.B
	at                    []netip.AddrPort
	packets, gaps, unread atomic.Uint64
	news                  chan struct{}
}

// receiversLag is how many packets may be on their way to the clients: their sockets have to hold them.
const receiversLag = 4000

func receivers(b *testing.B, n int) *receiving {
	b.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), receiversVariable+"="+strconv.Itoa(n))
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		if err := command.Wait(); err != nil {
			b.Errorf("clients: %v", err)
		}
	})
	r := &receiving{b: b, news: make(chan struct{}, 1)}
	said := bufio.NewScanner(out)
	for len(r.at) < n && said.Scan() {
		r.at = append(r.at, netip.MustParseAddrPort(said.Text()))
	}
	go r.listen(said)
	return r
}

func (r *receiving) listen(said *bufio.Scanner) {
	for said.Scan() {
		fields := strings.Fields(said.Text())
		for i, to := range []*atomic.Uint64{&r.packets, &r.gaps, &r.unread} {
			n, _ := strconv.ParseUint(fields[i], 10, 64)
			to.Store(n)
		}
		select {
		case r.news <- struct{}{}:
		default:
		}
	}
}

// wait returns when the clients have nearly all that was sent.
func (r *receiving) wait(sent uint64) {
	for r.packets.Load()+receiversLag < sent {
		select {
		case <-r.news:
		case <-time.After(10 * time.Second):
			r.b.Fatalf("%d packets of %d have come", r.packets.Load(), sent)
		}
	}
}

// check fails the benchmark unless all that was sent has come and was decrypted, without a gap.
func (r *receiving) check(sent uint64) {
	for r.packets.Load() < sent {
		select {
		case <-r.news:
		case <-time.After(10 * time.Second):
			r.b.Fatalf("%d packets of %d have come", r.packets.Load(), sent)
		}
	}
	if gaps, unread := r.gaps.Load(), r.unread.Load(); gaps > 0 || unread > 0 {
		r.b.Errorf("of %d packets %d were not decrypted, and %d gaps were seen", sent, unread, gaps)
	}
}
