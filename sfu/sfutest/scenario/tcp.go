package scenario

import "time"

const (
	segment      = 1460
	segmentWire  = segment + 40
	ackWire      = 40
	firstWindow  = 10
	leastTimeout = 200 * time.Millisecond
	firstTimeout = time.Second
)

// TCP is a flow like NewReno's (RFC 5681, RFC 6582): slow start, congestion avoidance, fast retransmit and recovery. Each
// segment is acknowledged.
type TCP struct {
	world        *World
	down, up     *Way
	extra        time.Duration // each way
	series       *series
	left         int // segments not sent yet, -1 for ever
	done         func()
	stopped      bool
	window       float64
	threshold    float64
	next, una    int // segment numbers
	duplicates   int
	recover      int // highest sent when recovery began
	recovering   bool
	sentAt       map[int]time.Time // of first sendings, for the round trip
	srtt, spread time.Duration
	timeout      time.Duration
	timer        uint64 // the one that counts

	expected int // of the receiver
	early    map[int]bool
}

// NewTCP begins to send bytes, for ever if negative, and calls done when all are acknowledged.
func (w *World) NewTCP(name string, down, up *Way, bytes int, done func()) *TCP {
	t := &TCP{
		world: w, down: down, up: up, series: newSeries(w, name), left: -1, done: done,
		window: firstWindow, threshold: 1 << 20, timeout: firstTimeout,
		sentAt: map[int]time.Time{}, early: map[int]bool{},
	}
	if bytes >= 0 {
		t.left = (bytes + segment - 1) / segment
	}
	t.fill()
	return t
}

// Stop sends nothing more.
func (t *TCP) Stop() { t.stopped = true }

func (t *TCP) fill() {
	for !t.stopped && t.left != 0 && float64(t.next-t.una) < t.window {
		t.sentAt[t.next] = t.world.Now()
		t.send(t.next)
		t.next++
		if t.left > 0 {
			t.left--
		}
	}
}

func (t *TCP) send(n int) {
	t.series.sent(segmentWire, t.down.Waiting())
	t.down.Send(segmentWire, t.extra, func() { t.arrive(n) })
	t.arm()
}

// arm starts the retransmission timer anew (RFC 6298).
func (t *TCP) arm() {
	t.timer++
	armed := t.timer
	t.world.After(t.timeout, func() {
		if armed != t.timer || t.una == t.next || t.stopped {
			return
		}
		t.threshold = max(float64(t.next-t.una)/2, 2)
		t.window, t.duplicates, t.recovering = 1, 0, true
		t.recover = t.next
		t.timeout = min(2*t.timeout, 60*time.Second)
		delete(t.sentAt, t.una)
		t.send(t.una)
	})
}

func (t *TCP) arrive(n int) {
	t.series.arrived(segmentWire)
	if n >= t.expected {
		t.early[n] = true
	}
	for t.early[t.expected] {
		delete(t.early, t.expected)
		t.expected++
	}
	ack := t.expected
	t.up.Send(ackWire, t.extra, func() { t.acknowledged(ack) })
}

func (t *TCP) acknowledged(ack int) {
	switch {
	case ack > t.una:
		t.advance(ack)
	case ack == t.una && t.next > t.una:
		t.duplicates++
		switch {
		case t.recovering:
			t.window++
		case t.duplicates == 3:
			t.threshold = max(float64(t.next-t.una)/2, 2)
			t.window = t.threshold + 3
			t.recovering, t.recover = true, t.next
			delete(t.sentAt, t.una)
			t.send(t.una)
		}
	}
	t.fill()
}

func (t *TCP) advance(ack int) {
	newly := ack - t.una
	for n := t.una; n < ack; n++ {
		if at, ok := t.sentAt[n]; ok && n == ack-1 {
			t.measure(t.world.Now().Sub(at))
		}
		delete(t.sentAt, n)
	}
	t.una, t.duplicates = ack, 0
	switch {
	case t.recovering && ack < t.recover:
		// A partial answer: the next hole.
		t.window = max(t.window-float64(newly)+1, 1)
		t.send(t.una)
	case t.recovering:
		t.recovering, t.window = false, t.threshold
	case t.window < t.threshold:
		t.window += float64(newly)
	default:
		t.window += float64(newly) / t.window
	}
	if t.una < t.next {
		t.arm()
	} else if t.left == 0 && t.done != nil {
		done := t.done
		t.done = nil
		done()
	}
}

func (t *TCP) measure(rtt time.Duration) {
	if t.srtt == 0 {
		t.srtt, t.spread = rtt, rtt/2
	} else {
		t.spread += (max(rtt-t.srtt, t.srtt-rtt) - t.spread) / 4
		t.srtt += (rtt - t.srtt) / 8
	}
	t.timeout = max(t.srtt+4*t.spread, leastTimeout)
}
