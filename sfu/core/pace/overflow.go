package pace

// admit decides whether an entry may wait, and drops what has to make room.
func (p *Pacer[T]) admit(e *Entry[T]) bool {
	switch e.Class {
	case Audio:
		return p.bytes[Audio]+e.Size <= soundBytes
	case Repair, Padding:
		return p.bytes[e.Class]+e.Size <= p.bound/2
	case Video:
	}
	l := p.lane(e.Lane)
	if e.FrameStart || e.Key {
		p.begin(e)
	}
	for p.memory+e.Size+entryBytes > boundBytes && !l.dropping {
		p.overflow(p.largest(e, true), e.Lane, true)
	}
	l.gap = l.gap || l.dropping
	return !l.dropping
}

// begin takes the first packet of a frame, which decides for all of it.
func (p *Pacer[T]) begin(e *Entry[T]) {
	l := &p.lanes[e.Lane]
	l.dropping = l.dropping && !e.Key
	// A key frame is let through, however narrow the link: all that follows needs it, and
	// nothing needs what waits before it.
	if e.Key && p.bytes[Video] > p.bound {
		p.remove(e.Lane, func(w *waiting[T]) bool { return w.frame > l.sent })
	}
	for !e.Key && e.Size > 0 && !l.dropping && p.counted > p.bound {
		at := p.largest(e, false)
		if freed := p.overflow(at, e.Lane, false); !freed && at != e.Lane {
			break // it finishes what it began, which is not for the smaller ones to wait for
		}
	}
	if !l.dropping {
		l.newest++
		l.key = e.Key
	}
}

// largest is the lane of which most waits, the entry included; all says that key frames count. Of equals the entry's
// own lane gives way, then the lower number.
func (p *Pacer[T]) largest(e *Entry[T], all bool) int {
	of := func(at int) int {
		if all {
			return p.lanes[at].memory
		}
		return p.lanes[at].counted
	}
	at, most := e.Lane, of(e.Lane)+e.Size
	for _, i := range p.backlog {
		lane := int(i)
		if n := of(lane); lane != e.Lane && (n > most || n == most && at != e.Lane && lane < at) {
			at, most = lane, n
		}
	}
	return at
}

// overflow drops what waits of a lane's frames, and all that comes to the next key frame; asked is the lane that needs
// the room. Unless all has to go, the latest key frame stays, and so does the rest of a frame that is begun, if it is not
// too large to wait for. It returns whether that made room.
func (p *Pacer[T]) overflow(at, asked int, all bool) (freed bool) {
	l := &p.lanes[at]
	latest, begun := uint64(0), 0
	for i := l.queue.first; i != 0; i = p.pool.at(i).next {
		switch w := p.pool.at(i); {
		case w.key && w.frame > l.sent:
			latest = w.frame
		case !w.key && w.frame == l.sent:
			begun += w.Size
		}
	}
	huge := begun > p.bound
	item, packets, bytes := p.remove(at, func(w *waiting[T]) bool {
		if w.frame == l.sent {
			return all || huge && !w.key
		}
		return all || w.frame != latest
	})
	if packets > 0 && !all && latest != 0 && l.newest == latest {
		return true // what was dropped is older than the key frame that comes in
	}
	if packets > 0 || at == asked {
		l.dropping, l.gap = true, true
	}
	if packets > 0 && at != asked {
		p.tell(Drop[T]{Lane: at, Item: item, Packets: packets, Bytes: bytes})
	}
	return packets > 0
}

// tell keeps a drop until it is read, with those of the same lane before it.
func (p *Pacer[T]) tell(d Drop[T]) {
	for i := range p.drops {
		if before := &p.drops[i]; before.Lane == d.Lane {
			d.Packets, d.Bytes = d.Packets+before.Packets, d.Bytes+before.Bytes
			*before = d
			return
		}
	}
	p.drops = append(p.drops, d)
}

// Dropped returns a lane that gave way to another since it was last asked, false if there is none.
func (p *Pacer[T]) Dropped() (Drop[T], bool) {
	if len(p.drops) == 0 {
		return Drop[T]{}, false
	}
	d := p.drops[0]
	n := copy(p.drops, p.drops[1:])
	p.drops[n] = Drop[T]{}
	p.drops = p.drops[:n]
	return d, true
}
