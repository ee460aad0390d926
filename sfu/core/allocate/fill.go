package allocate

import (
	"cmp"
	"slices"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	stage     = 200 // priority from which a slot is on stage
	heaviest  = 4   // steps per round that a slot may take for one of the lightest
	unlimited = packet.Bitrate(1) << 60
)

// entry is one slot in the making of a plan.
type entry struct {
	slot      *Slot
	screen    Slot // with what its layers cost on average, if it is one
	state     *state
	ladder    ladder
	maxHeight int
	shown     bool // takes part at all
	rank      int
	weight    int
	fresh     bool
	blocked   bool
	// Of the present fill:
	steps    rungs
	held     int  // rung of the latest plan, -1 none
	stage    int  // rung to which it is lifted first, -1 none
	level    int  // rung reached, -1 none
	settling bool // held back by the hysteresis alone
	// asked is what it would get if the publisher sent all that is asked for.
	asked step
}

func (e *entry) enter(now time.Time, in Input, slot *Slot, s *state) {
	*e = entry{slot: slot, screen: e.screen, state: s, ladder: e.ladder, maxHeight: slot.MaxHeight}
	if slot.Screen {
		layers := s.steady.take(now, slot.Layers, e.screen.Layers[:0])
		e.screen = *slot
		e.screen.Layers, e.slot = layers, &e.screen
		slot = e.slot
	}
	if in.MaxHeight > 0 && (e.maxHeight == 0 || in.MaxHeight < e.maxHeight) {
		e.maxHeight = in.MaxHeight
	}
	var flows uint8
	for _, o := range slot.Layers {
		if o.Live && valid(o.Layer.Spatial) {
			flows |= 1 << o.Layer.Spatial
		}
	}
	steady, refused := s.see(now, flows)
	e.ladder.build(slot, e.maxHeight, s.chosen, steady, refused)
	e.shown = slot.Height > 0 && !in.AudioOnly && e.ladder.top >= 0
	e.rank = slot.Priority
	if slot.Screen {
		e.rank = max(e.rank, 255)
	}
	e.blocked = now.Before(s.blocked)
	e.fresh = s.fresh
}

// climb readies a slot for a fill with these rungs.
func (e *entry) climb(steps rungs) {
	e.steps, e.level, e.settling = steps, -1, false
	if e.held = steps.reached(e.state.chosen); e.held < 0 || steps[e.held].layer != e.state.chosen {
		// It was skipped, for a layer that is better and cheaper.
		e.held = max(e.held, steps.afford(e.slot.rate(e.state.chosen)))
	}
	if e.fresh && len(steps) > 0 {
		e.held = 0 // its lowest layer needs no headroom
	}
	e.stage = e.lift()
}

// lift is the rung that a slot on stage gets before others get their second: a camera its
// smooth 360p, a screen the sharpness that is wished.
func (e *entry) lift() int {
	if e.rank < stage {
		return -1
	}
	rung := -1
	for i, step := range e.steps {
		switch {
		case e.slot.Screen:
			if rung < 0 || step.layer.Spatial > e.steps[rung].layer.Spatial {
				rung = i
			}
		case step.height <= stageHeight:
			rung = i
		}
	}
	return rung
}

// sortOrder puts the first to be served first: the selected and screens, then by priority.
func sortOrder(order []*entry) {
	slices.SortStableFunc(order, func(a, b *entry) int {
		if c := cmp.Compare(b.rank, a.rank); c != 0 {
			return c
		}
		if c := cmp.Compare(b.slot.Priority, a.slot.Priority); c != 0 {
			return c
		}
		switch {
		case a.slot.Single == b.slot.Single:
			return 0
		case a.slot.Single:
			return -1
		}
		return 1
	})
	lightest := 255
	for _, e := range order {
		lightest = min(lightest, max(e.rank, 1))
	}
	for _, e := range order {
		e.weight = min(max(e.rank, 1)/lightest, heaviest)
	}
}

// fill gives out the rate, step by step.
type fill struct {
	now       time.Time
	hold, up  packet.Bitrate // what may be used for what was there before, and for more
	dark      packet.Bitrate // the same for the first picture of all, while nothing is shown
	ceiling   packet.Bitrate // the same for more, from failures
	used      packet.Bitrate
	screens   bool           // a screen has its lowest rung
	cameras   packet.Bitrate // that the lowest rungs of the others take
	before    packet.Bitrate // by the latest plan, at present rates
	congested bool           // which does not fit any more
}

func (f *fill) run(order []*entry) {
	f.used, f.before, f.screens, f.cameras = 0, 0, false, 0
	for _, e := range order {
		if !e.fresh {
			f.before += e.rate(e.held)
		}
	}
	f.congested = f.before > f.hold
	for _, e := range order {
		f.first(e)
	}
	for _, e := range order {
		for e.level < e.stage && f.raise(e, 0) {
		}
	}
	for f.round(order) {
	}
}

// first gives a slot its lowest layer. A screen may cost a little more than there is. Beside one, cameras may have half of
// what there is, and go on with two thirds, whatever it costs: they have their turns, and a page only takes longer.
func (f *fill) first(e *entry) {
	if e.slot.Screen {
		f.screens = f.raise(e, screenOver) || f.screens
		return
	}
	var over packet.Bitrate
	if f.screens && len(e.steps) > 0 {
		limit := f.hold * 2 / 3
		switch {
		case e.fresh:
			limit = f.hold / 2
		case e.held < 0:
			limit = min(f.up, f.ceiling) / 2
		}
		if f.cameras+e.steps[0].rate <= limit {
			over = unlimited
		}
	}
	if f.raise(e, over) {
		f.cameras += e.rate(0)
	}
}

// round lets each slot take one step, the heavier ones up to four. It returns whether any did.
func (f *fill) round(order []*entry) bool {
	took := false
	for turn := heaviest; turn > 0; turn-- {
		for _, e := range order {
			if e.weight >= turn && e.level >= 0 && f.raise(e, 0) {
				took = true
			}
		}
	}
	return took
}

// raise lets a slot take its next step if there is room.
func (f *fill) raise(e *entry, over packet.Bitrate) bool {
	next := e.level + 1
	if next >= len(e.steps) {
		return false
	}
	used := f.used + e.rate(next) - e.rate(e.level)
	switch {
	case next <= e.held:
		if used > f.hold+over {
			return false
		}
	case next == 0 && f.before == 0 && used <= min(f.dark, f.ceiling)+over:
		// Whether a link carries it for two seconds is not waited for in the dark.
	case e.blocked && next > 0 || used > min(f.up, f.ceiling)+over:
		e.settling = used*(100+headroom)/100 <= f.hold+over
		return false
	}
	f.used, e.level, e.settling = used, next, false
	return true
}

// rate is what a rung costs, nothing for -1.
func (e *entry) rate(rung int) packet.Bitrate {
	if rung < 0 {
		return 0
	}
	return e.steps[rung].rate
}
