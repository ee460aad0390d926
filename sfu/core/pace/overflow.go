package pace

// lane is the state of one slot's video.
type lane struct {
	newest   uint64 // number of the frame that comes in
	sent     uint64 // number of the frame that goes out: it is finished, whatever comes
	key      bool   // the frame that comes in is a key frame
	dropping bool   // until the next key frame
	told     bool   // a drop waits to be read
	drop     Drop
	spare    int // scratch: bytes that could be dropped
}

// admit decides whether an entry may wait, and drops what has to make room.
func (p *Pacer[T]) admit(e *Entry[T]) bool {
	switch e.Class {
	case Audio:
		return p.bytes[Audio]+e.Size <= soundBytes
	case Repair, Padding:
		return p.bytes[e.Class]+e.Size <= p.bound()/2
	case Video:
	}
	for e.Slot >= len(p.lanes) {
		p.lanes = append(p.lanes, lane{})
	}
	if e.FrameStart || e.Key {
		p.begin(e)
	}
	l := &p.lanes[e.Slot]
	for p.bytes[Video]+e.Size > boundBytes && !l.dropping {
		p.overflow(p.victim(e, true), true)
	}
	return !l.dropping
}

// begin takes the first packet of a frame, which decides for all of it.
func (p *Pacer[T]) begin(e *Entry[T]) {
	l := &p.lanes[e.Slot]
	l.dropping = l.dropping && !e.Key
	// A key frame is let through, however narrow the link: all that follows needs it, and
	// nothing needs what waits before it.
	if e.Key && p.bytes[Video] > p.bound() {
		p.remove(func(w *waiting[T]) bool { return w.Class == Video && w.Slot == e.Slot && w.frame > l.sent })
	}
	for !e.Key && !l.dropping && p.counted > p.bound() {
		p.overflow(p.victim(e, false), false)
	}
	if !l.dropping {
		l.newest++
		l.key = e.Key
	}
}

// victim is the slot with most to drop, which can be the entry itself. Its own slot is
// the victim if nobody has more.
func (p *Pacer[T]) victim(e *Entry[T], all bool) int {
	for i := range p.lanes {
		p.lanes[i].spare = 0
	}
	q := &p.queues[Video]
	for i := range q.count {
		w := q.at(i)
		if l := &p.lanes[w.Slot]; w.frame > l.sent && (all || !w.key) {
			l.spare += w.Size
		}
	}
	most := e.Slot
	p.lanes[most].spare += e.Size
	for i := range p.lanes {
		if p.lanes[i].spare > p.lanes[most].spare {
			most = i
		}
	}
	return most
}

// overflow drops what waits of a slot's frames that are not begun, and all that comes to the next
// key frame. Unless all has to go, the latest key frame stays.
func (p *Pacer[T]) overflow(slot int, all bool) {
	l := &p.lanes[slot]
	q := &p.queues[Video]
	key := uint64(0)
	if !all {
		for i := range q.count {
			if w := q.at(i); w.Slot == slot && w.key && w.frame > l.sent {
				key = w.frame
			}
		}
	}
	packets, bytes := p.remove(func(w *waiting[T]) bool {
		return w.Class == Video && w.Slot == slot && w.frame > l.sent && w.frame != key
	})
	if packets > 0 && l.newest == key {
		return // what was dropped is older than the key frame that comes in
	}
	l.dropping = true
	if !l.told {
		l.told, l.drop = true, Drop{Slot: slot}
		p.drops = append(p.drops, slot)
	}
	l.drop.Packets += packets
	l.drop.Bytes += bytes
}

// remove drops what gone reports.
func (p *Pacer[T]) remove(gone func(*waiting[T]) bool) (packets, bytes int) {
	for class := range p.queues {
		p.queues[class].remove(func(w *waiting[T]) bool {
			if !gone(w) {
				return false
			}
			p.sum(w, -1)
			p.stats.Dropped[class]++
			packets, bytes = packets+1, bytes+w.Size
			return true
		})
	}
	return packets, bytes
}

// Clear drops the video and the repairs of a slot that wait, since they are not to be shown
// any more. What comes after is taken as it is.
func (p *Pacer[T]) Clear(slot int) {
	p.remove(func(w *waiting[T]) bool {
		return w.Slot == slot && (w.Class == Video || w.Class == Repair)
	})
}

// Dropped returns a slot whose video was dropped since it was last asked, false if there is
// none. It is dropped on to the slot's next key frame.
func (p *Pacer[T]) Dropped() (Drop, bool) {
	if len(p.drops) == 0 {
		return Drop{}, false
	}
	l := &p.lanes[p.drops[0]]
	p.drops = append(p.drops[:0], p.drops[1:]...)
	l.told = false
	return l.drop, true
}
