package dependency

import "slices"

// Mode is how the spatial layers of a stream depend on each other.
type Mode uint8

// The modes, named as in scalability modes: L3T3, L3T3_KEY, S3T3.
const (
	Full        Mode = iota // each picture of a layer needs the layer below
	KeyOnly                 // key pictures alone do
	Independent             // none does
)

// temporalIDs are the layers of one group of pictures, by number of temporal layers.
var temporalIDs = [][]int8{nil, {0}, {0, 1}, {0, 2, 1, 2}}

// Pattern plays the frames of a scalable stream, for tests and bots that publish one.
type Pattern struct {
	structure *Structure
	mode      Mode
	spatial   int8
	temporal  int8

	frame    int   // number of the next one, without wrap
	position int   // of the next picture in its group
	last     []int // by layer, spatial before temporal, the number of the latest frame; -1 is none, nil before the first key picture
	chain    []int // by chain
}

// NewPattern plays spatial × temporal layers, 1 to 3 each. sizes are width and height of each spatial layer, or none.
func NewPattern(mode Mode, spatial, temporal int, sizes ...uint16) *Pattern {
	p := &Pattern{mode: mode, spatial: int8(spatial), temporal: int8(temporal)} //nolint:gosec // 1 to 3
	s := Structure{Targets: spatial * temporal, Chains: spatial}
	for i := range s.Targets {
		s.Protecting = append(s.Protecting, int8(i/temporal)) //nolint:gosec // below 3
	}
	for i := 0; i+1 < len(sizes); i += 2 {
		s.Widths, s.Heights = append(s.Widths, sizes[i]), append(s.Heights, sizes[i+1])
	}
	for picture := range 3 * len(temporalIDs[temporal]) {
		for _, t := range p.build(picture == 0) {
			if !slices.ContainsFunc(s.Templates, t.equal) {
				s.Templates = append(s.Templates, t)
			}
		}
	}
	slices.SortStableFunc(s.Templates, func(a, b Template) int {
		return int(a.Spatial-b.Spatial)*(maxTemporal+1) + int(a.Temporal-b.Temporal)
	})
	p.frame, p.last = 0, nil
	var err error
	if p.structure, err = NewStructure(s); err != nil {
		panic(err)
	}
	return p
}

// Structure that the key pictures announce.
func (p *Pattern) Structure() *Structure { return p.structure }

// Layer of a frame that Picture returned.
func (p *Pattern) Layer(f Frame) (spatial, temporal int8) {
	t := &p.structure.Templates[f.Template]
	return t.Spatial, t.Temporal
}

// Picture gives the frames of the next picture, one for each spatial layer, each as if it were one packet.
func (p *Pattern) Picture(key bool) []Frame {
	key = key || p.last == nil
	frames := make([]Frame, 0, p.spatial)
	number := p.frame
	for i, t := range p.build(key) {
		frames = append(frames, Frame{
			First: true, Last: true, Number: uint16(number + i), Attach: key && i == 0, //nolint:gosec // wraps, as it may
			Template: slices.IndexFunc(p.structure.Templates, t.equal),
		})
	}
	return frames
}

func (p *Pattern) build(key bool) []Template {
	if key {
		p.position = 0
		p.last = slices.Repeat([]int{-1}, int(p.spatial)*int(p.temporal))
		p.chain = slices.Repeat([]int{-1}, int(p.spatial))
	}
	group := temporalIDs[p.temporal]
	temporal := group[p.position]
	frames := make([]Template, 0, p.spatial)
	for spatial := range p.spatial {
		t := Template{Spatial: spatial, Temporal: temporal}
		t.Indications = p.indications(spatial, temporal, key)
		t.FrameDiffs = p.frameDiffs(spatial, temporal, key)
		t.ChainDiffs = p.chainDiffs()
		frames = append(frames, t)
		p.advance(spatial, temporal, key)
	}
	p.position = (p.position + 1) % len(group)
	return frames
}

func (p *Pattern) indications(spatial, temporal int8, key bool) []Indication {
	out := make([]Indication, 0, int(p.spatial)*int(p.temporal))
	for targetSpatial := range p.spatial {
		for targetTemporal := range p.temporal {
			above := targetSpatial > spatial
			indication := Switch
			switch {
			case targetSpatial < spatial, targetTemporal < temporal,
				above && p.mode == Independent, above && p.mode == KeyOnly && !key:
				indication = NotPresent
			case above && !key:
				indication = Required
			case !above && temporal > 0 && temporal == targetTemporal:
				indication = Discardable
			}
			out = append(out, indication)
		}
	}
	return out
}

// frameDiffs refers to the layer's latest frame of a lower temporal layer (of the same, for the lowest), and to the layer below.
func (p *Pattern) frameDiffs(spatial, temporal int8, key bool) (diffs []uint16) {
	latest := -1
	for lower := int8(0); lower <= max(temporal-1, 0); lower++ {
		latest = max(latest, p.last[spatial*p.temporal+lower])
	}
	below := spatial > 0 && (p.mode == Full || p.mode == KeyOnly && key)
	if below {
		diffs = append(diffs, 1)
	}
	if latest >= 0 {
		diffs = append(diffs, uint16(p.frame-latest)) //nolint:gosec // within a group
	}
	return diffs
}

func (p *Pattern) chainDiffs() []uint16 {
	diffs := make([]uint16, p.spatial)
	for i, latest := range p.chain {
		if latest >= 0 {
			diffs[i] = uint16(p.frame - latest) //nolint:gosec // within a group
		}
	}
	return diffs
}

func (p *Pattern) advance(spatial, temporal int8, key bool) {
	p.last[spatial*p.temporal+temporal] = p.frame
	for i := range p.chain {
		above := i > int(spatial)
		if temporal == 0 && (i == int(spatial) || above && (p.mode == Full || p.mode == KeyOnly && key)) {
			p.chain[i] = p.frame
		}
	}
	p.frame++
}

func (t Template) equal(other Template) bool {
	return t.Spatial == other.Spatial && t.Temporal == other.Temporal && slices.Equal(t.Indications, other.Indications) &&
		slices.Equal(t.FrameDiffs, other.FrameDiffs) && slices.Equal(t.ChainDiffs, other.ChainDiffs)
}
