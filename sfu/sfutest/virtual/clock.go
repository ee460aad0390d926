package virtual

import "time"

// Clock is a virtual time and what is to happen in it. It belongs to one goroutine.
type Clock struct {
	begin time.Time
	now   time.Duration // since the beginning
	heap  []event
	order uint64
}

// event is something to do. Of two at one time, the one that was asked for first comes first.
type event struct {
	at    time.Duration
	order uint64
	do    func()
}

// NewClock shows the time it begins at.
func NewClock(begin time.Time) *Clock { return &Clock{begin: begin} }

// Now is the present time.
func (c *Clock) Now() time.Time { return c.begin.Add(c.now) }

// Since is how long ago the beginning was.
func (c *Clock) Since() time.Duration { return c.now }

// At does something at a time, now if that is past.
func (c *Clock) At(at time.Time, do func()) { c.put(at.Sub(c.begin), do) }

// After does something in a while.
func (c *Clock) After(d time.Duration, do func()) { c.put(c.now+d, do) }

// Every does something again and again, first in one interval.
func (c *Clock) Every(interval time.Duration, do func()) {
	c.After(interval, func() {
		do()
		c.Every(interval, do)
	})
}

// Run lets a time since the beginning come.
func (c *Clock) Run(until time.Duration) {
	for len(c.heap) > 0 && c.heap[0].at <= until {
		e := c.take()
		c.now = e.at
		e.do()
	}
	c.now = until
}

func (e *event) before(o *event) bool { return e.at < o.at || e.at == o.at && e.order < o.order }

// put moves the event up to its place. The heap is our own: most of a simulation is here, and the one of the standard
// library allocates for each event.
func (c *Clock) put(at time.Duration, do func()) {
	c.order++
	e := event{max(at, c.now), c.order, do}
	c.heap = append(c.heap, e)
	i := len(c.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !e.before(&c.heap[parent]) {
			break
		}
		c.heap[i] = c.heap[parent]
		i = parent
	}
	c.heap[i] = e
}

// take removes the earliest event, and moves the last one down from there to its place.
func (c *Clock) take() event {
	earliest, last := c.heap[0], len(c.heap)-1
	e := c.heap[last]
	c.heap[last] = event{}
	c.heap = c.heap[:last]
	if last == 0 {
		return earliest
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && c.heap[child+1].before(&c.heap[child]) {
			child++
		}
		if !c.heap[child].before(&e) {
			break
		}
		c.heap[i] = c.heap[child]
		i = child
	}
	c.heap[i] = e
	return earliest
}
