package egress

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"
	"golang.org/x/sys/unix"
)

// injector is all viewers' clients: it sends their control packets, encrypted, from addresses of theirs. It has a thread
// of its own, whose processor time is not the server's.
type injector struct {
	jobs    chan []job
	clients []client
	to      unix.SockaddrInet4
	used    atomic.Int64 // processor time of the thread, after each round of jobs
	done    sync.WaitGroup
}

// job is what one viewer says: which transport-wide numbers have come, and perhaps which packet has not.
type job struct {
	viewer int
	upTo   uint16 // not included
	nacks  bool
	nack   uint16
}

type client struct {
	fd       int
	cipher   *srtp.Context
	ssrc     uint32
	reported uint16 // next number to report
	total    int    // that were
	count    uint8
	plain    []byte
	sealed   []byte
}

func newInjector(r *rig) *injector {
	in := &injector{jobs: make(chan []job, 4)}
	to := r.control.Address()
	in.to = unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	for i, v := range r.viewers {
		at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, byte(i >> 8), byte(i)}), 0)
		c := client{cipher: context(r.b, i), ssrc: uint32(v.slot.line.SSRC)}
		var err error
		if c.fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err == nil {
			err = unix.Bind(c.fd, &unix.SockaddrInet4{Addr: at.Addr().As4()})
		}
		if err != nil {
			r.b.Fatal(err)
		}
		bound, err := unix.Getsockname(c.fd)
		if err != nil {
			r.b.Fatal(err)
		}
		r.control.Divert(fromSockaddr(bound), v.take)
		in.clients = append(in.clients, c)
	}
	in.done.Go(func() { in.run(r) })
	return in
}

func (in *injector) close() {
	close(in.jobs)
	in.done.Wait()
	for i := range in.clients {
		_ = unix.Close(in.clients[i].fd)
	}
}

func (in *injector) run(r *rig) {
	runtime.LockOSThread()
	for jobs := range in.jobs {
		for _, j := range jobs {
			c := &in.clients[j.viewer]
			for c.reported != j.upTo {
				in.send(r, c, c.feedback(min(j.upTo-c.reported, feedbackMost)))
			}
			if j.nacks {
				in.send(r, c, c.nack(j.nack))
			}
		}
		in.used.Store(int64(processorTime(syscall.RUSAGE_THREAD)))
	}
}

// feedbackMost is how many packets one feedback of ours speaks of: they share one reference time.
const feedbackMost = 200

func (in *injector) send(r *rig, c *client, plain []byte) {
	sealed, err := c.cipher.EncryptRTCP(c.sealed[:0], plain, nil)
	if err == nil {
		c.sealed = sealed
		err = unix.Sendto(c.fd, sealed, 0, &in.to)
	}
	if err != nil {
		r.b.Error(err)
	}
}

// feedback says that the next n packets have come, one each quarter of a millisecond.
func (c *client) feedback(n uint16) []byte {
	b := c.begin(rtcp.FormatTCC)
	b = binary.BigEndian.AppendUint16(b, c.reported)
	b = binary.BigEndian.AppendUint16(b, n)
	// The reference is in 64 ms, and a number of pictureTime's.
	b = binary.BigEndian.AppendUint32(b, uint32(c.total/pictureParts*int(pictureTime/time.Millisecond)/64)<<8|uint32(c.count))
	b = binary.BigEndian.AppendUint16(b, rtcp.TypeTCCPacketReceivedSmallDelta<<13|n)
	for range n {
		b = append(b, 1)
	}
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	c.reported += n
	c.total += int(n)
	c.count++
	return c.finish(b)
}

func (c *client) nack(number uint16) []byte {
	b := c.begin(rtcp.FormatTLN)
	b = binary.BigEndian.AppendUint16(b, number)
	return c.finish(binary.BigEndian.AppendUint16(b, 0))
}

func (c *client) begin(format byte) []byte {
	c.plain = append(c.plain[:0], 0x80|format, byte(rtcp.TypeTransportSpecificFeedback), 0, 0)
	c.plain = binary.BigEndian.AppendUint32(c.plain, 1)
	return binary.BigEndian.AppendUint32(c.plain, c.ssrc)
}

func (c *client) finish(b []byte) []byte {
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1)) //nolint:gosec // a packet
	c.plain = b
	return b
}
