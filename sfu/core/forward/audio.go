package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// forwardAudio decides about an audio packet: the wanted publication takes over at once.
func (f *Forwarder) forwardAudio(publication uint32, p *packet.Packet, out *Out) Reason {
	wanted, target := f.selector.Wanted()
	switch {
	case wanted == 0:
		return Empty
	case publication != wanted:
		return OtherPublication
	case target < 0:
		return Paused
	}
	at := f.now
	source := layer.Choice{Publication: publication, Feed: p.Feed, Stream: p.Stream}
	switch {
	case !f.onAir || f.shown != source:
		if f.onAir && f.shown.Publication == publication && int16(p.Feed-f.shown.Feed) < 0 {
			return Late
		}
		return f.changeAudio(at, publication, p, out)
	case f.numbers.sequence.Hole(p.Seq) > maxHole:
		return f.changeAudio(at, publication, p, out)
	case f.numbers.sequence.Newer(p.Seq) && (f.timeline.Jumps(at, p.Timestamp) || f.runsAhead(at, p)):
		next := f.nextVoice(at)
		if f.timeline.Lead(at, next) > voiceLead {
			f.numbers.sequence.Skip(p.Seq)
			return TooFarAhead
		}
		f.timeline.Begin(at, p.Timestamp, next)
		f.clockFrom = p.Seq
	}
	return f.number(at, p, &layer.Verdict{Marker: p.Marker}, out)
}

// voiceLead is how far a voice may run ahead of the wall clock: the next one in its slot has to wait as long. A burst after
// a stall leads by less, a clock of the wrong rate or a flood by any amount.
const voiceLead = time.Second

// runsAhead reports whether a packet, on the clock that its source had so far, would lead by too much.
func (f *Forwarder) runsAhead(at time.Duration, p *packet.Packet) bool {
	return f.timeline.Lead(at, int64(p.Timestamp)+f.timeline.Offset()) > voiceLead
}

// changeAudio starts another voice, unless the slot's clock leads the wall clock: then
// the newcomer's packets are dropped until it does not. It does not start with a packet
// that came late: all that follows would lead by as much.
func (f *Forwarder) changeAudio(at time.Duration, publication uint32, p *packet.Packet, out *Out) Reason {
	if p.Overtaken {
		return Late
	}
	if last, started := f.timeline.Last(); started {
		if f.timeline.Lead(at, last+audioStep) > maxLead {
			return TooFarAhead
		}
	}
	f.codec = f.source.Codec
	f.timeline.Begin(at, p.Timestamp, f.nextVoice(at))
	f.begin(at, publication, p)
	f.voice.forget()
	out.Switched = true
	return f.number(at, p, &layer.Verdict{Marker: p.Marker}, out)
}

// nextVoice is the slot's timestamp for a voice that goes on or takes over without a common clock.
func (f *Forwarder) nextVoice(at time.Duration) int64 {
	last, started := f.timeline.Last()
	if !started {
		return f.timeline.Expected(at)
	}
	return max(f.timeline.Expected(at), last+audioStep)
}
