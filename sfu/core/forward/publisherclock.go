package forward

import "time"

const (
	timelineWindow = 10 * time.Second
	timelineStep   = 100 * time.Millisecond // a publisher's clock that moves by more was set anew …
	timelineHeld   = 3                      // … if that many reports agree
	timelineShift  = 5 * time.Millisecond   // a smaller correction is not worth telling anybody
	ntpEpoch       = 2208988800             // seconds from 1900 to 1970
)

// PublisherClock moves one publisher's NTP times to the server's, by one offset for its audio and
// video: a slot changes publisher, and its receiver fits one line through all reports. The
// offset is the least that arrival - NTP was in the last 10 s, so that queues on the way do
// not count. The zero value is ready.
type PublisherClock struct {
	offset  int64 // 32.32 seconds: server = publisher + offset
	known   bool
	low     int64 // least in the present window
	lowEnds time.Time
	strange int64     // offset that the latest reports agree on, a step away from ours …
	agree   uint8     // … and how many of them
	doubted time.Time // the first of them
	since   time.Time // reports from before are of a clock that was set anew
}

// Doubtful reports whether the latest report may be of a clock that was set anew: nobody can be told what it says.
func (t *PublisherClock) Doubtful() bool { return t.agree > 0 }

// Known reports whether there has been a report.
func (t *PublisherClock) Known() bool { return t.known }

// Since is the arrival of the first report of the present clock.
func (t *PublisherClock) Since() time.Time { return t.since }

// Observe takes a publisher's sender report. It returns whether the offset is clearly another than before: then every
// report that was moved by it is to be moved anew, or the publisher's audio and video would drift apart by the difference.
func (t *PublisherClock) Observe(ntp uint64, arrival time.Time) (moved bool) {
	seen := int64(ntpOf(arrival) - ntp)
	if !t.known {
		t.rebase(seen, arrival)
		return false
	}
	if !within(seen, t.offset, timelineStep) {
		if t.agree == 0 || !within(seen, t.strange, timelineStep) {
			t.strange, t.agree, t.doubted = seen, 0, arrival
		}
		if t.agree++; t.agree < timelineHeld {
			return false
		}
		t.since = t.doubted
		t.rebase(min(seen, t.strange), arrival)
		return true
	}
	before := t.offset
	t.agree = 0
	t.low = min(t.low, seen)
	t.offset = min(t.offset, seen)
	if !arrival.Before(t.lowEnds) {
		t.offset = t.low
		t.low, t.lowEnds = seen, arrival.Add(timelineWindow)
	}
	return !within(t.offset, before, timelineShift)
}

// within reports whether two offsets, in 32.32 seconds, are no farther apart than d.
func within(a, b int64, d time.Duration) bool {
	apart := int64(ntpSince(d))
	return a-b >= -apart && a-b <= apart
}

// Server returns a publisher's NTP time on the server's timeline, by what was observed so far.
func (t *PublisherClock) Server(ntp uint64) uint64 { return ntp + uint64(t.offset) }

func (t *PublisherClock) rebase(seen int64, now time.Time) {
	t.known, t.agree = true, 0
	t.offset, t.low, t.lowEnds = seen, seen, now.Add(timelineWindow)
}

// ntpOf is the NTP time of a moment.
func ntpOf(at time.Time) uint64 {
	return uint64(at.Unix()+ntpEpoch)<<32 + uint64(at.Nanosecond())<<32/uint64(time.Second)
}
