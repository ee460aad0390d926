package forward_test

import (
	"math/rand/v2"

	"github.com/plenum-meet/plenum/sfu/core/dependency"
)

// truth is what only the publisher knows of a frame.
type truth struct {
	id                int64 // counts the frames of the stream
	picture           int64 // counts its pictures
	spatial, temporal int8
	refs              []int64 // frames that must be decoded before it
	key               bool    // its picture needs no other
	top               bool    // last frame of its picture
	layerSync         bool    // VP8 Y or VP9 U would be true
	unused            bool    // no frame above it in the picture needs it
	free              bool    // no frame needs it
	packets           int
	wire              dependency.Frame
}

func (t *truth) needsBelow() bool {
	for _, r := range t.refs {
		if t.spatial > 0 && r == t.id-1 {
			return true
		}
	}
	return false
}

func (t *truth) needsPast() bool { return len(t.refs) > 1 || len(t.refs) == 1 && !t.needsBelow() }

// encoder makes the pictures of one stream: which frames, and what each needs.
type encoder interface {
	next(key bool) []*truth
}

// patterned follows one of the standard structures, whose references a dependency descriptor tells.
type patterned struct {
	pattern *dependency.Pattern
	layers  []int8 // temporal, by frame
}

func (e *patterned) next(key bool) []*truth {
	var out []*truth
	begins := int64(len(e.layers))
	for _, f := range e.pattern.Picture(key) {
		t := &truth{id: int64(len(e.layers)), wire: f, layerSync: true}
		t.spatial, t.temporal = e.pattern.Layer(f)
		t.free = t.temporal == 2
		for _, diff := range e.pattern.Structure().Templates[f.Template].FrameDiffs {
			t.refs = append(t.refs, t.id-int64(diff))
		}
		for _, r := range t.refs {
			t.layerSync = t.layerSync && (r >= begins || e.layers[r] == 0)
		}
		e.layers = append(e.layers, t.temporal)
		out = append(out, t)
	}
	for i, t := range out {
		t.key = len(out[0].refs) == 0
		t.unused = i == len(out)-1 || !out[i+1].needsBelow()
	}
	return out
}

// ladder is an encoder with temporal layers that lean on each other as they like: a frame needs the latest of its own
// layer and of those below, unless it is a sync point.
type ladder struct {
	rng    *rand.Rand
	up     bool // sync points are VP9's: of what follows; otherwise VP8's: of the frame itself
	layers int8
	frames int64
	place  int
	latest [3]int64
}

var ladders = [][]int8{nil, {0}, {0, 1}, {0, 2, 1, 2}}

func (e *ladder) next(key bool) []*truth {
	group := ladders[e.layers]
	if key {
		e.place = 0
		e.latest = [3]int64{-1, -1, -1}
	}
	t := &truth{id: e.frames, temporal: group[e.place], key: key, unused: true}
	e.place = (e.place + 1) % len(group)
	e.frames++
	t.layerSync = key || e.rng.IntN(5) == 0
	for layer := range t.temporal + 1 {
		if e.latest[layer] >= 0 && (layer == 0 || e.up || !t.layerSync) {
			t.refs = append(t.refs, e.latest[layer])
		}
	}
	e.latest[t.temporal] = t.id
	if e.up && t.layerSync {
		for layer := t.temporal + 1; layer < 3; layer++ {
			e.latest[layer] = -1
		}
	}
	return []*truth{t}
}
