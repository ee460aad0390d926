package dependency

import (
	"fmt"
	"slices"
)

// What a structure may hold (appendix A.8.1).
const (
	maxTemplates = 64
	maxSpatial   = 3
	maxTemporal  = 7
	maxTargets   = 32
	// maxTemplateDiff is the furthest reference of a template, maxDiff that of a frame with references of its own.
	maxTemplateDiff  = 16
	maxDiff          = 4096
	maxTemplateChain = 15
	maxChain         = 255
)

// Indication says what a frame is to a decode target (appendix A.4, "DTI").
type Indication uint8

// The indications.
const (
	NotPresent  Indication = iota // the target does without the frame
	Discardable                   // the target shows it and nothing depends on it
	Switch                        // the target can be joined here
	Required                      // the target needs it
)

// Template is the layer and the references that frames of one kind share.
type Template struct {
	Spatial, Temporal int8
	Indications       []Indication // one for each decode target
	FrameDiffs        []uint16     // frames it refers to, as distances back in frame numbers
	ChainDiffs        []uint16     // one for each chain: distance back to the chain's former frame, 0 at its start
}

// Structure is what a key frame announces and the frames after it refer to. It is immutable.
type Structure struct {
	TemplateOffset uint8 // of the first template's id, modulo 64
	Targets        int   // number of decode targets, 1 to 32
	Chains         int
	Protecting     []int8 // for each decode target the chain that protects it; empty without chains
	Templates      []Template
	TargetSpatial  []int8 // highest layer that each decode target has
	TargetTemporal []int8
	Widths         []uint16 // by spatial layer; empty if not announced
	Heights        []uint16
}

// All has a bit for each decode target.
func (s *Structure) All() uint32 { return uint32(1<<s.Targets - 1) }

// Within has a bit for each decode target that needs no layer above these.
func (s *Structure) Within(spatial, temporal int8) uint32 {
	var mask uint32
	for i := range s.Targets {
		if s.TargetSpatial[i] <= spatial && s.TargetTemporal[i] <= temporal {
			mask |= 1 << i
		}
	}
	return mask
}

// Equal reports whether two structures announce the same.
func (s *Structure) Equal(other *Structure) bool {
	return s.TemplateOffset == other.TemplateOffset && s.Targets == other.Targets && s.Chains == other.Chains &&
		slices.Equal(s.Protecting, other.Protecting) && slices.EqualFunc(s.Templates, other.Templates, Template.equal) &&
		slices.Equal(s.Widths, other.Widths) && slices.Equal(s.Heights, other.Heights)
}

// NewStructure checks a structure that was put together by hand and works out the layers of its decode targets.
func NewStructure(s Structure) (*Structure, error) {
	if s.Targets < 1 || s.Targets > maxTargets || s.Chains < 0 || s.Chains > s.Targets || s.TemplateOffset >= maxTemplates {
		return nil, fmt.Errorf("%w: %d targets, %d chains, offset %d", ErrSyntax, s.Targets, s.Chains, s.TemplateOffset)
	}
	if s.Chains > 0 && len(s.Protecting) != s.Targets {
		return nil, fmt.Errorf("%w: %d of %d targets have a chain", ErrSyntax, len(s.Protecting), s.Targets)
	}
	for _, chain := range s.Protecting {
		if chain < 0 || int(chain) >= s.Chains {
			return nil, fmt.Errorf("%w: chain %d of %d", ErrSyntax, chain, s.Chains)
		}
	}
	if len(s.Templates) == 0 || len(s.Templates) > maxTemplates {
		return nil, fmt.Errorf("%w: %d templates", ErrSyntax, len(s.Templates))
	}
	last := Template{}
	for i, t := range s.Templates {
		if err := s.check(last, t); err != nil {
			return nil, fmt.Errorf("template %d: %w", i, err)
		}
		last = t
	}
	if n := len(s.Widths); n != len(s.Heights) || (n != 0 && n != int(last.Spatial)+1) || slices.Contains(slices.Concat(s.Widths, s.Heights), 0) {
		return nil, fmt.Errorf("%w: sizes %d by %d", ErrSyntax, s.Widths, s.Heights)
	}
	s.findTargetLayers()
	return &s, nil
}

func (s *Structure) check(last, t Template) error {
	if _, ok := nextLayer(last, t); !ok || t.Spatial > maxSpatial || t.Temporal > maxTemporal {
		return fmt.Errorf("%w: layer S%dT%d after S%dT%d", ErrSyntax, t.Spatial, t.Temporal, last.Spatial, last.Temporal)
	}
	if len(t.Indications) != s.Targets || len(t.ChainDiffs) != s.Chains {
		return fmt.Errorf("%w: %d indications, %d chain diffs", ErrSyntax, len(t.Indications), len(t.ChainDiffs))
	}
	for _, diff := range t.FrameDiffs {
		if diff < 1 || diff > maxTemplateDiff {
			return fmt.Errorf("%w: frame diff %d", ErrSyntax, diff)
		}
	}
	for _, diff := range t.ChainDiffs {
		if diff > maxTemplateChain {
			return fmt.Errorf("%w: chain diff %d", ErrSyntax, diff)
		}
	}
	return nil
}

// How a template's layer follows the one before (appendix A.8.1, "next_layer_idc").
const (
	sameLayer = iota
	nextTemporal
	nextSpatial
	noMoreLayers
)

func nextLayer(last, t Template) (uint32, bool) {
	switch {
	case t.Spatial == last.Spatial && t.Temporal == last.Temporal:
		return sameLayer, true
	case t.Spatial == last.Spatial && t.Temporal == last.Temporal+1:
		return nextTemporal, true
	case t.Spatial == last.Spatial+1 && t.Temporal == 0:
		return nextSpatial, true
	}
	return noMoreLayers, false
}

// readStructure fails on what cannot be. Nothing is allocated for more than the input holds.
func readStructure(r *reader) (*Structure, bool) {
	s := &Structure{TemplateOffset: uint8(r.take(6)), Targets: int(r.take(5)) + 1} //nolint:gosec // 6 bits
	if !s.readLayers(r) || !s.readIndications(r) || !s.readFrameDiffs(r) || !s.readChains(r) {
		return nil, false
	}
	s.findTargetLayers()
	if r.flag() {
		layers := int(s.Templates[len(s.Templates)-1].Spatial) + 1
		s.Widths, s.Heights = make([]uint16, layers), make([]uint16, layers)
		for i := range layers {
			// 65 536 has no place in 16 bits.
			s.Widths[i] = uint16(min(r.take(16)+1, 0xffff))  //nolint:gosec // bounded
			s.Heights[i] = uint16(min(r.take(16)+1, 0xffff)) //nolint:gosec // bounded
		}
	}
	return s, !r.failed
}

func (s *Structure) readLayers(r *reader) bool {
	var layers [maxTemplates]struct{ spatial, temporal int8 }
	n, next := 1, r.take(2)
	for ; next != noMoreLayers && !r.failed; next = r.take(2) {
		if n == maxTemplates {
			return false
		}
		layer := layers[n-1]
		switch next {
		case nextTemporal:
			layer.temporal++
		case nextSpatial:
			layer.spatial++
			layer.temporal = 0
		}
		if layer.spatial > maxSpatial || layer.temporal > maxTemporal {
			return false
		}
		layers[n] = layer
		n++
	}
	if r.failed {
		return false
	}
	s.Templates = make([]Template, n)
	for i := range s.Templates {
		s.Templates[i].Spatial, s.Templates[i].Temporal = layers[i].spatial, layers[i].temporal
	}
	return true
}

func (s *Structure) readIndications(r *reader) bool {
	n := len(s.Templates) * s.Targets
	if 2*n > r.left() {
		return false
	}
	all := make([]Indication, n)
	for i := range s.Templates {
		s.Templates[i].Indications = all[i*s.Targets : (i+1)*s.Targets : (i+1)*s.Targets]
		for j := range s.Targets {
			s.Templates[i].Indications[j] = Indication(r.take(2)) //nolint:gosec // 2 bits
		}
	}
	return true
}

func (s *Structure) readFrameDiffs(r *reader) bool {
	for i := range s.Templates {
		t := &s.Templates[i]
		for r.flag() {
			if len(t.FrameDiffs) == maxFrameDiffs {
				return false
			}
			t.FrameDiffs = append(t.FrameDiffs, uint16(r.take(4)+1)) //nolint:gosec // 4 bits
		}
	}
	return !r.failed
}

func (s *Structure) readChains(r *reader) bool {
	s.Chains = r.nonSymmetric(s.Targets + 1)
	if s.Chains == 0 {
		return !r.failed
	}
	s.Protecting = make([]int8, s.Targets)
	for i := range s.Protecting {
		s.Protecting[i] = int8(r.nonSymmetric(s.Chains)) //nolint:gosec // below 32
	}
	n := len(s.Templates) * s.Chains
	if 4*n > r.left() {
		return false
	}
	all := make([]uint16, n)
	for i := range s.Templates {
		s.Templates[i].ChainDiffs = all[i*s.Chains : (i+1)*s.Chains : (i+1)*s.Chains]
		for j := range s.Chains {
			s.Templates[i].ChainDiffs[j] = uint16(r.take(4)) //nolint:gosec // 4 bits
		}
	}
	return !r.failed
}

// findTargetLayers is what appendix A.8.1 calls decode_target_layers.
func (s *Structure) findTargetLayers() {
	s.TargetSpatial, s.TargetTemporal = make([]int8, s.Targets), make([]int8, s.Targets)
	for i := range s.Templates {
		t := &s.Templates[i]
		for j, indication := range t.Indications {
			if indication != NotPresent {
				s.TargetSpatial[j] = max(s.TargetSpatial[j], t.Spatial)
				s.TargetTemporal[j] = max(s.TargetTemporal[j], t.Temporal)
			}
		}
	}
}

func (s *Structure) write(w *writer) {
	w.put(uint32(s.TemplateOffset), 6)
	w.put(uint32(s.Targets-1), 5) //nolint:gosec // below 32
	for i := range s.Templates[1:] {
		next, _ := nextLayer(s.Templates[i], s.Templates[i+1])
		w.put(next, 2)
	}
	w.put(noMoreLayers, 2)
	for i := range s.Templates {
		for _, indication := range s.Templates[i].Indications {
			w.put(uint32(indication), 2)
		}
	}
	for i := range s.Templates {
		for _, diff := range s.Templates[i].FrameDiffs {
			w.put(1, 1)
			w.put(uint32(diff-1), 4)
		}
		w.put(0, 1)
	}
	w.nonSymmetric(s.Chains, s.Targets+1)
	for _, chain := range s.Protecting {
		w.nonSymmetric(int(chain), s.Chains)
	}
	for i := range s.Templates {
		for _, diff := range s.Templates[i].ChainDiffs {
			w.put(uint32(diff), 4)
		}
	}
	w.flag(len(s.Widths) > 0)
	for i := range s.Widths {
		w.put(uint32(s.Widths[i]-1), 16)
		w.put(uint32(s.Heights[i]-1), 16)
	}
}
