package forward

import "time"

const (
	timelineWindow = 10 * time.Second
	timelineStep   = 100 * time.Millisecond // a publisher's clock that moves by more was set anew …
	timelineHeld   = 3                      // … if that many reports agree
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
	strange uint8 // reports in a row that are a step away
}

// Server takes a publisher's sender report and returns its NTP time on the server's timeline.
func (t *PublisherClock) Server(ntp uint64, arrival time.Time) uint64 {
	seen := int64(ntpOf(arrival) - ntp)
	step := int64(ntpSince(timelineStep))
	switch {
	case !t.known:
		t.rebase(seen, arrival)
	case seen < t.offset-step || seen > t.offset+step:
		if t.strange++; t.strange >= timelineHeld {
			t.rebase(seen, arrival)
		}
	default:
		t.strange = 0
		t.low = min(t.low, seen)
		t.offset = min(t.offset, seen)
		if !arrival.Before(t.lowEnds) {
			t.offset = t.low
			t.low, t.lowEnds = seen, arrival.Add(timelineWindow)
		}
	}
	return ntp + uint64(t.offset)
}

func (t *PublisherClock) rebase(seen int64, now time.Time) {
	t.known, t.strange = true, 0
	t.offset, t.low, t.lowEnds = seen, seen, now.Add(timelineWindow)
}

// ntpOf is the NTP time of a moment.
func ntpOf(at time.Time) uint64 {
	return uint64(at.Unix()+ntpEpoch)<<32 + uint64(at.Nanosecond())<<32/uint64(time.Second)
}
