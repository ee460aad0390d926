package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// forwardAudio decides about an audio packet: the wanted publication takes over at once.
func (f *Forwarder) forwardAudio(now time.Time, publication uint32, p *packet.Packet, out *Out) Reason {
	wanted, target := f.selector.Wanted()
	switch {
	case wanted == 0:
		return Empty
	case publication != wanted:
		return OtherPublication
	case target < 0:
		return Paused
	}
	at := f.since(now)
	source := layer.Choice{Publication: publication, Feed: p.Feed, Stream: p.Stream}
	switch {
	case !f.onAir || f.shown != source:
		if f.onAir && f.shown.Publication == publication && int16(p.Feed-f.shown.Feed) < 0 {
			return Late
		}
		return f.changeAudio(now, at, publication, p, out)
	case f.numbers.sequence.Hole(p.Seq) > maxHole:
		return f.changeAudio(now, at, publication, p, out)
	case f.numbers.sequence.Newer(p.Seq) && f.timeline.Jumps(at, p.Timestamp):
		f.timeline.Begin(at, p.Timestamp, f.nextVoice(at))
		f.clockFrom = p.Seq
	}
	return f.number(now, at, p, &layer.Verdict{Marker: p.Marker}, out)
}

// changeAudio starts another voice, unless the slot's clock leads the wall clock: then
// the newcomer's packets are dropped until it does not. It does not start with a packet
// that came late: all that follows would lead by as much.
func (f *Forwarder) changeAudio(now time.Time, at time.Duration, publication uint32, p *packet.Packet, out *Out) Reason {
	if p.Recovered {
		return Late
	}
	if last, started := f.timeline.Last(); started {
		if f.timeline.Lead(at, last+audioStep) > maxLead {
			return TooFarAhead
		}
	}
	f.codec = f.source.Codec
	f.begin(at, publication, p, f.nextVoice(at))
	f.voice.forget()
	out.Switched = true
	return f.number(now, at, p, &layer.Verdict{Marker: p.Marker}, out)
}

// nextVoice is the slot's timestamp for a voice that goes on or takes over without a common clock.
func (f *Forwarder) nextVoice(at time.Duration) int64 {
	last, started := f.timeline.Last()
	if !started {
		return f.timeline.Expected(at)
	}
	return max(f.timeline.Expected(at), last+audioStep)
}
