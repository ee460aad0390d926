package estimate

import "time"

const (
	// queueMemory is half of how long the shortest way is remembered: clocks drift and routes change.
	queueMemory = 30 * time.Second
	// queueNoticed is more than jitter of one feedback leaves after taking the minimum.
	queueNoticed = 25 * time.Millisecond
	// queueSpan is what the delay is the least of: three frames, of which one at least meets what is left of the queue.
	queueSpan   = 100 * time.Millisecond
	noiseWeight = 32
	// The usual delay falls fast and rises over 10 s, to twice the noise at most: more is a queue.
	usualDown, usualUp = 4, 100
	usualMost          = 2
	usualLeast         = 2 * time.Millisecond
)

// queue is how long packets wait on the way: the shortest way of a tenth of a second against the shortest of the last 30 to
// 60 s.
type queue struct {
	shortest, before time.Duration // of this memory and the one before
	turned           time.Duration
	started          bool
	reading          bool
	latest           time.Duration // shortest way of the feedback

	open        bool
	from        time.Duration // of the span that is open
	least       time.Duration // delay in it
	last, older time.Duration // of the spans before
	level       level
}

// level is what is known of a queue.
type level struct {
	delay time.Duration
	noise time.Duration // by how much the delay bends from one span to the next: what arrives unevenly, and no queue
	usual time.Duration // what is left of the delay when nothing queues
}

// begin starts the packets of one feedback.
func (q *queue) begin() { q.reading = false }

func (q *queue) add(sent, arrived time.Duration) {
	way := arrived - sent
	if !q.reading || way < q.latest {
		q.latest, q.reading = way, true
	}
	if !q.started {
		q.started, q.shortest, q.before, q.turned = true, way, way, sent
	}
	if sent-q.turned > queueMemory {
		q.before, q.shortest, q.turned = q.shortest, way, sent
	}
	q.shortest = min(q.shortest, way)
}

// end closes the feedback. A delay that falls counts at once.
func (q *queue) end(now time.Duration) {
	if !q.reading {
		return
	}
	delay := q.latest - q.base()
	if !q.open {
		q.open, q.least = true, delay
	}
	q.least = min(q.least, delay)
	m := &q.level
	if now-q.from >= queueSpan {
		q.open, q.from = false, now
		m.delay = q.least
		// A queue grows or drains steadily: what is left of the difference is noise.
		bend := (q.least - q.last) - (q.last - q.older)
		m.noise += (max(bend, -bend)/2 - m.noise) / noiseWeight
		q.older, q.last = q.last, q.least
		weight := time.Duration(usualUp)
		if m.delay < m.usual {
			weight = usualDown
		}
		m.usual = min(m.usual+(m.delay-m.usual)/weight, usualMost*m.noise+usualLeast)
	}
	m.delay = min(m.delay, delay)
}

func (q *queue) base() time.Duration { return min(q.shortest, q.before) }
