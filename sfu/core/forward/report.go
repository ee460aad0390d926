package forward

import "time"

// SenderReport takes a publisher's sender report of one stream. ntp should be on the
// server's timeline (PublisherClock.Server). After Show the shell hands over the latest known
// ones, so that the slot's first report can go out at once. It returns whether a key frame was refused
// for want of it: ask KeyFrameWanted.
func (f *Forwarder) SenderReport(publication uint32, stream int8, ntp uint64, rtp uint32, arrival time.Time) (awaited bool) {
	f.clocks.put(publication, stream, report{ntp: ntp, rtp: rtp, arrival: arrival, known: true})
	if f.refused.count == 0 || publication != f.shown.Publication {
		return false
	}
	if !f.clocks.get(publication, f.shown.Stream).known || !f.clocks.get(publication, f.refused.stream).known {
		return false
	}
	f.selector.Hold(time.Time{})
	return true
}

// Report returns the slot's own sender report for now: the publisher's moment, on the slot's
// clock. ok is false before anything was sent, before the publisher's report is known,
// and where it would run behind the one before.
func (f *Forwarder) Report(now time.Time) (ntp uint64, rtp uint32, packets, octets uint32, ok bool) {
	if !f.begun {
		return 0, 0, 0, 0, false
	}
	r := f.clocks.get(f.shown.Publication, f.shown.Stream)
	if !r.fits(f.born.Add(f.timeline.LastAt()), f.timeline.LastIn(), f.clock) {
		return 0, 0, 0, 0, false
	}
	ntp = r.ntp + ntpSince(now.Sub(r.arrival))
	if ntp < f.counts.ntp {
		return 0, 0, 0, 0, false
	}
	f.counts.ntp = ntp
	rtp = r.at(now, f.clock) + uint32(f.timeline.Offset())
	return ntp, rtp, uint32(f.sent.packets), uint32(f.sent.octets), true
}
