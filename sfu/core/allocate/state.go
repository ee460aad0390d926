package allocate

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	active = 8 * time.Second  // a layer shown for longer that the link dropped …
	pause  = 10 * time.Second // … keeps its slot from going up for so long
	grace  = 5 * time.Second  // for a publisher to send a layer that was asked for
)

// state is what is remembered of a slot.
type state struct {
	publication uint32
	chosen      packet.Layer // by the latest plan
	since       time.Time    // of that
	blocked     time.Time    // no up-step before
	flowed      uint8        // layers that were live, a bit each
	asked       [maxSpatial]time.Time
	shaky       uint8 // layers that stopped while they were chosen, until they have flowed for a while
	back        [maxSpatial]time.Time
	entered     bool // by the present plan
}

// see takes what flows. It returns the layers that can be counted on, and those that were
// asked for in vain.
func (s *state) see(now time.Time, flows uint8) (steady, refused uint8) {
	for i := range int8(maxSpatial) {
		bit := uint8(1) << i
		switch {
		case flows&bit == 0:
			if s.flowed&bit != 0 && i == s.chosen.Spatial {
				s.shaky |= bit
			}
			s.back[i] = time.Time{}
			if !s.asked[i].IsZero() && now.Sub(s.asked[i]) >= grace {
				refused |= bit
			}
		case s.shaky&bit != 0:
			if s.back[i].IsZero() {
				s.back[i] = now
			}
			if now.Sub(s.back[i]) >= stable {
				s.shaky &^= bit
			}
		}
	}
	s.flowed = flows
	if steady = flows &^ s.shaky; steady == 0 {
		steady = flows // nothing better is there
	}
	return steady, refused
}

// ask notes that layer i, which does not flow, is counted on, or not any more.
func (s *state) ask(now time.Time, i int8, wanted bool) {
	switch {
	case !wanted:
		s.asked[i] = time.Time{}
	case s.asked[i].IsZero():
		s.asked[i] = now
	}
}

// enter readies the slots of a plan, and their order.
func (a *Allocator) enter(now time.Time, in Input) {
	for _, s := range a.slots {
		s.entered = false
	}
	if cap(a.entries) < len(in.Slots) {
		a.entries = append(a.entries[:cap(a.entries)], make([]entry, len(in.Slots)-cap(a.entries))...)
	}
	a.entries, a.order = a.entries[:len(in.Slots)], a.order[:0]
	for i := range in.Slots {
		slot := &in.Slots[i]
		s := a.slots[slot.ID]
		if s == nil || s.publication != slot.Publication {
			s = &state{publication: slot.Publication, chosen: fresh, since: now}
			a.slots[slot.ID] = s
		}
		s.entered = true
		a.entries[i].enter(now, in, slot, s)
		if a.entries[i].shown {
			a.order = append(a.order, &a.entries[i])
		}
	}
	for id, s := range a.slots {
		if !s.entered {
			delete(a.slots, id)
		}
	}
	sortOrder(a.order)
}

// wake says when a plan may come out otherwise though nothing else changes.
func (a *Allocator) wake(now time.Time) time.Time {
	at := now.Add(replan)
	sooner := func(t time.Time) {
		if t.After(now) && t.Before(at) {
			at = t
		}
	}
	for _, e := range a.order {
		if e.settling {
			sooner(a.window.leaves(now))
			sooner(e.state.blocked)
		}
		for i := range maxSpatial {
			if e.state.shaky&(1<<i) != 0 && !e.state.back[i].IsZero() {
				sooner(e.state.back[i].Add(stable))
			}
			if !e.state.asked[i].IsZero() {
				sooner(e.state.asked[i].Add(grace))
			}
		}
	}
	return at
}
