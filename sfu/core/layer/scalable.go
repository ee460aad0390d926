package layer

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	frameCount = 256 // frames back that a decision is remembered for
	maxTargets = 32

	// A frame that a chain misses may still come as a retransmission for so long.
	repairLeast = 100 * time.Millisecond
	repairMost  = 400 * time.Millisecond
)

// frame is what is known of one frame of the source.
// 40 bytes, since a slot has hundreds of them.
type frame struct {
	number      int64 // unwrapped
	says        *dependency.Descriptor
	first, last uint32 // of the frame's packets, the low bits of their numbers
	whole       uint32 // a bit for each chain that is known to be intact up to this frame
	active      uint32 // decode targets that its packets announce
	sent        uint16 // packets that went out
	fate        Decision
	top         int8 // spatial layer that ends the picture
	ends        uint8
}

// What is known of where a frame begins and ends.
const (
	firstKnown = 1 << iota
	lastKnown
)

// complete reports whether all of the frame went out.
func (f *frame) complete() bool {
	return f.ends == firstKnown|lastKnown && uint32(f.sent) == f.last-f.first+1
}

// scalable chooses frames by the dependency descriptor: it goes for the highest decode target
// within the wish whose frames all went out.
type scalable struct {
	frames  [frameCount]frame
	newest  int64 // number
	started bool

	structure *dependency.Structure
	from      int64            // numbers below belong to another structure
	order     [maxTargets]int8 // decode targets, highest first
	active    uint32
	picture   packet.Timestamp // of the newest frame
	barren    uint8            // pictures since something went out
	seen      int8             // highest spatial layer that came of this structure
	ceiling   int8             // highest spatial layer that is believed in

	target  packet.Layer
	cut     bool // do not go on above the target
	current int8 // decode target, -1 is none
	mask    uint32
	missed  time.Time // since when the current target's chain misses a frame, zero if it does not
	lost    bool      // what it misses will not come any more
	every   time.Duration
}

// begin starts a source. Frames are let go of, since what they said holds their packets.
func (s *scalable) begin() {
	if s.started {
		for i := range s.frames {
			s.frames[i].says = nil
		}
	}
	s.started, s.structure, s.current = false, nil, -1
	s.missed, s.lost = time.Time{}, false
	s.barren, s.ceiling = 0, Max
}

// layer is what goes out at present, packet.None for nothing.
func (s *scalable) layer() packet.Layer {
	if s.current < 0 {
		return packet.None
	}
	return packet.Layer{Spatial: s.structure.TargetSpatial[s.current], Temporal: s.structure.TargetTemporal[s.current]}
}

// targets is how many decode targets the source has.
func (s *scalable) targets() int {
	if s.structure == nil {
		return 0
	}
	return s.structure.Targets
}

// several reports whether the source has more than one spatial layer.
func (s *scalable) several() bool {
	return s.structure != nil && s.structure.TargetSpatial[s.order[0]] > 0
}

// take decides about one packet's frame, nil for one too old to be known. Packets of a frame share its fate.
// free says that by its payload nothing needs the frame.
func (s *scalable) take(now time.Time, p *packet.Packet, congested, free bool) *frame {
	d := p.Dependency
	number := int64(d.Number)
	if s.started {
		number = s.newest + int64(int16(d.Number-uint16(s.newest)))
	}
	if f := s.find(number); f != nil {
		f.bound(p)
		return f
	}
	switch {
	case d.Structure == nil:
		return nil
	case !s.started || number > s.newest && !s.follows(d):
		s.adopt(d.Structure, number)
	case !s.follows(d), number < s.from, number <= s.newest-frameCount:
		return nil
	}
	f := &s.frames[number&(frameCount-1)]
	*f = frame{number: number, says: d}
	f.bound(p)
	s.follow(f)
	if number > s.newest || !s.started {
		s.begins(now, f, p.Timestamp)
	}
	s.started, s.newest = true, max(s.newest, number)
	f.fate = s.decide(f, congested, free)
	f.active, f.top = s.mask&s.active, s.layer().Spatial
	if f.fate == Forward {
		s.barren = 0
	}
	return f
}

// follows reports whether a frame goes by the structure in force. A key frame that came twice was read twice: what it
// announced is still the same, and no reason to begin anew in the middle of a picture.
func (s *scalable) follows(d *dependency.Descriptor) bool {
	if d.Structure == s.structure {
		return true
	}
	if d.Attached || !d.Structure.Equal(s.structure) {
		return false
	}
	s.structure = d.Structure
	return true
}

// note says that another packet of a frame went out.
func (s *scalable) note(number uint16) {
	if f := s.find(s.newest + int64(int16(number-uint16(s.newest)))); f != nil {
		f.sent++
	}
}

// bound notes where the frame begins and ends.
func (f *frame) bound(p *packet.Packet) {
	if p.Dependency.First {
		f.first, f.ends = uint32(p.Seq), f.ends|firstKnown //nolint:gosec // the low bits
	}
	if p.Dependency.Last {
		f.last, f.ends = uint32(p.Seq), f.ends|lastKnown //nolint:gosec // the low bits
	}
}

// find returns the frame with this number, nil if it is not known.
func (s *scalable) find(number int64) *frame {
	f := &s.frames[number&(frameCount-1)]
	if !s.started || f.says == nil || f.number != number {
		return nil
	}
	return f
}

// adopt starts with another structure: its decode targets have nothing to do with those before.
func (s *scalable) adopt(structure *dependency.Structure, number int64) {
	if !s.started {
		s.newest = number - 1
	}
	s.structure, s.from = structure, number
	s.active = structure.All()
	s.barren, s.seen = 0, 0
	s.current, s.mask = -1, 0
	s.missed = time.Time{}
	for i := range int8(structure.Targets) { //nolint:gosec // at most 32
		at := i
		for ; at > 0 && s.above(i, s.order[at-1]); at-- {
			s.order[at] = s.order[at-1]
		}
		s.order[at] = i
	}
}

// above reports whether decode target a has more layers than b.
func (s *scalable) above(a, b int8) bool {
	st := s.structure
	if st.TargetSpatial[a] != st.TargetSpatial[b] {
		return st.TargetSpatial[a] > st.TargetSpatial[b]
	}
	return st.TargetTemporal[a] > st.TargetTemporal[b]
}

// begins takes the newest frame; the first of a picture chooses the decode target.
func (s *scalable) begins(now time.Time, f *frame, timestamp packet.Timestamp) {
	if d := f.says; d.HasActive || d.Attached {
		s.active = d.Active
	}
	if s.seen = max(s.seen, f.says.Spatial); f.says.Spatial > s.ceiling {
		s.ceiling = Max
	}
	if s.started && timestamp == s.picture && s.current >= 0 {
		s.rise(f)
		return
	}
	s.picture = timestamp
	if s.barren++; s.barren > absence && s.current >= 0 {
		// Its frames do not come, and those below are not shown for its sake.
		s.ceiling, s.barren = s.seen, 0
	}
	s.choose(now, f)
}

// choose goes for the highest decode target that can be shown from this frame on.
func (s *scalable) choose(now time.Time, f *frame) {
	best := int8(-1)
	held := s.current >= 0 && s.active>>s.current&1 != 0 && s.goesOn(now, f)
	for _, i := range s.order[:s.structure.Targets] {
		if s.active>>i&1 != 0 && s.within(i) && (i == s.current && held || i != s.current && s.joins(f, i)) {
			best = i
			break
		}
	}
	if best < 0 && held && !(s.cut && !s.within(s.current)) {
		best = s.current // what is wished for has to wait for a key frame
	}
	if best != s.current {
		s.missed = time.Time{}
		s.current, s.mask = best, 0
		if best >= 0 {
			s.mask = s.structure.Within(s.structure.TargetSpatial[best], s.structure.TargetTemporal[best])
		}
	}
	s.lost = !s.missed.IsZero() && now.Sub(s.missed) >= s.repair()
}

// rise takes more pictures in, at a frame of the layer that is shown: where the layers of a picture do without each other,
// the picture's first frame does not tell, for it is not shown.
func (s *scalable) rise(f *frame) {
	shown := s.current
	if f.says.Spatial != s.structure.TargetSpatial[shown] {
		return
	}
	for _, i := range s.order[:s.structure.Targets] {
		if i == shown {
			return
		}
		if s.active>>i&1 != 0 && s.within(i) && s.structure.TargetSpatial[i] == s.structure.TargetSpatial[shown] &&
			indication(f.says, i) != dependency.NotPresent && s.joins(f, i) {
			s.current, s.mask = i, s.structure.Within(s.structure.TargetSpatial[i], s.structure.TargetTemporal[i])
			return
		}
	}
}

// hungry reports whether only a key frame leads to the target.
func (s *scalable) hungry() bool {
	if s.current < 0 || s.lost {
		return true
	}
	for _, i := range s.order[:s.structure.Targets] {
		if s.active>>i&1 != 0 && s.within(i) {
			return s.structure.TargetSpatial[i] != s.structure.TargetSpatial[s.current]
		}
	}
	return false
}

// within reports whether a decode target is no more than the wish.
func (s *scalable) within(i int8) bool {
	return s.structure.TargetSpatial[i] <= min(s.target.Spatial, s.ceiling) && s.structure.TargetTemporal[i] <= s.target.Temporal
}

// goesOn reports whether the current decode target can be kept.
func (s *scalable) goesOn(now time.Time, f *frame) bool {
	switch s.chain(f, s.current) {
	case intact:
		s.missed = time.Time{}
	case missing:
		if s.missed.IsZero() {
			s.missed = now
		}
		// Where nothing lower is whole, a hole is better than nothing: the viewer's decoder copes.
		return now.Sub(s.missed) < s.repair() || !s.lowerJoins(f)
	case broken:
		return false
	}
	return true
}

func (s *scalable) repair() time.Duration { return min(max(2*s.every, repairLeast), repairMost) }

func (s *scalable) lowerJoins(f *frame) bool {
	for _, i := range s.order[:s.structure.Targets] {
		if s.active>>i&1 != 0 && s.structure.TargetSpatial[i] < s.structure.TargetSpatial[s.current] && s.joins(f, i) {
			return true
		}
	}
	return false
}

// joins reports whether another decode target can be shown from this frame on. Downward all that it
// needs went out. Upward in time it does from a frame on that needs nothing which was dropped; upward in
// space the frame has to be one to join at.
func (s *scalable) joins(f *frame, i int8) bool {
	state := s.chain(f, i)
	if s.current >= 0 && s.below(i) {
		return state == intact || state == missing && s.protector(i) == s.protector(s.current)
	}
	rises := s.current >= 0 && s.structure.TargetSpatial[i] == s.structure.TargetSpatial[s.current]
	return state == intact && (rises || indication(f.says, i) == dependency.Switch) && s.references(f) == Forward
}

// below reports whether what decode target i needs is part of what the current one needs.
func (s *scalable) below(i int8) bool {
	return s.structure.TargetSpatial[i] <= s.structure.TargetSpatial[s.current] &&
		s.structure.TargetTemporal[i] <= s.structure.TargetTemporal[s.current]
}

// decide says what becomes of a frame.
func (s *scalable) decide(f *frame, congested, free bool) Decision {
	if s.current < 0 {
		return WaitsForKeyFrame
	}
	if indication(f.says, s.current) == dependency.NotPresent {
		return AboveTarget
	}
	if decision := s.references(f); decision != Forward {
		return decision
	}
	if congested && (free || s.discardable(f)) {
		return Discarded
	}
	return Forward
}

// references returns DependsOnDropped if the frame refers to one that was dropped. An unknown one may be
// a late packet or a retransmission.
func (s *scalable) references(f *frame) Decision {
	for _, diff := range f.says.FrameDiffs {
		if r := s.find(f.number - int64(diff)); r != nil && r.fate != Forward {
			return DependsOnDropped
		}
	}
	return Forward
}

// discardable reports whether no later picture needs the frame: to the decode target that ends at
// its own spatial layer it is discardable. Frames above it in the picture then go with it.
func (s *scalable) discardable(f *frame) bool {
	temporal := s.structure.TargetTemporal[s.current]
	for i := range int8(s.structure.Targets) { //nolint:gosec // at most 32
		if s.structure.TargetSpatial[i] == f.says.Spatial && s.structure.TargetTemporal[i] == temporal {
			return indication(f.says, i) == dependency.Discardable
		}
	}
	return false
}

// indication is what the frame is to a decode target.
func indication(d *dependency.Descriptor, i int8) dependency.Indication {
	if int(i) >= len(d.Indications) {
		return dependency.NotPresent
	}
	return d.Indications[i]
}
