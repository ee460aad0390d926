package estimate

import "time"

const (
	// standingBurst is how long a queue of frames may last; longer, it is too much that is sent.
	standingBurst  = 100 * time.Millisecond
	standingQueue  = 40 * time.Millisecond
	standingPacket = 20 * time.Millisecond // the most that a packet of ours accounts for
	standingTime   = 400 * time.Millisecond
	// standingHelped is the share of the former queue below which sending less was of use.
	standingHelped   = 0.85
	standingTries    = 2
	standingFell     = 0.9 // of what arrived before the tries: we did send less
	standingPause    = 20 * time.Second
	standingGone     = time.Second // short for so long, it is nobody's
	standingLong     = 2 * time.Minute
	standingOverflow = 0.1 // loss
)

// standing deals with the queue itself, where the trend sees only how it changes. Sending less drains a queue of
// ours. If it does not, the queue is somebody else's: a flow that fills it whatever we do.
type standing struct {
	high   bool
	since  time.Duration // it is high, or was tried to drain
	low    time.Duration // it is short since
	before time.Duration // the queue at the latest try
	tries  int
	acked  float64       // at the first try
	until  time.Duration // it is taken for somebody else's
	pause  time.Duration
}

// drain reports whether to send less now.
func (q *standing) drain(s sight) bool {
	q.watch(s)
	if s.queue.delay < allowed(s) {
		if q.tries > 0 {
			q.pause = 0 // it helped
		}
		q.high, q.tries = false, 0
		return false
	}
	if !q.high {
		q.high, q.since, q.before = true, s.now, s.queue.delay
	}
	if q.overflows(s) {
		return s.now-q.since >= s.rtt && q.try(s)
	}
	wait := standingBurst
	if q.tries > 0 {
		wait = standingTime + s.rtt
	}
	switch {
	case s.now-q.since < wait || q.beside(s.now):
		return false
	case q.tries > 0 && float64(s.queue.delay) <= standingHelped*float64(q.before):
		q.before, q.since = s.queue.delay, s.now // it drains
		return false
	case q.tries >= standingTries && s.queue.delay >= standingQueue+min(s.packet, standingPacket) && s.acked < standingFell*q.acked:
		q.pause = min(max(2*q.pause, standingPause), standingLong)
		q.until, q.tries = s.now+q.pause, 0
		return false
	}
	return q.try(s)
}

// try counts a try to drain the queue.
func (q *standing) try(s sight) bool {
	if q.tries++; q.tries == 1 {
		q.acked = s.acked
	}
	q.before, q.since = s.queue.delay, s.now
	return true
}

// watch forgets the other flow when the queue stays short: a flow that fills it leaves it long.
func (q *standing) watch(s sight) {
	if s.queue.delay >= standingQueue+min(s.packet, standingPacket) {
		q.low = s.now
	}
	if s.now-q.low > standingGone {
		q.until = s.now
	}
}

// beside reports that a flow is there which fills the queue whatever we do.
func (q *standing) beside(now time.Duration) bool { return now < q.until }

// overflows reports that the queue is full and drops more than some other flow's testing would.
func (q *standing) overflows(s sight) bool {
	return s.queue.delay >= standingQueue+s.packet && s.excess > standingOverflow
}
