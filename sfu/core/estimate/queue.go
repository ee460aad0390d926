package estimate

import "time"

const (
	// queueMemory is half of how long the shortest way is remembered: clocks drift and routes change.
	queueMemory = 30 * time.Second
	// queueNoticed is more than jitter of one feedback leaves after taking the minimum.
	queueNoticed = 25 * time.Millisecond
)

// queue is how long packets wait on the way: the shortest way of the latest feedback against
// the shortest of the last 30 to 60 s.
type queue struct {
	shortest, before time.Duration // of this memory and the one before
	turned           time.Duration
	started          bool
	delay            time.Duration
	reading          bool
	latest           time.Duration
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

// end closes the feedback.
func (q *queue) end() {
	if q.reading {
		q.delay = q.latest - q.base()
	}
}

func (q *queue) base() time.Duration { return min(q.shortest, q.before) }
