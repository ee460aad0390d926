package pace

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/prefetch"
)

// Through is Push and Pop of an entry that need not wait: nothing else does, and its rate allows it. If it returns false,
// nothing has happened: push it. After a gap what came right before the entry in its lane was dropped.
func (p *Pacer[T]) Through(now time.Time, e *Entry[T]) (gap, ok bool) {
	if p.count > 0 || e.Lane < 0 || e.Lane >= lanesMost || e.Size < 0 {
		return false, false
	}
	p.fill(now)
	switch e.Class {
	case Audio:
		ok = e.Size <= soundBytes
	case Repair, Padding:
		ok = p.credit > 0 && e.Size <= p.bound/2
	case Video:
		l := p.lane(e.Lane)
		if ok = p.credit > 0 && e.Size+entryBytes <= boundBytes && !l.dropping; ok {
			gap = p.pass(l, e)
		}
	}
	if !ok {
		return false, false
	}
	p.order++
	p.latest = popped{class: e.Class, lane: e.Lane, size: e.Size}
	p.stats.Sent[e.Class]++
	p.Spend(e.Size)
	return gap, true
}

// pass notes what a packet that does not wait means for its lane.
func (p *Pacer[T]) pass(l *lane, e *Entry[T]) (gap bool) {
	if e.FrameStart || e.Key {
		l.newest++
		l.key = e.Key
	}
	gap, l.gap = l.gap, false
	l.turn = max(l.turn, p.turn)
	p.turn, l.sent = l.turn, l.newest
	l.turn += int64(e.Size)
	return gap
}

// Prefetch says that the pacer is used soon.
func (p *Pacer[T]) Prefetch() {
	const lines = 7 // all but what the snapshot shows
	prefetch.Of(p, lines)
	if len(p.lanes) > 0 {
		prefetch.Of(&p.lanes[0], 2)
	}
}
