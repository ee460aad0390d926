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
	Item       T
	Class      Class
	Size       int  // bytes on the wire
	FrameStart bool // video: first packet of a frame …
	Key        bool // … that is a key frame
	Slot       int  // from 0; a slot's video keeps its order
}

// Drop says that the video of a slot was dropped, and will be to its next key frame: ask for one.
type Drop struct {
	Slot    int
	Packets int // that were waiting
	Bytes   int
}

const (
	tick       = 5 * time.Millisecond   // between two goes while something waits
	burstTime  = 40 * time.Millisecond  // of the rate passes without waiting: an ordinary frame
	boundTime  = 250 * time.Millisecond // of the pacing rate may wait, key frames apart
	boundBytes = 1 << 20                // of video may wait at all
	burstLeast = 3000                   // bytes
	boundLeast = 6000                   // bytes
	soundBytes = 1 << 18                // of sound, for a shell that never pops
	slotsMost  = 4096
	rateLeast  = packet.Bitrate(30_000)
	rateMost   = packet.Bitrate(1_000_000_000)

	second = int64(time.Second)
)

// Pacer is the queue of one peer. The zero value is not usable.
type Pacer[T any] struct {
	queues  [classes]queue[T]
	lanes   []lane
	count   int            // of what waits
	bytes   [classes]int   // the same in bytes
	counted int            // bytes of video that count for the bound: key frames do not
	rate    packet.Bitrate // of the link
	credit  int64          // bits × 1 s that may be sent
	filled  time.Time      // credit is of then
	next    time.Time      // of the next go while something waits
	drops   []int          // slots whose drop waits to be read
	stats   Snapshot
}

// New returns a pacer for a link of that rate.
func New[T any](rate packet.Bitrate) *Pacer[T] {
	p := &Pacer[T]{}
	p.SetRate(rate)
	p.credit = p.burst()
	return p
}

// SetRate takes a new estimate of what the link carries.
func (p *Pacer[T]) SetRate(rate packet.Bitrate) {
	p.rate = min(max(rate, rateLeast), rateMost)
	p.credit = min(max(p.credit, -p.burst()), p.burst())
}

// pacing is the rate at which the queue is emptied.
func (p *Pacer[T]) pacing() int64 { return int64(p.rate) * 5 / 2 }

// burst is the most credit there can be.
func (p *Pacer[T]) burst() int64 {
	return max(int64(p.rate)*int64(burstTime), burstLeast*8*second)
}

// bound is how many bytes may wait.
func (p *Pacer[T]) bound() int {
	return min(max(int(p.pacing()*int64(boundTime)/second/8), boundLeast), boundBytes)
}

func (p *Pacer[T]) fill(now time.Time) {
	if elapsed := now.Sub(p.filled); elapsed > 0 {
		p.credit = min(p.credit+p.pacing()*int64(min(elapsed, time.Second)), p.burst())
		p.filled = now
	}
}

// Push queues an entry. It returns false if the entry is dropped.
func (p *Pacer[T]) Push(now time.Time, e Entry[T]) bool {
	if e.Class >= classes || e.Slot < 0 || e.Slot >= slotsMost || e.Size < 0 || !p.admit(&e) {
		p.stats.Dropped[min(e.Class, Padding)]++
		return false
	}
	if p.count == 0 {
		p.next = now
	}
	w := waiting[T]{Entry: e}
	if e.Class == Video {
		l := &p.lanes[e.Slot]
		w.frame, w.key = l.newest, l.key
	}
	p.queues[e.Class].push(w)
	p.sum(&w, 1)
	return true
}

// Pop returns the next item that may be sent now.
func (p *Pacer[T]) Pop(now time.Time) (item T, ok bool) {
	p.fill(now)
	for class := range p.queues {
		q := &p.queues[class]
		if q.len() == 0 {
			continue
		}
		if Class(class) != Audio && p.credit <= 0 {
			break
		}
		e := q.pop()
		p.sum(&e, -1)
		if e.Class == Video {
			p.lanes[e.Slot].sent = e.frame
		}
		// Sound is paid for, but debts do not hold video up for long.
		p.credit = max(p.credit-int64(e.Size)*8*second, -p.burst())
		p.stats.Sent[class]++
		return e.Item, true
	}
	if p.count > 0 && !p.next.After(now) {
		p.next = now.Add(max(tick, time.Duration(-p.credit/p.pacing())))
	}
	return item, false
}

// sum counts an entry in (1) or out (-1).
func (p *Pacer[T]) sum(w *waiting[T], sign int) {
	p.count += sign
	p.bytes[w.Class] += sign * w.Size
	if w.Class == Video && !w.key {
		p.counted += sign * w.Size
	}
}

// Len is the number of entries that wait.
func (p *Pacer[T]) Len() int { return p.count }

// Deadline says when to Pop next, false if nothing waits.
func (p *Pacer[T]) Deadline() (time.Time, bool) { return p.next, p.Len() > 0 }
