package forward_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Whatever clock and rate a voice has, the next one in its slot is heard soon.
func TestAVoiceThatRunsAheadHoldsTheNextUpForASecondAtMost(t *testing.T) {
	for _, test := range []struct {
		step  packet.Timestamp // of the clock, per packet
		every time.Duration
	}{
		{960, 20 * time.Millisecond},
		{1920, 20 * time.Millisecond},
		{48_000, 20 * time.Millisecond},
		{9 * 48_000, 20 * time.Millisecond},
		{960, 250 * time.Microsecond}, // a flood
	} {
		t.Run(fmt.Sprint(test.step, " every ", test.every), func(t *testing.T) {
			f := forward.NewAudio(forward.Start{Sequence: 1, Timestamp: 1})
			now := time.Unix(1000, 0)
			says := func(publication uint32, n int, every time.Duration, step packet.Timestamp, until func(forward.Reason) bool) bool {
				f.Show(now, forward.Source{Publication: publication, Clock: 48000, Codec: codec.Opus, Layers: 1}, packet.Layer{})
				for i := range n {
					now = now.Add(every)
					_, reason := f.Forward(now, publication, &packet.Packet{
						Arrival: now, Seq: packet.Seq(1<<16 + i), Timestamp: 1<<32 + packet.Timestamp(i)*step, Payload: []byte{1, 2, 3},
						Descriptor: codec.Descriptor{Start: true, Key: true},
					})
					if until(reason) {
						return true
					}
				}
				return false
			}
			says(1, int(2*time.Second/test.every), test.every, test.step, func(forward.Reason) bool { return false })
			began := now
			heard := says(2, 500, 20*time.Millisecond, 960, func(r forward.Reason) bool { return r == forward.Forwarded })
			if waited := now.Sub(began); !heard || waited > 1100*time.Millisecond {
				t.Errorf("the next voice is heard: %v, after %v", heard, waited)
			}
		})
	}
}
