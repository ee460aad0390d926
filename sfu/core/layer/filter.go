package layer

import (
	"math"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// All is the temporal target that takes every picture.
const All = 127

// Bits of a payload descriptor's first byte that say who needs the frame.
const (
	vp8NonReference  = 0x20 // N (RFC 7741 §4.2)
	vp9NotInterLayer = 0x01 // Z (RFC 9628 §4.2)
)

// Verdict is what becomes of one packet of the shown stream.
type Verdict struct {
	Decision Decision     // Forward, or why not
	Marker   bool         // it ends what goes out of its picture
	Layer    packet.Layer // that it belongs to
	Active   uint32       // decode targets to announce, if Describe
	Describe bool         // the receiver can read the packet's dependency descriptor
}

// Filter chooses the frames of the shown stream by spatial layers, where the stream carries several,
// and temporal layers. It belongs to one slot.
type Filter struct {
	kind      codec.Kind
	congested bool
	described bool             // frames are chosen by the dependency descriptor
	blind     bool             // a descriptor went missing, and the payload does not tell
	announced bool             // the receiver knows the structure in force
	from      packet.Timestamp // of the key frame that ended blind
	frames    *scalable
	temporal  temporal
	pictures  pictures
	spatial   spatial
	target    packet.Layer
	cut       bool
	rtt       time.Duration
}

// NewFilter returns a filter that takes everything.
func NewFilter() Filter {
	return Filter{target: packet.Layer{Spatial: Max, Temporal: All}, rtt: unknownRTT}
}

// Prepare makes the filter ready for sources. Until then it costs nothing.
func (f *Filter) Prepare() {
	if f.frames == nil {
		f.frames = &scalable{}
	}
}

// End says that nothing is shown any more: what comes next begins a source.
func (f *Filter) End() {
	if f.frames != nil {
		f.frames.begin()
	}
}

// SetTarget sets the layers to go to; of a stream with one spatial layer Spatial is Max.
// What cannot be left without a key frame goes on until then, unless cut.
func (f *Filter) SetTarget(target packet.Layer, cut bool) {
	f.target = packet.Layer{Spatial: max(target.Spatial, 0), Temporal: max(target.Temporal, 0)}
	f.cut = cut
	f.apply()
}

// SetCongested says whether frames that nothing depends on are dropped for now.
func (f *Filter) SetCongested(congested bool) { f.congested = congested }

// SetRTT tells the round trip to the publisher: how long a lost frame may take to come after all.
func (f *Filter) SetRTT(rtt time.Duration) { f.rtt = rtt }

func (f *Filter) apply() {
	if f.frames == nil {
		return
	}
	f.frames.target, f.frames.cut, f.frames.every = f.target, f.cut, f.rtt
	f.spatial.target, f.spatial.cut = f.target.Spatial, f.cut
	f.temporal.target = f.target.Temporal
}

// Begin starts another source, whose first packet comes next and starts a key frame.
func (f *Filter) Begin(kind codec.Kind) {
	f.kind = kind
	f.described, f.blind, f.announced, f.from = false, false, false, math.MinInt64
	f.frames.begin()
	f.apply()
	f.pictures.clear()
	f.temporal.begin()
	f.spatial.begin()
}

// Take decides about one packet of the shown stream: newest says that none with a higher number came
// before, gap that numbers right before it are missing.
func (f *Filter) Take(now time.Time, p *packet.Packet, newest, gap bool) Verdict {
	if d := p.Dependency; d != nil && d.Structure != nil && (f.described || d.Attached && newest) {
		if v, ok := f.byDescriptor(now, p); ok {
			return v
		}
	}
	if f.described && !newest {
		return Verdict{Decision: Late}
	}
	if f.described {
		f.fallBack(p)
	}
	if newest && p.Timestamp < max(f.pictures.highest, f.from) {
		f.setBack()
	}
	switch {
	case f.blind && !(newest && p.Descriptor.Key):
		return Verdict{Decision: WaitsForKeyFrame}
	case f.blind:
		f.blind, f.from = false, p.Timestamp
	case p.Timestamp < f.from:
		return Verdict{Decision: Late}
	}
	return f.byPayload(p, newest, gap)
}

// byDescriptor decides by the dependency descriptor; false if what it says cannot be used.
func (f *Filter) byDescriptor(now time.Time, p *packet.Packet) (Verdict, bool) {
	d := p.Dependency
	begins := !f.frames.started
	frame := f.frames.take(now, p, f.congested, f.congested && f.discardable(p))
	if frame == nil {
		return Verdict{Decision: Late}, true
	}
	if begins && frame.fate != Forward {
		// A key frame from which nothing can be shown: its structure makes no sense.
		f.frames.begin()
		return Verdict{}, false
	}
	f.described, f.blind = true, false
	v := Verdict{Decision: frame.fate, Marker: p.Marker, Active: frame.active}
	if d.Last && d.Spatial == frame.top {
		v.Marker = true
	}
	v.Layer = packet.Layer{Spatial: d.Spatial, Temporal: d.Temporal}
	f.announced = f.announced && d.Structure == f.frames.structure || d.Attached
	v.Describe = f.announced
	return v, true
}

// fallBack goes on without descriptors in the middle of a source that had them.
func (f *Filter) fallBack(p *packet.Packet) {
	level, targets, several := f.frames.layer(), f.frames.targets(), f.frames.several()
	f.described, f.announced = false, false
	f.frames.begin()
	f.blind = level == packet.None || targets > 1 && !p.Descriptor.HasTID && !p.Descriptor.HasLayers
	f.pictures.clear()
	f.temporal.begin()
	f.spatial.begin()
	f.temporal.level = min(max(level.Temporal, 0), f.temporal.level)
	// Which layers lean on which is not known any more.
	f.spatial.lost = several
}

// setBack forgets times: the publisher's clock was set back, and what held then says nothing of what comes now.
func (f *Filter) setBack() {
	f.pictures.clear()
	f.from, f.temporal.past.ended, f.spatial.past.ended = 0, 0, 0
}

// byPayload decides by the payload descriptor. Where that tells no layers apart, everything goes out.
func (f *Filter) byPayload(p *packet.Packet, newest, gap bool) Verdict {
	d := &p.Descriptor
	of := packet.Layer{Temporal: int8(d.TID)} //nolint:gosec // 3 bits
	if !d.HasTID && !d.HasLayers {
		return Verdict{Marker: p.Marker, Layer: of}
	}
	at := f.pictures.find(p.Timestamp)
	if at == nil {
		at = f.pictures.add(p.Timestamp)
		at.fate = f.enter(p, newest, gap)
		if f.layered() {
			at.level = f.spatial.at(p.Timestamp).level
		}
	}
	if at.fate != Forward || !d.HasLayers {
		return Verdict{Decision: at.fate, Marker: p.Marker, Layer: of}
	}
	bit := uint8(1) << (d.SID & 7)
	if at.decided&bit == 0 {
		at.decided |= bit
		if f.goes(at, p) {
			at.forwarded |= bit
		}
	}
	of.Spatial = int8(d.SID) //nolint:gosec // 3 bits
	v := Verdict{Marker: p.Marker || d.EndOfLayer && of.Spatial == at.level, Layer: of}
	if at.forwarded&bit == 0 {
		v.Decision = f.spatial.refusal()
	}
	return v
}

// layered reports whether payload descriptors can tell spatial layers apart.
func (f *Filter) layered() bool { return f.kind == codec.VP9 }

// goes reports whether the frame of p goes out with its picture.
func (f *Filter) goes(at *picture, p *packet.Packet) bool {
	unused := p.Payload[0]&vp9NotInterLayer != 0
	if p.Timestamp < f.pictures.highest {
		return f.spatial.late(p.Timestamp, &p.Descriptor, unused)
	}
	goes := f.spatial.frame(p.Timestamp, &p.Descriptor, unused)
	at.level = f.spatial.present().level
	return goes
}

// enter decides about a picture at the first of its packets to come.
func (f *Filter) enter(p *packet.Packet, newest, gap bool) Decision {
	d := &p.Descriptor
	if !newest {
		// Its number was left for it, so all that matters is whether it is of use.
		if f.temporal.admits(p) {
			return Forward
		}
		return AboveTarget
	}
	key := d.Key
	if d.HasLayers {
		key = d.SID == 0 && !d.InterPicture
	}
	shown := f.temporal.enter(f.kind, p, key)
	if f.layered() {
		f.spatial.enter(p.Timestamp, key)
	}
	switch {
	case f.kind == codec.VP8 && gap:
		// What is missing may be the start of this picture, or what it replaces: it passes (exempt).
		return Forward
	case !shown:
		return AboveTarget
	case f.congested && f.discardable(p):
		return Discarded
	}
	return Forward
}

// discardable reports whether no other picture needs the one of p. VP9 does not tell.
func (f *Filter) discardable(p *packet.Packet) bool {
	return f.kind == codec.VP8 && p.Descriptor.TID > 0 && p.Payload[0]&vp8NonReference != 0
}

// Sent says that p, whose verdict was Forward, went out for the first time.
func (f *Filter) Sent(p *packet.Packet) {
	if f.described && p.Dependency != nil {
		f.frames.note(p.Dependency.Number)
	}
}

// Hungry reports whether only a key frame leads to the target.
func (f *Filter) Hungry() bool {
	switch {
	case f.blind:
		return true
	case f.described:
		return f.frames.hungry()
	}
	return f.kind == codec.VP9 && f.spatial.hungry()
}

// Layer is the highest that goes out at present, packet.None for nothing.
func (f *Filter) Layer() packet.Layer {
	if f.described {
		return f.frames.layer()
	}
	return packet.Layer{Spatial: min(f.spatial.level, f.spatial.top), Temporal: f.temporal.shown()}
}
