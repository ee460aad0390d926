package estimate

import "time"

const (
	standingQueue = 40 * time.Millisecond
	standingTime  = 400 * time.Millisecond
	// standingHelped is the share of the former queue below which sending less was of use.
	standingHelped   = 0.85
	standingTries    = 2
	standingPause    = 20 * time.Second
	standingGone     = 10 * time.Second // low for so long, it is nobody's
	standingLong     = 2 * time.Minute
	standingOverflow = 0.1 // loss
)

// standing deals with a queue that neither grows nor drains, in which the trend sees nothing:
// we send exactly what the link carries, or the queue is full and overflows. Sending less drains a
// queue of ours. If it does not, the queue is somebody else's, and we leave it alone for a while.
type standing struct {
	high   bool
	since  time.Duration // it is high, or was tried to drain
	low    time.Duration // it is low since
	before time.Duration // the queue at the latest try
	tries  int
	until  time.Duration // left alone
	pause  time.Duration
}

// drain reports whether to send less now.
func (q *standing) drain(s sight) bool {
	if s.queue < standingQueue+s.packet {
		if q.tries > 0 {
			q.pause = 0 // it helped
		}
		if q.high {
			q.low = s.now
		}
		if s.now-q.low > standingGone {
			q.until = s.now
		}
		q.high, q.tries = false, 0
		return false
	}
	if !q.high {
		q.high, q.since = true, s.now
	}
	wait := s.rtt
	if !q.overflows(s) {
		wait += standingTime
	}
	if s.now-q.since < wait || s.now < q.until && !q.overflows(s) {
		return false
	}
	if q.tries >= standingTries && float64(s.queue) > standingHelped*float64(q.before) && !q.overflows(s) {
		q.pause = min(max(2*q.pause, standingPause), standingLong)
		q.until, q.tries = s.now+q.pause, 0
		return false
	}
	q.tries++
	q.before, q.since = s.queue, s.now
	return true
}

// overflows reports that the queue is full and drops more than some other flow's testing would.
func (q *standing) overflows(s sight) bool {
	return s.queue >= standingQueue+s.packet && s.excess > standingOverflow
}
