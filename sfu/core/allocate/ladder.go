package allocate

import (
	"slices"

	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	stageHeight = 360 // up to here sharpness goes before everything, beyond only smooth layers count
	smooth      = 27  // frames per second that pass for 30
	tallest     = 720 // what a top layer of unknown height is taken to be
)

// step is one rung of a slot's ladder.
type step struct {
	layer  packet.Layer
	rate   packet.Bitrate
	height int
	live   bool
}

// ladder is what a slot may get, ascending in quality and strictly in rate.
type ladder struct {
	steps   []step
	missing []step // the same of layers that were asked for in vain
	wished  int8   // spatial layer of the wish, without data saver
	allowed int8   // the same with it
	top     int8   // highest spatial layer there is
}

// build makes the ladder of one slot. flows has a bit for each spatial layer that can be
// counted on, refused for those that were asked for in vain.
func (l *ladder) build(s *Slot, maxHeight int, flows, refused uint8) {
	*l = ladder{steps: l.steps[:0], missing: l.missing[:0], wished: -1, allowed: -1, top: -1}
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
	l.climb(s, known, flows, refused)
}

func (l *ladder) climb(s *Slot, heights []int, flows, refused uint8) {
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
		switch {
		case !s.Screen && spatial > lowest && n.height > stageHeight && !last && o.FPS < smooth:
			// The layer below is better than one that stutters.
		case !n.live && refused&(1<<spatial) != 0:
			l.missing = append(l.missing, n)
		default:
			l.push(n)
		}
	}
}

func valid(spatial int8) bool { return spatial >= 0 && spatial < maxSpatial }

// push adds a rung and takes away those that cost as much or more for less.
func (l *ladder) push(n step) {
	for len(l.steps) > 0 {
		below := l.steps[len(l.steps)-1]
		if below.rate < n.rate {
			break
		}
		if below.live && !n.live {
			n.rate = below.rate + 1 // what does not flow displaces nothing that does
			break
		}
		l.steps = l.steps[:len(l.steps)-1]
	}
	l.steps = append(l.steps, n)
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
