package estimate

import "time"

const (
	// clockTick is the unit of the reference time.
	clockTick = 64 * time.Millisecond
	clockMask = 1<<24 - 1
	// mostClockError tells a feedback that took long from a clock that was set.
	mostClockError = 10 * time.Second
)

// receiverClock unwraps the 24 bit reference time of feedback, by our own clock: feedback
// that stays away for days finds the right cycle. A clock that jumps goes on from where it
// was, so that no receiver can drive our arrival times to the ends of the range.
type receiverClock struct {
	ticks   int64 // of the latest feedback, unwrapped
	shift   uint32
	at      time.Time
	started bool
}

// read returns the reference time, and whether the clock jumped.
func (c *receiverClock) read(now time.Time, reference uint32) (at time.Duration, jumped bool) {
	if !c.started {
		c.started, c.ticks, c.at = true, 1<<24+int64(reference&clockMask), now
		return time.Duration(c.ticks) * clockTick, false
	}
	expected := c.ticks + int64(now.Sub(c.at)/clockTick)
	late := nearest(reference + c.shift - uint32(expected))
	if time.Duration(max(late, -late))*clockTick > mostClockError {
		c.shift -= uint32(late)
		late, jumped = 0, true
	}
	c.ticks, c.at = expected+late, now
	return time.Duration(c.ticks) * clockTick, jumped
}

// nearest reads a difference of 24 bits with its sign.
func nearest(difference uint32) int64 {
	return int64(int32(difference<<8) >> 8)
}

// feedbackCount finds missing feedback by the count of 8 bits that each carries.
type feedbackCount struct {
	latest  uint8
	started bool
}

// read reports whether this feedback is the next one after the latest.
func (c *feedbackCount) read(count uint8, stats *Stats) (next bool) {
	ahead := count - c.latest
	switch {
	case !c.started:
	case ahead == 0 || ahead > 1<<7:
		stats.Reordered++
		return false
	default:
		stats.Missing += uint64(ahead - 1)
		next = ahead == 1
	}
	c.latest, c.started = count, true
	return next
}
