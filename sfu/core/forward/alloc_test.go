package forward_test

import (
	"fmt"
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

var fanOuts = []int{1, 50, 500}

// slots returns so many video slots that show publication 1, and what feeds them.
func slots(n int) ([]*forward.Forwarder, func() *packet.Packet) {
	s := &stream{publication: 1}
	now := begin
	key := s.at(now, true)
	all := make([]*forward.Forwarder, n)
	for i := range all {
		all[i] = forward.NewVideo(forward.Start{Sequence: uint16(i), Timestamp: uint32(i)})
		all[i].Show(now, forward.Source{Publication: 1, Clock: 90000, Codec: codec.VP8, Layers: 3}, whole(0))
		all[i].Forward(now, 1, key)
	}
	p := s.at(now, false)
	return all, func() *packet.Packet {
		p.Seq++
		p.Timestamp += 2970
		p.Arrival = p.Arrival.Add(33 * ms)
		return p
	}
}

func TestForwardDoesNotAllocate(t *testing.T) {
	for _, n := range fanOuts {
		all, next := slots(n)
		if allocs := testing.AllocsPerRun(200, func() {
			p := next()
			for _, f := range all {
				out, reason := f.Forward(p.Arrival, 1, p)
				if reason != forward.Forwarded {
					t.Fatal(reason)
				}
				f.Resend(p.Arrival, out.Sequence)
				f.Forward(p.Arrival, 2, p)
				f.KeyFrameWanted(p.Arrival)
				f.Wants(1)
				f.Deadline()
			}
		}); allocs != 0 {
			t.Errorf("%d slots: %v allocations per packet", n, allocs)
		}
	}
}

// BenchmarkForward reports the time per packet and slot.
func BenchmarkForward(b *testing.B) {
	for _, n := range fanOuts {
		b.Run(fmt.Sprintf("slots=%d", n), func(b *testing.B) {
			all, next := slots(n)
			b.ReportAllocs()
			i := 0
			p := next()
			for b.Loop() {
				if i == n {
					i, p = 0, next()
				}
				all[i].Forward(p.Arrival, 1, p)
				i++
			}
		})
	}
}
