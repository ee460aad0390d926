package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/rewrite"
)

const (
	refusalCount = 3                       // key frames refused for want of a common clock …
	refusalTime  = time.Second             // … or for that long, then arrival decides
	reportsBy    = 1500 * time.Millisecond // a stream that was shown for so long without a report sends none
	frozen       = 250 * time.Millisecond  // a picture that stood for so long is not to wait for a better clock
	maxBehind    = 50 * time.Millisecond
	replayed     = 100 * time.Millisecond // a packet that came longer ago comes from the key-frame cache
)

// refusals counts key frames that could not be aligned: a switch that waits for ever for
// a good sender report is a frozen picture.
type refusals struct {
	count  int
	since  time.Time
	stream int8 // that waits for its report, or for that of the shown one
}

// spent reports whether nothing is refused any more, after most times or a while.
func (r *refusals) spent(now time.Time, most int) bool {
	return r.count >= most || r.count > 0 && now.Sub(r.since) >= refusalTime
}

// refuse notes a key frame of a stream that is refused.
func (r *refusals) refuse(now time.Time, stream int8) {
	if r.count == 0 {
		r.since = now
	}
	r.count++
	r.stream = stream
}

// startClock has the slot's clock go on with another source, from its first packet, which came at a moment that may be past.
// It says why the source cannot start with it.
func (f *Forwarder) startClock(at time.Duration, publication uint32, p *packet.Packet) Reason {
	// Of a layer, and after a hole, the clock goes on whatever waited a little on the way.
	other := f.shown.Publication != publication || f.shown.Feed != p.Feed
	if rewrite.OfThePast(f.now, at) && (other || f.now-at > replayed) {
		f.timeline.BeginPast(f.now, at, p.Timestamp)
		return Forwarded
	}
	timestamp, reason := f.align(at, publication, p)
	if reason == Forwarded {
		f.timeline.Begin(at, p.Timestamp, timestamp)
	}
	return reason
}

// align returns the slot's timestamp for the first packet of another source, or why the source cannot start with it.
func (f *Forwarder) align(at time.Duration, publication uint32, p *packet.Packet) (int64, Reason) {
	last, started := f.timeline.Last()
	switch {
	case !started:
		return f.timeline.Expected(at), Forwarded
	case f.shown.Publication != publication || f.shown.Feed != p.Feed:
		return f.nextUnrelated(at), Forwarded
	case f.shown.Stream == p.Stream:
		// The same stream after a hole: its clock went on.
		if f.timeline.Jumps(at, p.Timestamp) {
			return f.nextUnrelated(at), Forwarded
		}
		return max(int64(p.Timestamp)+f.timeline.Offset(), last+1), Forwarded
	}
	return f.alignLayers(at, publication, p)
}

// alignLayers relates two streams of one publication by their sender reports, or by their arrival.
func (f *Forwarder) alignLayers(at time.Duration, publication uint32, p *packet.Packet) (int64, Reason) {
	last, _ := f.timeline.Last()
	came := f.born.Add(at)
	from := f.clocks.get(publication, f.shown.Stream)
	to := f.clocks.get(publication, p.Stream)
	if !from.fits(f.born.Add(f.timeline.LastAt()), f.timeline.LastIn(), f.clock) || !to.fits(came, p.Timestamp, f.clock) {
		if f.reportMayCome(came, at, publication, from) {
			f.refused.refuse(came, p.Stream)
			// Another key frame would be refused as well, and cost the publisher's other viewers quality.
			f.selector.Hold(f.refused.since.Add(refusalTime))
			return 0, WaitsForReport
		}
		return f.nextUnrelated(at), Forwarded
	}
	moment := int64(translate(from, to, p.Timestamp, f.timeline.LastIn(), f.clock)) + f.timeline.Offset()
	switch {
	case moment-max(f.timeline.Expected(at), last+videoStep) > packet.Ticks(clockSlack, f.clock):
		return f.nextUnrelated(at), Forwarded // a report that would throw the slot's clock far ahead is wrong
	case moment > last:
		return moment, Forwarded
	case last-moment <= packet.Ticks(maxBehind, f.clock):
		return last + 1, Forwarded
	case f.refused.spent(came, 1): // a stream that is late once is late mostly
		return f.nextUnrelated(at), Forwarded
	}
	f.refused.refuse(came, p.Stream)
	return 0, BehindCurrent
}

// reportMayCome reports whether to wait for the reports that relate two streams of a publication.
func (f *Forwarder) reportMayCome(came time.Time, at time.Duration, publication uint32, from report) bool {
	switch {
	case !f.selector.GoesOn(), at-f.timeline.LastAt() >= frozen:
		return false // there is no picture meanwhile
	case f.clocks.silent(publication):
		return false
	case !from.known && at-f.began >= reportsBy, f.refused.spent(came, refusalCount):
		f.clocks.silence(publication)
		return false
	}
	return true
}

// nextUnrelated is the slot's timestamp for a source without a common clock: that of when it came, so that what follows it
// lands on the slot's wall clock.
func (f *Forwarder) nextUnrelated(at time.Duration) int64 {
	expected := f.timeline.Expected(at)
	last, started := f.timeline.Last()
	if !started {
		return expected
	}
	return max(expected, last+videoStep)
}
