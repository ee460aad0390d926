package allocate

import (
	"slices"

	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	stageHeight = 360                           // up to here sharpness goes before everything, beyond only smooth layers count
	smooth      = 27                            // frames per second that pass for 30
	dearest     = packet.Bitrate(1_000_000_000) // a layer is taken to cost no more, whatever a publisher says
	tallest     = 720                           // what a top layer of unknown height is taken to be
)

// step is one rung of a slot's ladder.
type step struct {
	layer  packet.Layer
	rate   packet.Bitrate
	height int
	live   bool
}

var nothing = step{layer: packet.None}

// ladder is what a slot may get.
type ladder struct {
	steps   rungs
	full    rungs // and of layers that were asked for in vain
	wished  int8  // spatial layer of the wish, without data saver
	allowed int8  // the same with it
	top     int8  // highest spatial layer there is
}

// build makes the ladder of one slot, of which chosen is the present rung. flows has a bit for each spatial layer that can be
// counted on, refused for those that were asked for in vain.
func (l *ladder) build(s *Slot, maxHeight int, chosen packet.Layer, flows, refused uint8) {
	*l = ladder{steps: l.steps[:0], full: l.full[:0], wished: -1, allowed: -1, top: -1}
	var heights [maxSpatial]int
	for _, o := range s.Layers {
		if valid(o.Layer.Spatial) {
			l.top = max(l.top, o.Layer.Spatial)
			heights[o.Layer.Spatial] = max(heights[o.Layer.Spatial], o.Height)
		}
	}
	if l.top < 0 {
		return
	}
	known := heights[:l.top+1]
	complete(known)
	l.wished = layer.ForHeight(s.Height, known)
	l.allowed = l.wished
	// Of what data saver forbids, the lowest layer is left.
	for maxHeight > 0 && l.allowed > 0 && known[l.allowed] > maxHeight {
		l.allowed--
	}
	// A publisher may not send the lowest layers at all: the lowest that flows is better than none.
	for flows != 0 && flows&(1<<(l.allowed+1)-1) == 0 {
		l.allowed++
	}
	l.climb(s, known, chosen, flows, refused)
}

func (l *ladder) climb(s *Slot, heights []int, chosen packet.Layer, flows, refused uint8) {
	lowest := int8(-1)
	for i, o := range s.Layers {
		spatial := o.Layer.Spatial
		if !valid(spatial) || spatial > l.allowed {
			continue
		}
		n := step{layer: o.Layer, rate: o.Rate, height: heights[spatial], live: flows&(1<<spatial) != 0}
		if n.live && !o.Live {
			continue // a temporal layer that does not come
		}
		if lowest < 0 {
			lowest = spatial
		}
		last := !slices.ContainsFunc(s.Layers[i+1:], func(p Layer) bool {
			return p.Layer.Spatial == spatial && (p.Live || !n.live)
		})
		if last {
			n.layer.Temporal = All
		}
		if n.rate <= 0 {
			n.rate = guess(n.height)
		}
		n.rate = min(n.rate, dearest)
		if !s.Screen && spatial > lowest && n.height > stageHeight && !last && o.FPS < smooth {
			continue // the layer below is better than one that stutters
		}
		l.full.push(n, chosen)
		if n.live || refused&(1<<spatial) == 0 {
			l.steps.push(n, chosen)
		}
	}
}

func valid(spatial int8) bool { return spatial >= 0 && spatial < maxSpatial }

// rungs ascend in quality and in rate.
type rungs []step

// skip is how much less, in percent, a better layer has to cost for the present one to be skipped:
// two that cost the same are not changed to and fro.
const skip = 10

// push adds a rung and takes away those that cost as much or more for less.
func (r *rungs) push(n step, chosen packet.Layer) {
	for len(*r) > 0 {
		below := (*r)[len(*r)-1]
		if below.rate < n.rate || below.layer == chosen && n.rate*100 > below.rate*(100-skip) {
			break
		}
		if below.live && !n.live {
			n.rate = below.rate + 1 // what does not flow displaces nothing that does
			break
		}
		*r = (*r)[:len(*r)-1]
	}
	*r = append(*r, n)
}

// reached is the highest rung that is not above a layer, -1 none.
func (r rungs) reached(l packet.Layer) int {
	rung := -1
	for i, step := range r {
		if !above(step.layer, l) {
			rung = i
		}
	}
	return rung
}

// afford is the highest rung that costs no more than rate, -1 none. It may be above a layer of
// that rate, which then is no rung.
func (r rungs) afford(rate packet.Bitrate) int {
	rung := -1
	for i, step := range r {
		if step.rate <= rate {
			rung = i
		}
	}
	return rung
}

// above reports whether a is a higher layer than b.
func above(a, b packet.Layer) bool {
	return a.Spatial > b.Spatial || a.Spatial == b.Spatial && a.Temporal > b.Temporal
}

// complete fills in unknown heights from the nearest known ones.
func complete(heights []int) {
	known := -1
	for i, h := range heights {
		if h > 0 {
			known = i
			break
		}
	}
	if known < 0 {
		known = len(heights) - 1
		heights[known] = tallest
	}
	for i := known - 1; i >= 0; i-- {
		heights[i] = heights[i+1] / 2
	}
	for i := known + 1; i < len(heights); i++ {
		if heights[i] == 0 {
			heights[i] = heights[i-1] * 2
		}
	}
}

// guess is what a camera of that height usually costs.
func guess(height int) packet.Bitrate {
	switch {
	case height <= 180:
		return 150_000
	case height <= 270:
		return 300_000
	case height <= 360:
		return 500_000
	case height <= 540:
		return 1_000_000
	case height <= 720:
		return 1_700_000
	case height <= 1080:
		return 3_000_000
	}
	return 5_000_000
}
