package allocate_test

import (
	"cmp"
	"slices"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// reference is the slow, obvious allocator: it looks at every plan there is, and takes the best
// of those that fit. It knows no past. It takes every layer as live.
type reference struct {
	hold, up packet.Bitrate
	slots    []candidate // in the order in which they are served
}

// candidate is one slot with all that it may get, worst first.
type candidate struct {
	allocate.Slot
	index   int // in the input
	options []allocate.Layer
	stage   int // option to which it is lifted first, -1 none
	weight  int
}

func newReference(in allocate.Input) *reference {
	video := max(in.Rate-in.Audio, 0) * 95 / 100
	r := &reference{hold: video, up: video * 100 / 110}
	for i, s := range in.Slots {
		if s.Height > 0 && len(s.Layers) > 0 {
			r.slots = append(r.slots, newCandidate(i, s))
		}
	}
	slices.SortStableFunc(r.slots, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.Priority, a.Priority), cmp.Compare(ordinal(b.Single), ordinal(a.Single)))
	})
	lightest := 255
	for _, c := range r.slots {
		lightest = min(lightest, max(c.rank(), 1))
	}
	for i := range r.slots {
		r.slots[i].weight = min(max(r.slots[i].rank(), 1)/lightest, 4)
	}
	return r
}

func ordinal(b bool) int {
	if b {
		return 1
	}
	return 0
}

func newCandidate(index int, s allocate.Slot) candidate {
	c := candidate{Slot: s, index: index, stage: -1}
	var heights []int
	for _, l := range s.Layers {
		if int(l.Layer.Spatial) == len(heights) {
			heights = append(heights, l.Height)
		}
	}
	wished := layer.ForHeight(s.Height, heights)
	top := func(l allocate.Layer) bool {
		return !slices.ContainsFunc(s.Layers, func(o allocate.Layer) bool {
			return o.Layer.Spatial == l.Layer.Spatial && o.Layer.Temporal > l.Layer.Temporal
		})
	}
	var all []allocate.Layer
	for _, l := range s.Layers {
		stutters := !s.Screen && l.Layer.Spatial > 0 && l.Height > 360 && l.FPS < 27 && !top(l)
		if l.Layer.Spatial <= wished && !stutters {
			all = append(all, l)
		}
	}
	for i, l := range all {
		if !slices.ContainsFunc(all[i+1:], func(better allocate.Layer) bool { return better.Rate <= l.Rate }) {
			if top(l) {
				l.Layer.Temporal = allocate.All
			}
			c.options = append(c.options, l)
		}
	}
	for i, o := range c.options {
		sharper := c.stage < 0 || o.Layer.Spatial > c.options[c.stage].Layer.Spatial
		if c.rank() >= 200 && (s.Screen && sharper || !s.Screen && o.Height <= 360) {
			c.stage = i
		}
	}
	return c
}

func (c *candidate) rank() int {
	if c.Screen {
		return 255
	}
	return c.Priority
}

// fits reports whether the link carries a plan: the level of each slot, -1 none.
func (r *reference) fits(levels []int) bool {
	var lowest, cameras, total packet.Bitrate
	more, screens := false, false
	for i, level := range levels {
		if level < 0 {
			continue
		}
		c := &r.slots[i]
		lowest += c.options[0].Rate
		limit := r.hold
		if c.Screen {
			limit += 500_000
			screens = true
		} else {
			cameras += c.options[0].Rate
		}
		if lowest > limit && !(screens && !c.Screen && cameras <= r.hold/2) {
			return false
		}
		total += c.options[level].Rate
		more = more || level > 0
	}
	return !more || total <= r.up
}

// compare says which plan is better, 1 for a.
func (r *reference) compare(a, b []int) int {
	// Everybody's lowest, in order.
	for i := range r.slots {
		if c := cmp.Compare(min(a[i], 0), min(b[i], 0)); c != 0 {
			return c
		}
	}
	// What is on stage, in order.
	for i, s := range r.slots {
		if c := cmp.Compare(min(a[i], s.stage), min(b[i], s.stage)); c != 0 {
			return c
		}
	}
	// Step by step, as the turns come.
	type turn struct{ round, turn, slot, level int }
	var turns []turn
	for i, s := range r.slots {
		for level := max(s.stage, 0) + 1; level < len(s.options); level++ {
			nth := level - max(s.stage, 0) - 1
			turns = append(turns, turn{nth / s.weight, nth%s.weight - s.weight, i, level})
		}
	}
	slices.SortFunc(turns, func(x, y turn) int {
		return cmp.Or(cmp.Compare(x.round, y.round), cmp.Compare(x.turn, y.turn), cmp.Compare(x.slot, y.slot))
	})
	for _, t := range turns {
		if c := cmp.Compare(ordinal(a[t.slot] >= t.level), ordinal(b[t.slot] >= t.level)); c != 0 {
			return c
		}
	}
	return 0
}

// best looks at every plan.
func (r *reference) best() []int {
	var best []int
	levels := make([]int, len(r.slots))
	var try func(i int)
	try = func(i int) {
		if i < len(r.slots) {
			for level := -1; level < len(r.slots[i].options); level++ {
				levels[i] = level
				try(i + 1)
			}
			return
		}
		if r.fits(levels) && (best == nil || r.compare(levels, best) > 0) {
			best = slices.Clone(levels)
		}
	}
	try(0)
	return best
}

// levels reads the plan of an allocator; -2 is a target that no slot may have.
func (r *reference) levels(plan allocate.Plan) []int {
	levels := make([]int, len(r.slots))
	for i, c := range r.slots {
		d := plan.Slots[c.index]
		levels[i] = slices.IndexFunc(c.options, func(o allocate.Layer) bool { return o.Layer == d.Target })
		if levels[i] < 0 && d.Target != packet.None {
			levels[i] = -2
		}
	}
	return levels
}
