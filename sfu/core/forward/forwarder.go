package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/rewrite"
)

const (
	videoIndex = 512 // packets a slot can resend: 1.8 s at 2.5 Mbit/s
	audioIndex = 64  // 1.3 s of 20 ms packets
	maxHole    = 1000

	videoClock = 90000
	audioClock = 48000
	videoStep  = videoClock / 1000      // at a change of source at least 1 ms ahead, and no frame interval: that runs away
	audioStep  = audioClock / 1000 * 20 // one packet of 20 ms

	maxLead = 10 * time.Millisecond // audio: beyond, a newcomer's packets are dropped
)

// Forwarder is the forwarding of one slot, owned by the goroutine that sends for its peer.
type Forwarder struct {
	audio bool
	clock int64
	now   time.Time // of the latest call
	born  time.Time // zero of the resend times

	source   Source // wanted
	temporal int8   // target
	selector layer.Selector
	clocks   clocks
	refused  refusals

	sequence  rewrite.Sequence
	timeline  rewrite.Timeline
	vp8       rewrite.VP8
	shown     layer.Choice // whose numbers the rewriter maps now
	codec     codec.Kind   // of shown
	begun     bool         // shown is valid: something of it was sent
	onAir     bool         // audio: shown still goes out
	clockFrom packet.Seq   // packets of shown from before had another clock
	keyOut    int64        // number of the latest key frame's first packet
	index     *history.Index
	budget    budget
	patched   [8]byte

	sent  counters
	drops [reasons]uint64
	last  Reason // latest that was not Forwarded
}

type counters struct {
	packets, octets, switches, resends uint64
	ntp                                uint64 // of the latest report of the present source
}

// NewVideo returns the forwarder of a video slot, empty.
func NewVideo(start Start) *Forwarder { return newForwarder(start, false, videoClock) }

// NewAudio returns the forwarder of an audio slot, empty.
func NewAudio(start Start) *Forwarder { return newForwarder(start, true, audioClock) }

func newForwarder(start Start, audio bool, clock uint32) *Forwarder {
	return &Forwarder{
		audio:    audio,
		clock:    int64(clock),
		selector: layer.NewSelector(),
		sequence: rewrite.NewSequence(start.Sequence),
		timeline: rewrite.NewTimeline(clock, start.Timestamp),
		vp8: rewrite.NewVP8(codec.VP8IDs{
			PictureID: start.PictureID, TL0: start.TL0, KeyIndex: start.KeyIndex,
		}),
	}
}

// Show binds the slot to next; Publication 0 empties it. A video slot holds what it shows
// until the key frame of next, an audio slot changes at once.
func (f *Forwarder) Show(now time.Time, next Source, target packet.Layer) {
	f.now = now
	if f.index == nil && next.Publication != 0 {
		// Idle slots cost nothing: there may be 49 of them.
		f.index = history.NewIndex(f.indexSize())
		f.born = now
	}
	if next.Publication != f.source.Publication {
		f.onAir = false
	}
	f.source = next
	f.refused = refusals{}
	if f.audio {
		target.Spatial = min(target.Spatial, 0)
	}
	f.temporal = target.Temporal
	f.selector.Want(now, next.Publication, next.Layers, target.Spatial, next.Live)
	f.clocks.keep(f.selector.Current().Publication, next.Publication)
}

func (f *Forwarder) indexSize() int {
	if f.audio {
		return audioIndex
	}
	return videoIndex
}

// SetTarget sets the layer to go to, packet.None for a pause. Up or down, the old layer
// stays until the key frame of the new.
func (f *Forwarder) SetTarget(now time.Time, target packet.Layer) {
	f.now = now
	f.refused = refusals{}
	f.temporal = target.Temporal
	f.selector.SetTarget(now, target.Spatial)
	f.onAir = f.onAir && target.Spatial >= 0
}

// Cut sets the layer to go to and stops the old one at once, because the link
// cannot carry it.
func (f *Forwarder) Cut(now time.Time, target packet.Layer) {
	f.now = now
	f.refused = refusals{}
	f.temporal = target.Temporal
	f.selector.Cut(now, target.Spatial)
}

// SetLink tells about the receiver's link: its round trip paces resends, and repairShare bounds
// them, as a share of the bytes sent.
func (f *Forwarder) SetLink(rtt time.Duration, repairShare float64) {}

// SetCongested says whether frames that nothing depends on are dropped for now.
func (f *Forwarder) SetCongested(congested bool) {}

// SetProtection sets how many former packets each packet of a voice repeats, 0 to 2, where the
// receiver takes RED.
func (f *Forwarder) SetProtection(distance int) {}

// SetRTT tells the round trip to the publisher.
func (f *Forwarder) SetRTT(rtt time.Duration) { f.selector.SetRTT(rtt) }

// Forward decides about one packet of a publication. It allocates nothing.
func (f *Forwarder) Forward(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	f.now = now
	out, reason := f.forward(now, publication, p)
	if reason != Forwarded {
		f.drops[reason]++
		f.last = reason
	}
	return out, reason
}

func (f *Forwarder) forward(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	if p.PaddingOnly() {
		source := layer.Choice{Publication: publication, Feed: p.Feed, Spatial: p.Spatial}
		// Behind a hole that is too large the next media packet decides.
		if f.begun && f.shown == source && f.sequence.Hole(p.Seq) <= maxHole {
			f.sequence.Skip(p.Seq)
		}
		return Out{}, PaddingOnly
	}
	if f.audio {
		return f.forwardAudio(now, publication, p)
	}
	switch f.selector.Select(now, publication, p) {
	case layer.Forward:
		return f.goOn(now, publication, p)
	case layer.Switch:
		return f.change(now, publication, p)
	case layer.Empty:
		return Out{}, Empty
	case layer.Paused:
		return Out{}, Paused
	case layer.OtherPublication:
		return Out{}, OtherPublication
	case layer.OtherLayer:
		return Out{}, OtherLayer
	case layer.WaitsForKeyFrame:
		return Out{}, WaitsForKeyFrame
	case layer.Late:
		return Out{}, Late
	}
	panic("forward: unknown decision")
}

// goOn forwards a packet of the source that is shown.
func (f *Forwarder) goOn(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	if f.sequence.Hole(p.Seq) > maxHole {
		if !p.Descriptor.Key {
			f.selector.Break(now)
			return Out{}, WaitsForKeyFrame
		}
		return f.change(now, publication, p)
	}
	if f.sequence.Newer(p.Seq) && f.timeline.Jumps(now, p.Timestamp) {
		f.timeline.Begin(now, p.Timestamp, f.nextUnrelated(now))
		f.clockFrom = p.Seq
	}
	return f.number(now, publication, p)
}

// change goes over to another source at the first packet of its key frame, if its clock
// can be related to the slot's.
func (f *Forwarder) change(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	timestamp, reason := f.align(now, publication, p)
	if reason != Forwarded {
		return Out{}, reason
	}
	f.selector.Commit(now, p)
	f.begin(now, publication, p, timestamp)
	f.clocks.keep(publication, f.source.Publication)
	out, reason := f.number(now, publication, p)
	out.Switched = true
	return out, reason
}

// begin makes p the first packet of the source whose numbers are mapped.
func (f *Forwarder) begin(now time.Time, publication uint32, p *packet.Packet, timestamp int64) {
	f.shown = layer.Choice{Publication: publication, Feed: p.Feed, Spatial: p.Spatial}
	f.codec = f.source.Codec
	f.begun, f.onAir = true, true
	f.clockFrom = p.Seq
	f.refused = refusals{}
	f.sequence.Begin(p.Seq)
	f.timeline.Begin(now, p.Timestamp, timestamp)
	f.vp8.Begin()
	f.sent.switches++
	f.sent.ntp = 0
}

// number gives p its numbers and remembers them.
func (f *Forwarder) number(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	if p.Seq < f.clockFrom {
		return Out{}, Late
	}
	newest := f.sequence.Newer(p.Seq)
	sequence, ok := f.sequence.Map(p.Seq)
	if !ok || f.sequence.Newest()-sequence >= int64(f.index.Capacity()) {
		return Out{}, Late
	}
	if !newest {
		if _, sent := f.index.Get(uint16(sequence)); sent {
			return Out{}, Duplicate
		}
	}
	out := Out{
		Sequence:    uint16(sequence),
		Timestamp:   uint32(f.timeline.Map(now, p.Timestamp, newest)),
		Marker:      p.Marker,
		Publication: publication,
		Payload:     p.Payload,
		Codec:       f.codec,
		Spatial:     p.Spatial,
		Temporal:    p.Temporal,
	}
	if f.codec == codec.VP8 {
		ids := f.vp8.Map(p.Descriptor, newest)
		out.Descriptor = codec.PatchVP8(f.patched[:0], p.Payload, p.Descriptor, ids)
		out.Payload = p.Payload[p.Descriptor.Size:]
	}
	if p.Descriptor.Key && !f.audio {
		f.keyOut = max(f.keyOut, sequence)
	}
	f.remember(now, out, p)
	return out, Forwarded
}

func (f *Forwarder) remember(now time.Time, out Out, p *packet.Packet) {
	s := history.Sent{
		Seq:            p.Seq,
		Publication:    out.Publication,
		Timestamp:      out.Timestamp,
		Feed:           p.Feed,
		DescriptorSize: uint8(len(out.Descriptor)),
		Stream:         p.Stream,
		Codec:          out.Codec,
		Marker:         out.Marker,
		Key:            p.Descriptor.Key,
	}
	copy(s.Descriptor[:], out.Descriptor)
	f.index.Put(out.Sequence, s)
	f.budget.roll(now)
	f.budget.sent++
	f.sent.packets++
	f.sent.octets += uint64(len(out.Descriptor) + len(out.Payload))
}

// Wants returns a bit for each stream of the publication whose packets the slot may
// need, 0 for none. It changes with Show, SetTarget, Cut, KeyFrameWanted and a Switched packet.
func (f *Forwarder) Wants(publication uint32) (streams uint8) {
	if f.audio {
		if publication != 0 && publication == f.source.Publication {
			return 1
		}
		return 0
	}
	return f.selector.Wants(f.now, publication)
}

// KeyFrameWanted reports which layer to ask for a key frame now, and takes it as asked.
// Ask it after Show, SetTarget and Cut, at the Deadline, and when Forward returned
// WaitsForKeyFrame, WaitsForReport or BehindCurrent.
func (f *Forwarder) KeyFrameWanted(now time.Time) (publication uint32, stream int8, ok bool) {
	f.now = now
	if f.audio || !f.selector.KeyFrameWanted(now) {
		return 0, -1, false
	}
	publication, stream = f.selector.Wanted()
	return publication, stream, true
}

// Deadline says when to call KeyFrameWanted next, and then to read Wants again.
func (f *Forwarder) Deadline() (time.Time, bool) {
	if f.audio {
		return time.Time{}, false
	}
	return f.selector.Deadline(f.now)
}

// Current returns what the slot shows, 0 and packet.None for nothing.
func (f *Forwarder) Current() (publication uint32, shown packet.Layer) {
	if f.audio {
		if !f.onAir {
			return 0, packet.None
		}
		return f.shown.Publication, packet.Layer{}
	}
	c := f.selector.Current()
	if c.Publication == 0 {
		return 0, packet.None
	}
	return c.Publication, packet.Layer{Spatial: c.Spatial, Temporal: f.temporal}
}

// Snapshot returns the state for the debug view.
func (f *Forwarder) Snapshot() Snapshot {
	s := Snapshot{
		Wanted:   f.source.Publication,
		Reason:   f.last.String(),
		Packets:  f.sent.packets,
		Octets:   f.sent.octets,
		Switches: f.sent.switches,
		Resends:  f.sent.resends,
		Dropped:  map[string]uint64{},
	}
	publication, shown := f.Current()
	s.Publication, s.Spatial, s.Temporal = publication, shown.Spatial, shown.Temporal
	_, s.Target = f.selector.Wanted()
	s.TargetTemporal = f.temporal
	for reason, n := range f.drops {
		if n > 0 {
			s.Dropped[Reason(reason).String()] = n
		}
	}
	return s
}
