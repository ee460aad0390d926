package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/prefetch"
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
	// What each packet needs comes first, side by side: hundreds of slots take turns in the processor's cache.
	audio     bool
	scalable  bool          // of shown
	codec     codec.Kind    // of shown
	begun     bool          // shown is valid: something of it was sent
	onAir     bool          // audio: shown still goes out
	shown     layer.Choice  // whose numbers are mapped now
	source    Source        // wanted
	clockFrom packet.Seq    // packets of shown from before had another clock
	born      time.Time     // zero of the slot's moments
	now       time.Duration // moment of the latest call
	window    time.Duration // end of the second that bounds resends
	keyOut    int64         // number of the latest key frame's first packet
	sent      sums
	index     history.Index // empty until something is shown
	timeline  rewrite.Timeline
	numbers   numbers
	selector  layer.Selector
	filter    layer.Filter

	limits     limits
	counts     counters
	began      time.Duration // shown is on air
	clock      int64
	target     packet.Layer
	cut        bool
	clocks     clocks
	refused    refusals
	voice      *redundancy // audio alone
	drops      [reasons]uint64
	last       Reason // latest that was not Forwarded
	dependency [dependency.MaxSize]byte
}

// sums are of what was first sent.
type sums struct{ packets, octets uint64 }

type counters struct {
	switches, resends uint64
	ntp               uint64 // of the latest report of the present source
}

// NewVideo returns the forwarder of a video slot, empty.
func NewVideo(start Start) *Forwarder { return newForwarder(start, videoClock) }

// NewAudio returns the forwarder of an audio slot, empty.
func NewAudio(start Start) *Forwarder {
	f := newForwarder(start, audioClock)
	f.audio, f.voice = true, &redundancy{}
	return f
}

func newForwarder(start Start, clock uint32) *Forwarder {
	return &Forwarder{
		clock:    int64(clock),
		target:   packet.None,
		selector: layer.NewSelector(),
		filter:   layer.NewFilter(),
		numbers:  newNumbers(start),
		timeline: rewrite.NewTimeline(clock, start.Timestamp),
		limits:   newLimits(),
	}
}

// Show binds the slot to next; Publication 0 empties it. A video slot holds what it shows
// until the key frame of next, an audio slot changes at once.
func (f *Forwarder) Show(now time.Time, next Source, target packet.Layer) {
	if f.index.Capacity() == 0 && next.Publication != 0 {
		f.prepare(now)
	}
	f.now = f.since(now)
	if next.Publication != f.source.Publication {
		f.onAir = false
	}
	f.source, f.target, f.cut = next, target, false
	f.refused = refusals{}
	if f.begun && f.shown.Publication == next.Publication {
		f.scalable = next.Scalable // known since its first key frame, which may have come later
	}
	if f.audio && next.Publication != 0 {
		f.voice.payloadType = next.RED
	}
	f.selector.Want(now, next.Publication, f.streams(), f.stream(), next.Live)
	f.clocks.keep(f.selector.Current().Publication, next.Publication)
	if next.Publication == 0 {
		f.filter.End()
		return
	}
	f.aim(now)
}

// prepare makes the memory of a slot. Idle slots cost nothing: there may be 49 of them.
func (f *Forwarder) prepare(now time.Time) {
	f.born = now
	if f.audio {
		f.index = history.NewIndex(audioIndex)
		return
	}
	f.index = history.NewIndex(videoIndex)
	f.filter.Prepare()
}

// streams is how many streams the wanted publication has.
func (f *Forwarder) streams() int8 {
	if f.audio || f.source.Scalable {
		return 1
	}
	return f.source.Layers
}

// stream is the stream that has the target layer, -1 for none.
func (f *Forwarder) stream() int8 {
	if f.audio || f.source.Scalable {
		return min(f.target.Spatial, 0)
	}
	return f.target.Spatial
}

// aim tells the filter what is wanted of the stream that is shown, if its publication is the wanted one.
func (f *Forwarder) aim(now time.Time) {
	if f.audio || !f.begun || f.shown.Publication != f.source.Publication {
		return
	}
	target := f.target
	if !f.scalable {
		target.Spatial = layer.Max
	}
	f.filter.SetTarget(target, f.cut)
	if f.selector.Current() == f.shown {
		f.selector.Need(now, f.filter.Hungry())
	}
}

// SetTarget sets the layer to go to, packet.None for a pause. Up or down, what cannot be
// left without a key frame goes on until there is one.
func (f *Forwarder) SetTarget(now time.Time, target packet.Layer) { f.turn(now, target, false) }

// Cut sets the layer to go to and stops the old one at once, because the link
// cannot carry it.
func (f *Forwarder) Cut(now time.Time, target packet.Layer) { f.turn(now, target, true) }

func (f *Forwarder) turn(now time.Time, target packet.Layer, cut bool) {
	f.now = f.since(now)
	f.target, f.cut = target, cut
	f.refused = refusals{}
	if cut {
		f.selector.Cut(now, f.stream())
	} else {
		f.selector.SetTarget(now, f.stream())
	}
	f.onAir = f.onAir && target.Spatial >= 0
	f.aim(now)
}

// SetRTT tells the round trip to the publisher.
func (f *Forwarder) SetRTT(rtt time.Duration) {
	f.selector.SetRTT(rtt)
	f.filter.SetRTT(rtt)
}

// SetCongested says whether frames that nothing depends on are dropped for now.
func (f *Forwarder) SetCongested(congested bool) {
	f.limits.congested = congested
	f.filter.SetCongested(congested)
}

// hotLines is how many lines of a Forwarder a packet may touch: all up to the filter's latest pictures.
const hotLines = 17

// Prefetch says that Forward is called soon. A shard says so of the next slot while it works for another.
func (f *Forwarder) Prefetch() { prefetch.Of(f, hotLines) }

// Forward decides about one packet of a publication. It allocates nothing.
func (f *Forwarder) Forward(now time.Time, publication uint32, p *packet.Packet) (out Out, reason Reason) {
	f.now = f.since(now)
	if reason = f.forward(now, publication, p, &out); reason != Forwarded {
		f.drops[reason]++
		f.last = reason
	}
	return out, reason
}

// forward fills out, which is large, in place.
func (f *Forwarder) forward(now time.Time, publication uint32, p *packet.Packet, out *Out) Reason {
	if p.PaddingOnly() {
		source := layer.Choice{Publication: publication, Feed: p.Feed, Stream: p.Stream}
		// Behind a hole that is too large the next media packet decides.
		if f.begun && f.shown == source && f.numbers.sequence.Hole(p.Seq) <= maxHole {
			f.numbers.sequence.Skip(p.Seq)
		}
		return PaddingOnly
	}
	if f.audio {
		return f.forwardAudio(publication, p, out)
	}
	decision := f.selector.Select(now, publication, p)
	if decision == layer.Forward {
		return f.goOn(now, publication, p, out)
	}
	if decision == layer.Switch {
		return f.change(now, publication, p, out)
	}
	return reasonOf(decision)
}

// goOn forwards a packet of the source that is shown, if its frame goes out.
func (f *Forwarder) goOn(now time.Time, publication uint32, p *packet.Packet, out *Out) Reason {
	hole := f.numbers.sequence.Hole(p.Seq)
	if hole > maxHole {
		if !layer.StartsKeyFrame(p) {
			f.selector.Break(now)
			return WaitsForKeyFrame
		}
		return f.change(now, publication, p, out)
	}
	ahead := f.numbers.sequence.Ahead(p.Seq)
	verdict := f.filter.Take(now, p, ahead, hole > 0)
	out.Wake = f.hunger(now, publication)
	if verdict.Decision != layer.Forward {
		if ahead {
			f.numbers.skip(f.codec, p)
		}
		return reasonOf(verdict.Decision)
	}
	at := f.moment(p)
	if f.numbers.sequence.Newer(p.Seq) && f.timeline.Jumps(at, p.Timestamp) {
		f.timeline.Begin(at, p.Timestamp, f.nextUnrelated(at))
		f.clockFrom = p.Seq
	}
	return f.number(at, p, &verdict, out)
}

// hunger tells the selector whether the shown stream needs a key frame. It returns whether it does since now.
func (f *Forwarder) hunger(now time.Time, publication uint32) bool {
	if publication != f.source.Publication {
		return false
	}
	return f.selector.Need(now, f.filter.Hungry())
}

// since is a moment as the slot counts them: reading a time.Time costs more than all that is done with it.
func (f *Forwarder) since(t time.Time) time.Duration { return t.Sub(f.born) }

// moment is when a packet came: a packet that is replayed from the key-frame cache came before now.
func (f *Forwarder) moment(p *packet.Packet) time.Duration {
	if p.Arrival.IsZero() {
		return f.now
	}
	return min(f.since(p.Arrival), f.now)
}

// change goes over to another source at the first packet of its key frame, if its clock
// can be related to the slot's.
func (f *Forwarder) change(now time.Time, publication uint32, p *packet.Packet, out *Out) Reason {
	at := f.moment(p)
	if reason := f.startClock(at, publication, p); reason != Forwarded {
		return reason
	}
	if publication == f.source.Publication {
		f.selector.Commit(now, p)
		f.codec, f.scalable = f.source.Codec, f.source.Scalable
	}
	f.begin(at, publication, p)
	f.filter.Begin(f.codec)
	f.aim(now)
	f.clocks.keep(publication, f.source.Publication)
	verdict := f.filter.Take(now, p, true, false)
	f.hunger(now, publication)
	out.Switched = true
	return f.number(at, p, &verdict, out)
}

// begin makes p the first packet of the source whose numbers are mapped.
func (f *Forwarder) begin(at time.Duration, publication uint32, p *packet.Packet) {
	f.shown = layer.Choice{Publication: publication, Feed: p.Feed, Stream: p.Stream}
	f.numbers.begin(p)
	f.begun, f.onAir, f.began = true, true, at
	f.clockFrom = p.Seq
	f.refused = refusals{}
	f.counts.switches++
	f.counts.ntp = 0
}

// number gives p, which counts for the slot's clock at a moment that may be past, its numbers and
// remembers them.
func (f *Forwarder) number(at time.Duration, p *packet.Packet, verdict *layer.Verdict, out *Out) Reason {
	if p.Seq < f.clockFrom {
		return Late
	}
	sequence := &f.numbers.sequence
	ahead, newest := sequence.Ahead(p.Seq), sequence.Newer(p.Seq)
	number, ok := sequence.Map(p.Seq)
	if !ok || sequence.Newest()-number >= int64(f.index.Capacity()) {
		return Late
	}
	if !newest {
		if _, sent := f.index.Get(uint16(number)); sent {
			return Duplicate
		}
	}
	s := f.index.Claim(uint16(number))
	s.Seq, s.Feed, s.Stream, s.Publication = p.Seq, p.Feed, p.Stream, f.shown.Publication
	s.From, s.Codec, s.Marker = f.codec, f.codec, verdict.Marker
	if !f.numbers.name(f.codec, s, p, ahead, verdict) {
		*s = history.Sent{}
		return Late
	}
	s.Timestamp = uint32(f.timeline.Stamp(f.now, at, p.Timestamp, newest))
	if f.audio {
		s.Codec = f.voice.takes(f.codec)
		f.build(s, uint16(number), p, out)
		f.protect(out, newest)
	} else {
		f.build(s, uint16(number), p, out)
		f.seen(p, number, verdict, out)
	}
	if newest {
		f.numbers.ended = s.Marker || f.audio
	}
	s.Size = uint16(len(out.Descriptor) + len(out.Payload))
	f.roll()
	f.sent.packets++
	f.sent.octets += uint64(s.Size)
	return Forwarded
}

// seen notes what a picture's packet tells the choice of the next ones.
func (f *Forwarder) seen(p *packet.Packet, number int64, verdict *layer.Verdict, out *Out) {
	out.Temporal = verdict.Layer.Temporal
	if f.scalable {
		out.Spatial = verdict.Layer.Spatial
	}
	f.filter.Sent(p)
	if layer.StartsKeyFrame(p) {
		f.keyOut = max(f.keyOut, number)
	}
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
	return f.selector.Wants(f.born.Add(f.now), publication)
}

// KeyFrameWanted reports which layer to ask for a key frame now, and takes it as asked.
// Ask it after Show, SetTarget and Cut, at the Deadline, and when Forward returned
// WaitsForKeyFrame, WaitsForReport or BehindCurrent.
func (f *Forwarder) KeyFrameWanted(now time.Time) (publication uint32, stream int8, ok bool) {
	f.now = f.since(now)
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
	return f.selector.Deadline(f.born.Add(f.now))
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
	shown = f.filter.Layer()
	if !f.scalable && shown != packet.None {
		shown.Spatial = c.Stream
	}
	return c.Publication, shown
}

// Snapshot returns the state for the debug view.
func (f *Forwarder) Snapshot() Snapshot {
	s := Snapshot{
		Wanted:   f.source.Publication,
		Reason:   f.last.String(),
		Packets:  f.sent.packets,
		Octets:   f.sent.octets,
		Switches: f.counts.switches,
		Resends:  f.counts.resends,
		Dropped:  map[string]uint64{},
	}
	publication, shown := f.Current()
	s.Publication, s.Spatial, s.Temporal = publication, shown.Spatial, shown.Temporal
	s.Target, s.TargetTemporal = f.target.Spatial, f.target.Temporal
	for reason, n := range f.drops {
		if n > 0 {
			s.Dropped[Reason(reason).String()] = n
		}
	}
	return s
}
