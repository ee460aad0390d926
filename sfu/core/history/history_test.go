package history

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const base = packet.Seq(1 << 16)

func at(seq packet.Seq, key bool) *packet.Packet {
	return &packet.Packet{Seq: seq, Payload: []byte{1}, Descriptor: codec.Descriptor{Key: key}}
}

func TestRingKeepsTheLatest(t *testing.T) {
	r := NewRing(5) // becomes 8
	if _, ok := r.Newest(); ok {
		t.Error("an empty ring has a newest packet")
	}
	for n := range packet.Seq(20) {
		if n != 15 {
			r.Put(at(base+n, n == 4 || n == 14))
		}
	}
	for n := range packet.Seq(22) {
		// Nothing came in the place of 7, so it is still there.
		if got, want := r.Get(base+n) != nil, n >= 12 && n < 20 && n != 15 || n == 7; got != want {
			t.Errorf("packet %d there: %v, want %v", n, got, want)
		}
	}
	if seq, ok := r.Newest(); !ok || seq != base+19 {
		t.Errorf("newest %d, %v", seq, ok)
	}
	if seq, ok := r.LatestKey(); !ok || seq != base+14 {
		t.Errorf("latest key frame %d, %v", seq, ok)
	}
	r.Put(at(base+15, false)) // late
	r.Put(at(base+3, true))   // too late
	if r.Get(base+15) == nil || r.Get(base+3) != nil || r.Get(base+19) == nil {
		t.Error("a late packet is kept if it is younger than the ring, else ignored")
	}
	var seen []packet.Seq
	r.Since(base+2, func(p *packet.Packet) bool {
		seen = append(seen, p.Seq-base)
		return p.Seq != base+17
	})
	if len(seen) != 6 || seen[0] != 12 || seen[5] != 17 {
		t.Errorf("since: %v", seen)
	}
	for n := packet.Seq(20); n < 30; n++ {
		r.Put(at(base+n, false))
	}
	if seq, ok := r.LatestKey(); ok {
		t.Errorf("the key frame at %d is gone", seq)
	}
	r.Reset()
	if _, ok := r.Newest(); ok || r.Get(base+29) != nil {
		t.Error("reset leaves packets behind")
	}
}

func TestARingExpiresWhatIsOld(t *testing.T) {
	r := NewRing(256)
	now := time.Unix(1000, 0)
	kept := func() (n int) {
		r.Since(0, func(*packet.Packet) bool { n++; return true })
		return n
	}
	r.Expire(now) // of nothing
	for n := range packet.Seq(200) {
		now = now.Add(10 * time.Millisecond)
		if n%7 != 3 { // lost
			p := at(base+n, n == 0)
			p.Arrival = now
			r.Put(p)
		}
		r.Expire(now.Add(-500 * time.Millisecond))
	}
	if got := kept(); got < 42 || got > 46 {
		t.Errorf("%d packets of the last half second are kept", got)
	}
	if r.Get(base+198) == nil || r.Get(base+140) != nil {
		t.Error("the wrong ones are kept")
	}
	if _, ok := r.LatestKey(); ok {
		t.Error("the key frame is gone, and said to be there")
	}
	// Nothing for a while: what was last is kept, and the rest goes a few at a time.
	now = now.Add(time.Minute)
	for range 10 {
		r.Expire(now)
	}
	if got := kept(); got != 1 {
		t.Errorf("%d packets are kept", got)
	}
	// The stream goes on elsewhere.
	p := at(base+1<<16, true)
	p.Arrival = now
	r.Put(p)
	r.Expire(now.Add(-time.Second))
	if r.Get(base+1<<16) == nil {
		t.Error("the newest is gone")
	}
}

// sized is a packet of so many bytes, with all that it takes.
func sized(seq packet.Seq, arrival time.Time, bytes int) *packet.Packet {
	return &packet.Packet{Seq: seq, Arrival: arrival, Payload: make([]byte, bytes-overhead)}
}

func TestRingsAreBoundedByBytesTogether(t *testing.T) {
	small, large := NewRing(256), NewRing(256)
	rings := []*Ring{small, large}
	now := time.Unix(1000, 0)
	for n := range packet.Seq(200) {
		now = now.Add(10 * time.Millisecond)
		if n%5 != 2 { // lost
			small.Put(sized(base+n, now, 500))
		}
		large.Put(sized(base+2*n, now, 1500))
		large.Put(sized(base+2*n+1, now, 1500))
		Bound(rings, 30_000)
		if held := small.Bytes() + large.Bytes(); held > 30_000 {
			t.Fatalf("packet %d: %d bytes are held", n, held)
		}
	}
	// The oldest go first, whatever their ring: the last 9 of 3.4 kB a turn are there.
	for n := range packet.Seq(200) {
		want := n >= 192
		if got := large.Get(base+2*n+1) != nil; got != want && n != 191 {
			t.Errorf("turn %d of the large ring: %v", n, got)
		}
		if got := small.Get(base+n) != nil; got != (want && n%5 != 2) && n != 191 {
			t.Errorf("turn %d of the small ring: %v", n, got)
		}
	}
	Bound(rings, 0)
	Bound(rings, 0)
	if small.Get(base+199) == nil || large.Get(base+399) == nil || small.Bytes() != 500 || large.Bytes() != 1500 {
		t.Errorf("the newest stay, and nothing else: %d and %d bytes", small.Bytes(), large.Bytes())
	}
}

func TestARingKnowsWhatItHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	r := NewRing(64)
	now := time.Unix(1000, 0)
	seq := base
	for n := range 20_000 {
		now = now.Add(time.Millisecond)
		switch rng.IntN(100) {
		case 0:
			seq += 5000 // begins anew elsewhere
		case 1:
			r.Expire(now.Add(-time.Duration(rng.IntN(100)) * time.Millisecond))
		case 2:
			Bound([]*Ring{r}, int64(rng.IntN(50_000)))
		case 3:
			r.Put(sized(seq-packet.Seq(rng.IntN(200)), now, 500+rng.IntN(1000)))
		case 4:
			if rng.IntN(20) == 0 {
				r.Reset()
			}
		}
		seq += packet.Seq(1 + rng.IntN(3))
		r.Put(sized(seq, now, 500+rng.IntN(1000)))
		var held int64
		for i := range r.slots {
			held += weight(r.slots[i].Load())
		}
		if held != r.Bytes() {
			t.Fatalf("step %d: %d bytes are held, and %d counted", n, held, r.Bytes())
		}
	}
}

func TestAJumpLeavesNothingBehind(t *testing.T) {
	r := NewRing(256)
	now := time.Unix(1000, 0)
	for n := range packet.Seq(256) {
		r.Put(sized(base+n, now, 1000))
	}
	for n := range packet.Seq(20) {
		r.Put(sized(base+1<<16+n, now, 1000))
	}
	if r.Bytes() != 20*1000 {
		t.Errorf("%d bytes are held", r.Bytes())
	}
}

func TestARingIsSweptWhileItIsWritten(t *testing.T) {
	r := NewRing(64)
	now := time.Unix(1000, 0)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					r.Expire(now.Add(time.Second))
				}
			}
		})
	}
	for n := range packet.Seq(20_000) {
		r.Put(sized(base+n, now, 1000))
	}
	close(stop)
	wg.Wait()
	var held int64
	for i := range r.slots {
		held += weight(r.slots[i].Load())
	}
	if held != r.Bytes() {
		t.Errorf("%d bytes are held, and %d counted", held, r.Bytes())
	}
	if r.Get(base+19_999) == nil {
		t.Error("the newest is gone")
	}
}

// TestRingIsSharedWithoutTearing has readers look while the writer laps them: they see the
// packet they asked for, or none. It is meant for the race detector.
func TestRingIsSharedWithoutTearing(t *testing.T) {
	r := NewRing(16)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				newest, ok := r.Newest()
				if newest == base+5000 {
					return
				}
				if !ok {
					continue
				}
				seq := newest - packet.Seq(rand.IntN(20))
				if p := r.Get(seq); p != nil && p.Seq != seq {
					t.Errorf("asked for %d, got %d", seq, p.Seq)
					return
				}
			}
		})
	}
	for n := range packet.Seq(5001) {
		r.Put(at(base+n, n%50 == 0))
	}
	wg.Wait()
}

func TestIndexForgetsTheCycleBefore(t *testing.T) {
	x := NewIndex(512)
	x.Claim(65000).Seq = 1
	if s, ok := x.Get(65000); !ok || s.Seq != 1 {
		t.Fatalf("got %+v, %v", s, ok)
	}
	// One cycle on, number 65000 is a hole, and nothing came that lies in its place.
	for out := uint32(65001); out < 65000+1<<16+100; out++ {
		if (out-65000)%512 != 0 {
			x.Claim(uint16(out)).Seq = packet.Seq(out)
		}
	}
	if s, ok := x.Get(65000); ok {
		t.Errorf("a number of the cycle before came back: %+v", s)
	}
	if s, ok := x.Get(65001); !ok || s.Seq != 65001+1<<16 {
		t.Errorf("got %+v, %v", s, ok)
	}
}

func TestIndexFindsWhatWasSent(t *testing.T) {
	x := NewIndex(100) // becomes 128
	if _, ok := x.Get(0); ok {
		t.Error("an empty index knows 0")
	}
	for out := uint32(65400); out < 65700; out++ {
		x.Claim(uint16(out)).Seq = packet.Seq(out)
	}
	for out := uint32(65500); out < 65700; out++ {
		s, ok := x.Get(uint16(out))
		if want := out >= 65700-128; ok != want || ok && s.Seq != packet.Seq(out) {
			t.Errorf("%d: %+v, %v", out, s, ok)
		}
	}
}

func TestSentOf(t *testing.T) {
	s := Sent{Seq: 7, Feed: 2, Stream: 1}
	for _, test := range []struct {
		name string
		p    *packet.Packet
		want bool
	}{
		{"the packet", &packet.Packet{Seq: 7, Feed: 2, Stream: 1}, true},
		{"another number", &packet.Packet{Seq: 8, Feed: 2, Stream: 1}, false},
		{"another feed", &packet.Packet{Seq: 7, Feed: 3, Stream: 1}, false},
		{"another layer", &packet.Packet{Seq: 7, Feed: 2}, false},
		{"gone", nil, false},
	} {
		if got := s.Of(test.p); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
