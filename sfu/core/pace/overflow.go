package pace

// lane is the state of one slot's video.
type lane struct {
	bytes    int    // that wait
	newest   uint64 // number of the frame that comes in
	sent     uint64 // number of the frame that goes out
	key      bool   // the frame that comes in is a key frame
	closing  bool   // the frame that comes in is completed, then all is dropped
	dropping bool   // until the next key frame
	told     bool   // a drop waits to be read
	drop     Drop
}

// admit decides whether an entry may wait, and drops what has to make room.
func (p *Pacer[T]) admit(e *Entry[T]) bool {
	switch e.Class {
	case Audio:
		return p.sound+e.Size <= soundBytes
	case Repair, Padding:
		return p.counted+e.Size <= p.bound() && p.bytes+e.Size <= boundBytes
	case Video:
	}
	for e.Slot >= len(p.lanes) {
		p.lanes = append(p.lanes, lane{})
	}
	l := &p.lanes[e.Slot]
	if e.FrameStart && !p.begin(l, e) {
		return false
	}
	for p.bytes+e.Size > boundBytes && !l.dropping {
		p.overflow(p.largest(e.Slot), true)
	}
	return !l.dropping && p.bytes+e.Size <= boundBytes
}

// begin decides whether a frame may come in.
func (p *Pacer[T]) begin(l *lane, e *Entry[T]) bool {
	if e.Key {
		l.dropping, l.closing = false, false
	}
	if l.closing {
		l.dropping, l.closing = true, false
	}
	// A key frame is let through, whatever its size.
	for !e.Key && !l.dropping && p.counted > p.bound() {
		before := p.counted
		victim := p.largest(e.Slot)
		p.overflow(victim, false)
		if victim != e.Slot && p.counted == before {
			p.overflow(e.Slot, false)
			break
		}
	}
	if l.closing {
		l.dropping, l.closing = true, false // its last frame is complete
	}
	if l.dropping {
		return false
	}
	l.newest++
	l.key = e.Key
	return true
}

// largest is the slot with the most video waiting, of equals the one that asks for room.
func (p *Pacer[T]) largest(asks int) int {
	most := asks
	for i := range p.lanes {
		if p.lanes[i].bytes > p.lanes[most].bytes {
			most = i
		}
	}
	return most
}

// overflow drops what waits of a slot and is not begun, to the next key frame. One that waits
// is kept, unless all has to go.
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
	packets, bytes := 0, 0
	q.remove(func(w *waiting[T]) bool {
		if w.Slot != slot || w.frame <= l.sent || w.frame == key {
			return false
		}
		p.leave(w)
		packets, bytes = packets+1, bytes+w.Size
		return true
	})
	p.stats.Dropped[Video] += uint64(packets)
	if key > 0 && key == l.newest && packets > 0 {
		return // what was dropped is older than the key frame that comes in
	}
	switch {
	case all:
		l.dropping = true
	case key == l.newest || l.sent == l.newest:
		l.closing = true
	default:
		l.dropping = true
	}
	if l.told {
		l.drop.Packets, l.drop.Bytes = l.drop.Packets+packets, l.drop.Bytes+bytes
		return
	}
	l.told, l.drop = true, Drop{Slot: slot, Packets: packets, Bytes: bytes}
	p.drops = append(p.drops, slot)
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
