package egress

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"
)

// kinds are the beginnings of what comes to one port (RFC 7983, RFC 5761 §4).
var kinds = []struct {
	name          string
	first, second byte
	control       bool
}{
	{"STUN request", 0x00, 0x01, false},
	{"STUN response", 0x01, 0x01, false},
	{"ZRTP", 16, 200, false},
	{"DTLS change cipher spec", 20, 254, false},
	{"DTLS handshake", 22, 254, false},
	{"DTLS data", 23, 200, false},
	{"TURN channel", 0x40, 200, false},
	{"RTP", 0x80, 96, false},
	{"RTP with a marker", 0x80, 0x80 | 96, false},
	{"RTP with an extension", 0x90, 111, false},
	{"RTP of payload type 63 with a marker", 0x80, 191, false},
	{"RTP of payload type 96 with a marker", 0x80, 224, false},
	{"full intra request of RFC 2032", 0x80, 192, true},
	{"sender report", 0x80, 200, true},
	{"receiver report", 0x81, 201, true},
	{"padded report", 0xa1, 201, true},
	{"transport feedback", 0x8f, 205, true},
	{"payload feedback", 0x81, 206, true},
	{"the last type of RTCP", 0x80, 223, true},
	{"version 3", 0xc0, 201, false},
}

func TestWhichDatagramsATakerGets(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	mine, other := netip.MustParseAddrPort("192.0.2.1:4000"), netip.MustParseAddrPort("192.0.2.1:4001")
	var took []byte
	end := s.Divert(mine, func(_ time.Time, datagram []byte) bool {
		took = append(took, datagram[1])
		return datagram[2] == 0
	})
	for _, kind := range kinds {
		datagram := []byte{kind.first, kind.second, 0, 1, 0, 0, 0, 0}
		took = nil
		if s.divert(time.Now(), datagram, mine) != kind.control || (len(took) == 1) != kind.control {
			t.Errorf("%s: taken as %v, want %v", kind.name, took, kind.control)
		}
		if s.divert(time.Now(), datagram, other) || s.divert(time.Now(), datagram[:7], mine) {
			t.Errorf("%s of another address, or a piece of it, was taken", kind.name)
		}
		refused := []byte{kind.first, kind.second, 1, 1, 0, 0, 0, 0}
		if s.divert(time.Now(), refused, mine) {
			t.Errorf("%s was taken though its taker did not want it", kind.name)
		}
	}
	controls := 0
	for _, kind := range kinds {
		if kind.control {
			controls++
		}
	}
	if n := s.Snapshot().Diverted; n != uint64(controls) { //nolint:gosec // a handful
		t.Errorf("%d counted, want %d", n, controls)
	}
	end()
	if s.divert(time.Now(), []byte{0x80, 201, 0, 1, 0, 0, 0, 0}, mine) {
		t.Error("it was taken after the end")
	}
	if n := s.Snapshot().Takers; n != 0 {
		t.Errorf("%d addresses are left behind", n)
	}
}

// Behind a NAT an address may belong to another client before the server has noticed: whoever had it before does not
// take it away.
func TestTheLatestTakerOfAnAddressKeepsIt(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	at := netip.MustParseAddrPort("192.0.2.1:4000")
	var took string
	taker := func(name string) Taker {
		return func(time.Time, []byte) bool {
			took += name
			return true
		}
	}
	report := []byte{0x80, 201, 0, 1, 0, 0, 0, 0}
	endOld := s.Divert(at, taker("old"))
	endNew := s.Divert(at, taker("new"))
	endOld()
	if !s.divert(time.Now(), report, at) || took != "new" {
		t.Errorf("taken by %q", took)
	}
	endOld()
	endNew()
	endNew()
	if s.divert(time.Now(), report, at) {
		t.Error("it was taken after the end")
	}
}

// The reader hands out what no taker takes, in order, while takers come and go.
func TestTakersComeAndGoWhileTheReaderReads(t *testing.T) {
	reader, sender := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	const rounds, window = 40, 20
	var changing sync.WaitGroup
	stop := make(chan struct{})
	for i := range uint16(3) {
		changing.Go(func() {
			for n := uint16(0); ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				end := reader.Divert(netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), 1000*i+n%100), func(time.Time, []byte) bool {
					t.Error("a taker got what comes from somewhere else")
					return true
				})
				end()
			}
		})
	}
	var took []byte // of the reader, which is this goroutine
	taker := func(_ time.Time, datagram []byte) bool {
		took = append(took, datagram[4])
		return true
	}
	send := func(first, second, number byte) {
		if _, err := sender.WriteToAddrPort([]byte{first, second, 0, 1, number, 0, 0, 0}, reader.Address()); err != nil {
			t.Fatal(err)
		}
	}
	buffer := make([]byte, 100)
	var came, want, controls []byte
	for round := range byte(rounds) {
		end := reader.Divert(sender.Address(), taker)
		for i := range byte(window) {
			number := round ^ i
			if i%3 == 0 {
				send(0x80, 205, number)
				controls = append(controls, number)
				continue
			}
			send(0x80, 96, number)
			want = append(want, number)
		}
		send(0x80, 96, 0) // the last that is read
		want = append(want, 0)
		for len(came) < len(want) {
			if _, _, err := reader.ReadFromAddrPort(buffer); err != nil {
				t.Fatal(err)
			}
			came = append(came, buffer[4])
		}
		end()
	}
	close(stop)
	changing.Wait()
	if !slices.Equal(came, want) || !slices.Equal(took, controls) {
		t.Errorf("%d of %d came, %d of %d were taken", len(came), len(want), len(took), len(controls))
	}
	if n := reader.Snapshot().Diverted; n != uint64(len(controls)) {
		t.Errorf("%d counted of %d", n, len(controls))
	}
}
