package allocate

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	active = 8 * time.Second  // a layer chosen for longer that the link dropped …
	pause  = 10 * time.Second // … keeps its slot from going up for so long
	grace  = 5 * time.Second  // for a publisher to send a layer that was asked for
)

// state is what is remembered of a slot.
type state struct {
	publication uint32
	fresh       bool         // nothing was decided yet
	chosen      packet.Layer // by the latest plan
	since       time.Time    // of that
	rose        bool         // it was an up-step
	blocked     time.Time    // no up-step before
	flowed      uint8        // layers that were live, a bit each
	asked       [maxSpatial]time.Time
	shaky       uint8 // layers that stopped while they were chosen, until they have flowed for a while
	back        [maxSpatial]time.Time
	steady      steady // of a screen
	entered     bool   // by the present plan
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
				s.shaky &^= bit // it did not falter, it was taken away
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
	// Who does not send one layer sends none above it; who sends nothing sends nothing.
	for i := 1; i < maxSpatial; i++ {
		refused |= refused << 1 &^ flows
	}
	if flows == 0 && refused != 0 {
		refused = 1<<maxSpatial - 1
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

// choose notes what a plan decided. dropped says that it is less because the link cannot carry
// what it was.
func (s *state) choose(now time.Time, chosen packet.Layer, dropped bool) {
	if dropped && now.Sub(s.since) > active {
		s.blocked = now.Add(pause)
	}
	if s.fresh || chosen != s.chosen {
		s.rose = !s.fresh && above(chosen, s.chosen)
		s.chosen, s.since, s.fresh = chosen, now, false
	}
}

// forget lets a slot begin anew, as nothing was to be decided.
func (s *state) forget(now time.Time) {
	if !s.fresh {
		s.fresh, s.chosen, s.since, s.rose = true, packet.None, now, false
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
			s = &state{publication: slot.Publication, fresh: true, chosen: packet.None, since: now}
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
			sooner(a.ceiling.until)
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
