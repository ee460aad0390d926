package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	maxResends   = 3
	resendPeriod = 50 * time.Millisecond

	resendShare = 2  // one resend for so many packets sent, over a second …
	resendFloor = 30 // … but that many in any case
	shareWindow = time.Second
)

// budget bounds what resends cost: beyond half of what is sent they only feed congestion,
// and a viewer who asks for everything three times must not quadruple a stream.
type budget struct {
	ends         time.Time
	sent, resent int // in the running window
	before       int // sent in the window before
}

func (b *budget) roll(now time.Time) {
	if now.Before(b.ends) {
		return
	}
	b.before = 0
	if now.Sub(b.ends) < shareWindow {
		b.before = b.sent
	}
	b.sent, b.resent = 0, 0
	b.ends = now.Add(shareWindow)
}

func (b *budget) spend(now time.Time) bool {
	b.roll(now)
	if b.resent >= max(resendFloor, max(b.sent, b.before)/resendShare) {
		return false
	}
	b.resent++
	return true
}

// SenderReport takes a publisher's sender report of one stream. ntp should be on the
// server's timeline (PublisherClock.Server). After Show the shell hands over the latest known
// ones, so that the slot's first report can go out at once.
func (f *Forwarder) SenderReport(publication uint32, stream int8, ntp uint64, rtp uint32, arrival time.Time) {
	f.clocks.put(publication, stream, report{ntp: ntp, rtp: rtp, arrival: arrival, known: true})
}

// Report returns the slot's own sender report for now: the publisher's moment, on the slot's
// clock. ok is false before anything was sent, before the publisher's report is known,
// and where it would run behind the one before.
func (f *Forwarder) Report(now time.Time) (ntp uint64, rtp uint32, packets, octets uint32, ok bool) {
	if !f.begun {
		return 0, 0, 0, 0, false
	}
	r := f.clocks.get(f.shown.Publication, f.shown.Spatial)
	if !r.fits(f.timeline.LastAt(), f.timeline.LastIn(), f.clock) {
		return 0, 0, 0, 0, false
	}
	ntp = r.ntp + ntpSince(now.Sub(r.arrival))
	if ntp < f.sent.ntp {
		return 0, 0, 0, 0, false
	}
	f.sent.ntp = ntp
	rtp = r.at(now, f.clock) + uint32(f.timeline.Offset())
	return ntp, rtp, uint32(f.sent.packets), uint32(f.sent.octets), true
}

// Resend returns what was first sent under this number, if it may be sent again: three
// times at most, not within 50 ms of the last, nothing older than the latest key frame, and
// no more than half of what is sent.
// The shell checks with Sent.Of that the ring still holds that packet and gets its bytes from Rebuild.
func (f *Forwarder) Resend(now time.Time, out uint16) (history.Sent, bool) {
	f.now = now
	if f.index == nil {
		return history.Sent{}, false
	}
	s, ok := f.index.Get(out)
	if !ok || s.Resends >= maxResends {
		return history.Sent{}, false
	}
	if !f.audio && int16(out-uint16(f.keyOut)) < 0 {
		return history.Sent{}, false
	}
	// Counted from 1, since 0 is never.
	at := uint32(now.Sub(f.born)/time.Millisecond) + 1
	if s.ResentAt != 0 && at-s.ResentAt < uint32(resendPeriod/time.Millisecond) {
		return history.Sent{}, false
	}
	if !f.budget.spend(now) {
		return history.Sent{}, false
	}
	s.ResentAt = at
	s.Resends++
	f.sent.resends++
	return *s, true
}

// Rebuild returns a packet as it was first sent: p is the one that sent is Of.
func (f *Forwarder) Rebuild(sent history.Sent, number uint16, p *packet.Packet) Out {
	out := Out{
		Sequence: number, Timestamp: sent.Timestamp, Marker: sent.Marker, Publication: sent.Publication,
		Payload: p.Payload, Codec: sent.Codec, Spatial: p.Spatial, Temporal: p.Temporal,
	}
	if sent.DescriptorSize > 0 {
		out.Descriptor = append(f.patched[:0], sent.Descriptor[:sent.DescriptorSize]...)
		out.Payload = p.Payload[min(int(p.Descriptor.Size), len(p.Payload)):]
	}
	return out
}
