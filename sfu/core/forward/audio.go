package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// forwardAudio decides about an audio packet: the wanted publication takes over at once.
func (f *Forwarder) forwardAudio(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	wanted, target := f.selector.Wanted()
	switch {
	case wanted == 0:
		return Out{}, Empty
	case publication != wanted:
		return Out{}, OtherPublication
	case target < 0:
		return Out{}, Paused
	}
	source := layer.Choice{Publication: publication, Feed: p.Feed, Spatial: p.Spatial}
	switch {
	case !f.onAir || f.shown != source:
		if f.onAir && f.shown.Publication == publication && int16(p.Feed-f.shown.Feed) < 0 {
			return Out{}, Late
		}
		return f.changeAudio(now, publication, p)
	case f.sequence.Hole(p.Seq) > maxHole:
		return f.changeAudio(now, publication, p)
	case f.sequence.Newer(p.Seq) && f.timeline.Jumps(now, p.Timestamp):
		f.timeline.Begin(now, p.Timestamp, f.nextUnrelated(now))
		f.clockFrom = p.Seq
	}
	return f.number(now, publication, p)
}

// changeAudio starts another voice, unless the slot's clock leads the wall clock: then
// the newcomer's packets are dropped until it does not. It does not start with a packet
// that came late: all that follows would lead by as much.
func (f *Forwarder) changeAudio(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	if p.Recovered {
		return Out{}, Late
	}
	if last, started := f.timeline.Last(); started {
		if f.timeline.Lead(now, last+audioStep) > maxLead {
			return Out{}, TooFarAhead
		}
	}
	f.begin(now, publication, p, f.nextUnrelated(now))
	out, reason := f.number(now, publication, p)
	out.Switched = reason == Forwarded
	return out, reason
}
