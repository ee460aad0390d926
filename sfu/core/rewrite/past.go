package rewrite

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	// pastFrom is how long ago a packet of the past came: what is more recent only waited on the way.
	pastFrom = 50 * time.Millisecond
	// pastRate is so many pictures of the past in a second of the slot's clock: a receiver keeps them apart, and no more.
	pastRate = 4000
	// apartRate is the same of two sources: a millisecond is between what was shown and what is shown next.
	apartRate = 1000
	// pastMost is of how many pictures the timestamps are kept.
	pastMost = 256
)

// past are the pictures that a slot begins with and that came before it did. They go out at once, and so are their
// timestamps: else a receiver would find that time runs a hundred times as fast, and reckon with that for half a minute.
type past struct {
	going    bool // what comes is of the past still
	last     int64
	pictures []squeezed // by source timestamp
}

// squeezed is a picture of the past.
type squeezed struct {
	in  packet.Timestamp
	out int64
}

func (p *past) end() { p.going, p.pictures = false, p.pictures[:0] }

// OfThePast reports whether a packet that came at a moment is of the past now.
func OfThePast(now, at time.Duration) bool { return now-at > pastFrom }

// BeginPast starts another source with a packet of the past. Stamp squeezes it and what follows in behind what was sent, until
// what comes is of the present: then it is as if the source had been the slot's ever since that packet came.
func (t *Timeline) BeginPast(now, at time.Duration, in packet.Timestamp) {
	first := t.Expected(now)
	last, started := t.Last()
	if started {
		first = max(first, last+int64(t.clock)/apartRate)
	} else {
		t.started, t.zeroAt = true, now
	}
	out := first - t.ticks(now-at)
	if !started {
		t.last, t.lastIn, t.lastAt = out, in, at
	}
	t.offset = out - int64(in)
	t.past.end()
	t.past.going, t.past.last = true, first-int64(t.clock)/pastRate
}

// Stamp returns the timestamp of a packet of the present source that came at a moment and goes out now; newest says that no
// later one was given its own before.
func (t *Timeline) Stamp(now, at time.Duration, in packet.Timestamp, newest bool) int64 {
	if !t.past.going && len(t.past.pictures) == 0 {
		return t.Map(at, in, newest)
	}
	return t.squeeze(now, at, in, newest)
}

func (t *Timeline) squeeze(now, at time.Duration, in packet.Timestamp, newest bool) int64 {
	p := &t.past
	place, known := slices.BinarySearchFunc(p.pictures, in, func(s squeezed, in packet.Timestamp) int { return int(s.in - in) })
	switch {
	case known:
		return p.pictures[place].out
	case place < len(p.pictures) && place > 0:
		// A picture of which nothing has gone out yet, among others that have.
		out := p.pictures[place-1].out + 1
		p.pictures = slices.Insert(p.pictures, place, squeezed{in, out})
		return out
	}
	out := t.Map(at, in, newest)
	late := OfThePast(now, at)
	if !newest || !p.going || !late && out > p.last {
		p.going = p.going && !newest
		return out
	}
	out = max(out, p.last+int64(t.clock)/pastRate)
	if late {
		out = max(out, t.Expected(now))
	}
	if len(p.pictures) == pastMost {
		p.pictures = slices.Delete(p.pictures, 0, pastMost/2)
	}
	p.pictures, p.last = append(p.pictures, squeezed{in, out}), out
	return out
}
