package forward_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/calibration"
)

const (
	benchRounds    = 40
	benchDecisions = 5_000 // in a round: a millisecond, so that most rounds are not interrupted
	pictureParts   = 9     // packets of a picture of 2.5 Mbit/s
)

// trial is some slots that take turns: at one packet each, or at all packets of a picture as in a pass of the shard.
type trial struct {
	name    string
	parts   int
	slots   []*forward.Forwarder
	next    func() *packet.Packet
	packets []packet.Packet
	says    []dependency.Descriptor // of the latest packets: slots hold on to them
	count   int                     // of packets so far
	newest  packet.Seq
}

func newTrial(feed fed, slots, parts int) *trial {
	t := &trial{name: fmt.Sprintf("%s/slots=%d/parts=%d", feed.name, slots, parts), parts: parts}
	t.slots, t.next = feed.slots(slots)
	t.packets = make([]packet.Packet, max(benchDecisions/slots/parts, 12)*parts) // 12: four pictures of three layers
	t.says = make([]dependency.Descriptor, 2*len(t.packets)+pictureParts*512)
	return t
}

// once is the time that one decision takes.
func (t *trial) once(b *testing.B) float64 {
	b.Helper()
	t.film()
	forwarded := 0
	began := time.Now()
	for at := 0; at < len(t.packets); at += t.parts {
		for n, slot := range t.slots {
			if n+1 < len(t.slots) {
				t.slots[n+1].Prefetch() // as the shard does
			}
			for i := range t.packets[at : at+t.parts] {
				p := &t.packets[at+i]
				if _, reason := slot.Forward(p.Arrival, 1, p); reason == forward.Forwarded {
					forwarded++
				}
			}
		}
	}
	took := time.Since(began)
	if forwarded == 0 {
		b.Fatalf("%s: nothing was forwarded", t.name)
	}
	return float64(took.Nanoseconds()) / float64(len(t.packets)*len(t.slots))
}

// film makes the packets of the next round.
func (t *trial) film() {
	for at := 0; at < len(t.packets); at += t.parts {
		first := t.next()
		for i := range t.parts {
			p := &t.packets[at+i]
			*p = *first
			if t.count == 0 {
				t.newest = first.Seq - 1
			}
			t.newest++
			p.Seq, p.Descriptor.Start, p.Marker = t.newest, i == 0, first.Marker && i == t.parts-1
			if first.Dependency != nil {
				says := &t.says[t.count%len(t.says)]
				*says = *first.Dependency
				says.First, says.Last = i == 0, i == t.parts-1
				p.Dependency = says
			}
			t.count++
		}
	}
}

// BenchmarkForward reports the time per packet and slot, least and median of many short runs in turns.
func BenchmarkForward(b *testing.B) {
	var trials []*trial
	var once []func() float64
	for _, feed := range feeds {
		for _, slots := range fanOuts {
			for _, parts := range []int{1, pictureParts} {
				t := newTrial(feed, slots, parts)
				trials = append(trials, t)
				once = append(once, func() float64 { return t.once(b) })
			}
		}
	}
	spreads, seal := calibration.Interleaved(benchRounds, once...)
	for i, t := range trials {
		b.Run(t.name, func(b *testing.B) {
			for b.Loop() {
			}
			b.ReportMetric(0, "ns/op")
			spreads[i].Report(b, "ns/decision")
			b.ReportMetric(seal.Median(), "ns/seal")
		})
	}
}
