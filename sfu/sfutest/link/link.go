package link

import (
	"math"
	"math/rand/v2"
	"time"
)

// Link is one direction of a path. It belongs to one goroutine.
type Link struct {
	plan   Plan
	start  time.Time
	random *rand.Rand

	free   time.Duration // since start: when all that was queued has left
	last   time.Duration // since start: the latest delivery of a packet that keeps its order
	bad    bool          // within a burst of losses
	out    [2]time.Time
	counts Counts
}

// Counts say what became of the packets of a link.
type Counts struct {
	Sent       uint64 `json:"sent"`
	Bytes      uint64 `json:"bytes"`
	Delivered  uint64 `json:"delivered"`  // copies not counted
	Lost       uint64 `json:"lost"`       // by chance
	Overflowed uint64 `json:"overflowed"` // dropped by a full queue
	Oversized  uint64 `json:"oversized"`
	Blackholed uint64 `json:"blackholed"`
	Duplicated uint64 `json:"duplicated"`
	Reordered  uint64 `json:"reordered"`
}

// luck is what each packet draws, whether it needs it or not.
type luck struct{ burst, loss, jitter, angle, reorder, duplicate float64 }

// New makes a link whose plan begins at start. Links of one seed differ by their stream.
func New(plan Plan, start time.Time, seed, stream uint64) *Link {
	//nolint:gosec // a simulation is to be repeatable
	return &Link{plan: plan, start: start, random: rand.New(rand.NewPCG(seed, stream))}
}

// Change gives the link another plan, which begins now. What was sent before arrives as was said.
func (l *Link) Change(now time.Time, plan Plan) {
	since := now.Sub(l.start)
	l.last, l.free = max(0, l.last-since), max(0, l.free-since)
	l.plan, l.start = plan, now
}

// Send hands a packet of size bytes to the link and returns when it arrives: never, once or twice. Calls are in the
// order of now; the slice is valid until the next call.
func (l *Link) Send(now time.Time, size int) []time.Time {
	since := now.Sub(l.start)
	c, _, _ := l.plan.at(since)
	l.counts.Sent++
	l.counts.Bytes += uint64(size) //nolint:gosec // sizes are not negative
	u := l.draw()
	lost := l.lost(c, u)
	switch {
	case c.Blackhole:
		l.counts.Blackholed++
		return nil
	case c.MTU > 0 && size > c.MTU:
		l.counts.Oversized++
		return nil
	}
	leaves, ok := l.queue(c, since, size)
	if !ok {
		l.counts.Overflowed++
		return nil
	}
	// What is lost on the air has used its time on it.
	if lost {
		l.counts.Lost++
		return nil
	}
	l.counts.Delivered++
	// The packet meets what the link is like when it leaves the queue.
	c, _, _ = l.plan.at(leaves)
	arrives := leaves + max(0, c.Delay.Duration()+c.jitter(u))
	if u.reorder < c.Reorder {
		l.counts.Reordered++
		arrives += c.Hold.Duration()
	} else {
		arrives = max(arrives, l.last)
		l.last = arrives
	}
	l.out[0] = l.start.Add(arrives)
	if u.duplicate >= c.Duplicate {
		return l.out[:1]
	}
	l.counts.Duplicated++
	l.out[1] = l.start.Add(arrives + c.Echo.Duration())
	return l.out[:2]
}

// Waiting is how long a packet sent now would wait in the queue before its own time on the link.
func (l *Link) Waiting(now time.Time) time.Duration { return max(0, l.free-now.Sub(l.start)) }

// Rate is what the link carries now, in bit/s; 0: without limit.
func (l *Link) Rate(now time.Time) int64 {
	c, _, _ := l.plan.at(now.Sub(l.start))
	return c.Rate
}

// Counts says what became of the packets.
func (l *Link) Counts() Counts { return l.counts }

func (l *Link) draw() luck {
	r := l.random
	return luck{r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64()}
}

// lost moves the chain of good and bad times on by one packet. In bad times everything is lost, in good times nothing.
func (l *Link) lost(c Conditions, u luck) bool {
	if c.Burst == 0 {
		l.bad = false
		return u.loss < c.Loss
	}
	leave := 1 / max(1, c.Burst)
	if l.bad {
		l.bad = u.burst >= leave
	} else {
		l.bad = u.burst < leave*c.Loss/(1-c.Loss)
	}
	return l.bad
}

// queue returns when the packet has left the link's queue, if there was room for it.
func (l *Link) queue(c Conditions, since time.Duration, size int) (leaves time.Duration, ok bool) {
	bits := float64(size) * 8
	if waiting := l.waiting(since); c.Rate > 0 && waiting+bits > max(bits, c.queueBits()) {
		return 0, false
	}
	begin := max(l.free, since)
	if c.Rate > 0 && c.Bucket > 0 {
		// Silence fills the bucket: the packet may begin in the past.
		begin = max(l.free, since-seconds(float64(c.Bucket)*8/float64(c.Rate)))
	}
	l.free = l.serve(begin, bits)
	return max(l.free, since), true
}

// serve returns when bits that begin to leave at from have left, over all changes of rate on the way.
func (l *Link) serve(from time.Duration, bits float64) time.Duration {
	for bits > 0 {
		c, change, changes := l.plan.at(from)
		if c.Rate == 0 {
			return from
		}
		done := from + seconds(bits/float64(c.Rate))
		if !changes || done <= change {
			return done
		}
		bits -= float64(c.Rate) * (change - from).Seconds()
		from = change
	}
	return from
}

// waiting is what is in the queue, in bits.
func (l *Link) waiting(since time.Duration) (bits float64) {
	for from := since; from < l.free; {
		c, change, changes := l.plan.at(from)
		until := l.free
		if changes {
			until = min(until, change)
		}
		bits += float64(c.Rate) * (until - from).Seconds()
		from = until
	}
	return bits
}

func (c Conditions) jitter(u luck) time.Duration {
	spread := float64(c.Jitter.Duration())
	if c.Uniform {
		return time.Duration(spread * (2*u.jitter - 1))
	}
	// Box and Muller's way from two uniform draws to a normal one.
	normal := math.Sqrt(-2*math.Log(1-u.jitter)) * math.Cos(2*math.Pi*u.angle)
	return time.Duration(spread / 2 * normal)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Plus adds the counts of two links.
func (c Counts) Plus(other Counts) Counts {
	return Counts{
		Sent: c.Sent + other.Sent, Bytes: c.Bytes + other.Bytes, Delivered: c.Delivered + other.Delivered,
		Lost: c.Lost + other.Lost, Overflowed: c.Overflowed + other.Overflowed, Oversized: c.Oversized + other.Oversized,
		Blackholed: c.Blackholed + other.Blackholed, Duplicated: c.Duplicated + other.Duplicated, Reordered: c.Reordered + other.Reordered,
	}
}
