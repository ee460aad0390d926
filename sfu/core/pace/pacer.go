package pace

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Class is what an entry is, in the order in which the classes are sent.
type Class uint8

// The classes.
const (
	Audio Class = iota // never waits
	Repair
	Video
	Padding
)

const classes = 4

// Entry is one packet that waits to be numbered and sent.
type Entry[T any] struct {
	Item  T
	Class Class
	// Size is what it takes on the wire, in bytes. A video packet that will be kept back, and waits only for its place
	// in the order, has none: it costs nothing and takes nobody's room.
	Size       int
	FrameStart bool // video: first packet of a frame …
	Key        bool // … that is a key frame
	Lane       int  // from 0; the video of a lane keeps its order, and lanes share the rate
}

// Drop says that video of a lane was dropped in favour of another, and will be to its next key frame.
type Drop[T any] struct {
	Lane    int
	Item    T   // the latest that was dropped
	Packets int // that were waiting
	Bytes   int
}

const (
	tick       = 5 * time.Millisecond   // between two goes while something waits
	burstTime  = 40 * time.Millisecond  // of the rate passes without waiting: an ordinary frame
	leadTime   = 150 * time.Millisecond // of the rate may be sent ahead of the link at full pace: its queue is no longer
	boundTime  = 250 * time.Millisecond // of the full pace may wait, key frames apart
	boundBytes = 1 << 20                // of video may wait at all
	entryBytes = 64                     // that an entry takes beside its size
	burstLeast = 3000                   // bytes
	leadLeast  = 6000                   // bytes
	boundLeast = 6000                   // bytes
	soundBytes = 1 << 18                // of sound, for a shell that never pops
	lanesMost  = 4096
	rateLeast  = packet.Bitrate(30_000)
	rateMost   = packet.Bitrate(1_000_000_000)

	second = int64(time.Second)
)

// Pacer is the queue of one peer. The zero value is not usable.
type Pacer[T any] struct {
	pool    pool[T]
	queues  [classes]queue // video has lanes instead
	lanes   []lane
	backlog []int32        // lanes that have something waiting
	turn    int64          // where the lane popped last stood
	order   uint64         // of the latest entry
	count   int            // of what waits
	bytes   [classes]int   // the same in bytes
	memory  int            // of the video, with what entries take
	counted int            // bytes of video that count for the bound: key frames do not
	rate    packet.Bitrate // of the link
	burst   int64          // the most credit there can be, of that rate
	lead    int64          // how far may be gone ahead of the link at full pace
	bound   int            // bytes that may wait
	credit  int64          // bits × 1 s that may be sent
	ahead   int64          // bits × 1 s that were sent and that a link of that rate has not carried yet
	filled  time.Time      // credit is of then
	next    time.Time      // of the next go while something waits
	latest  popped
	drops   []Drop[T] // that wait to be read
	stats   Snapshot
}

// popped is what Settle is about.
type popped struct {
	class Class
	lane  int
	size  int
}

// New returns a pacer for a link of that rate.
func New[T any](rate packet.Bitrate) *Pacer[T] {
	p := &Pacer[T]{}
	p.SetRate(rate)
	p.credit = p.burst
	return p
}

// SetRate takes a new estimate of what the link carries.
func (p *Pacer[T]) SetRate(rate packet.Bitrate) {
	p.rate = min(max(rate, rateLeast), rateMost)
	p.burst = max(int64(p.rate)*int64(burstTime), burstLeast*8*second)
	p.lead = max(int64(p.rate)*int64(leadTime), leadLeast*8*second)
	p.bound = min(max(int(p.fullPace()*int64(boundTime)/second/8), boundLeast), boundBytes)
	p.credit = min(max(p.credit, -p.burst), p.burst)
}

// fullPace is the rate at which a burst goes out.
func (p *Pacer[T]) fullPace() int64 { return int64(p.rate) * 5 / 2 }

// pacing is the rate at which the queue is emptied: what is longer than a burst would only wait in the link's queue, with
// all that comes after it.
func (p *Pacer[T]) pacing() int64 {
	if p.ahead > p.lead {
		return int64(p.rate)
	}
	return p.fullPace()
}

func (p *Pacer[T]) fill(now time.Time) {
	if elapsed := now.Sub(p.filled); elapsed > 0 {
		elapsed = min(elapsed, time.Second)
		p.credit = min(p.credit+p.pacing()*int64(elapsed), p.burst)
		p.ahead = max(p.ahead-int64(p.rate)*int64(elapsed), 0)
		p.filled = now
	}
}

// Push queues an entry. It returns false if the entry is dropped.
func (p *Pacer[T]) Push(now time.Time, e Entry[T]) bool {
	if e.Class >= classes || e.Lane < 0 || e.Lane >= lanesMost || e.Size < 0 || !p.admit(&e) {
		p.stats.Dropped[min(e.Class, Padding)]++
		return false
	}
	if p.count == 0 {
		p.next = now
	}
	p.order++
	to := &p.queues[e.Class]
	if e.Class == Video {
		to = &p.lanes[e.Lane].queue
		if to.first == 0 {
			p.join(e.Lane)
		}
	}
	w := p.pool.push(to)
	w.Entry, w.order, w.frame, w.key, w.gap = e, p.order, 0, false, false
	if e.Class == Video {
		l := &p.lanes[e.Lane]
		w.frame, w.key, w.gap = l.newest, l.key, l.gap
		l.gap = false
	}
	p.sum(w, 1)
	return true
}

// Pop returns the next item that may be sent now. After a gap what came right before it in its lane was dropped.
func (p *Pacer[T]) Pop(now time.Time) (item T, gap, ok bool) {
	p.fill(now)
	if p.count > 0 {
		for class := Audio; class < classes && (class == Audio || p.credit > 0); class++ {
			if class == Video && len(p.backlog) > 0 {
				item, gap = p.popVideo()
				return item, gap, true
			}
			if q := &p.queues[class]; q.first != 0 {
				return p.pay(p.pool.pop(q)), false, true
			}
		}
	}
	p.latest.size = 0
	if p.count > 0 && !p.next.After(now) {
		p.next = now.Add(max(tick, time.Duration(-p.credit/p.pacing())))
	}
	return item, false, false
}

// pay takes an entry off the credit and returns its item.
func (p *Pacer[T]) pay(w *waiting[T]) (item T) {
	p.sum(w, -1)
	p.latest = popped{class: w.Class, lane: w.Lane, size: w.Size}
	p.stats.Sent[w.Class]++
	p.Spend(w.Size)
	item, w.Item = w.Item, item // it belongs to somebody else now
	return item
}

// Spend takes off the credit what was sent without waiting here.
func (p *Pacer[T]) Spend(bytes int) {
	bits := int64(bytes) * 8 * second
	// Sound is paid for, but debts do not hold video up for long.
	p.credit = min(max(p.credit-bits, -p.burst), p.burst)
	p.ahead = max(p.ahead+bits, 0)
}

// Settle says how many bytes of the latest popped item were sent: what was not is given back.
func (p *Pacer[T]) Settle(sent int) {
	given := p.latest.size - sent
	if given == 0 {
		return
	}
	p.Spend(-given)
	if p.latest.class == Video {
		p.lanes[p.latest.lane].turn -= int64(given)
	}
	if sent == 0 {
		p.stats.Unsent[p.latest.class]++
	}
	p.latest.size = sent
}

// sum counts an entry in (1) or out (-1).
func (p *Pacer[T]) sum(w *waiting[T], sign int) {
	p.count += sign
	p.bytes[w.Class] += sign * w.Size
	if w.Class != Video {
		return
	}
	l := &p.lanes[w.Lane]
	l.memory += sign * (w.Size + entryBytes)
	p.memory += sign * (w.Size + entryBytes)
	if !w.key {
		l.counted += sign * w.Size
		p.counted += sign * w.Size
	}
}

// Len is the number of entries that wait.
func (p *Pacer[T]) Len() int { return p.count }

// Deadline says when to Pop next, false if nothing waits.
func (p *Pacer[T]) Deadline() (time.Time, bool) { return p.next, p.Len() > 0 }
