package receive

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	maxEarly    = 50 // packets: a large key frame
	earlyAtMost = time.Second
	earlyBehind = 1000 // numbers behind the stream's first that are believed
)

// Early keeps the retransmissions of a stream of which nothing else came yet: what repeats the beginning of a key frame may
// overtake the rest, or be all that comes of it. The zero value is ready.
type Early struct {
	kept []early // a ring
	next int
}

type early struct {
	at  time.Time
	raw packet.Raw
}

// Keep copies a retransmission, by its original number. Of more than 50 the latest stay.
func (e *Early) Keep(now time.Time, raw *packet.Raw) {
	kept := early{at: now, raw: *raw}
	kept.raw.Payload = bytes.Clone(raw.Payload)
	kept.raw.Dependency = bytes.Clone(raw.Dependency)
	kept.raw.Allocation = bytes.Clone(raw.Allocation)
	if len(e.kept) < maxEarly {
		e.kept = append(e.kept, kept)
		return
	}
	e.kept[e.next] = kept
	e.next = (e.next + 1) % maxEarly
}

// Take returns what belongs right before and behind the stream's first packet, each in order, and forgets all. What has been
// kept for more than a second is of no use.
func (e *Early) Take(now time.Time, first uint16) (before, behind []packet.Raw) {
	step := func(raw packet.Raw) int16 { return int16(raw.SequenceNumber - first) }
	slices.SortStableFunc(e.kept, func(a, b early) int { return cmp.Compare(step(a.raw), step(b.raw)) })
	for _, k := range e.kept {
		switch s := step(k.raw); {
		case now.Sub(k.at) > earlyAtMost:
		case s < 0 && s >= -maxEarly:
			before = append(before, k.raw)
		case s > 0 && s <= earlyBehind:
			behind = append(behind, k.raw)
		}
	}
	*e = Early{}
	return before, behind
}
