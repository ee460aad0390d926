package pace

// lane is the video of one source in one slot.
type lane struct {
	queue    queue
	turn     int64  // bytes sent, of all that count for its share: the lane that is behind goes next
	newest   uint64 // number of the frame that comes in
	sent     uint64 // number of the frame that goes out: it is finished, whatever comes
	memory   int    // of what waits, in bytes
	counted  int    // bytes that wait, key frames apart
	key      bool   // the frame that comes in is a key frame
	dropping bool   // until the next key frame
	gap      bool   // what came last was dropped
}

// lane makes room for the numbers up to this one.
func (p *Pacer[T]) lane(at int) *lane {
	for at >= len(p.lanes) {
		p.lanes = append(p.lanes, lane{})
	}
	return &p.lanes[at]
}

// join puts a lane into the round. It gets no credit for the time in which it had nothing to send.
func (p *Pacer[T]) join(at int) {
	l := &p.lanes[at]
	l.turn = max(l.turn, p.turn)
	p.backlog = append(p.backlog, int32(at)) //nolint:gosec // lanesMost
}

// leave takes a lane without packets out of the round.
func (p *Pacer[T]) leave(at int) {
	for i, other := range p.backlog {
		if int(other) == at {
			last := len(p.backlog) - 1
			p.backlog[i] = p.backlog[last]
			p.backlog = p.backlog[:last]
			return
		}
	}
}

// popVideo takes the next packet of the lane that is most behind, of equals the one that came first.
func (p *Pacer[T]) popVideo() (item T, gap bool) {
	at := int(p.backlog[0])
	for _, i := range p.backlog[1:] {
		l, best := &p.lanes[i], &p.lanes[at]
		if l.turn < best.turn || l.turn == best.turn && p.pool.at(l.queue.first).order < p.pool.at(best.queue.first).order {
			at = int(i)
		}
	}
	l := &p.lanes[at]
	p.turn = l.turn
	w := p.pool.pop(&l.queue)
	l.sent = w.frame
	l.turn += int64(w.Size)
	if l.queue.first == 0 {
		p.leave(at)
	}
	return p.pay(w), w.gap
}

// Waits reports whether video of a lane waits.
func (p *Pacer[T]) Waits(lane int) bool {
	return lane >= 0 && lane < len(p.lanes) && p.lanes[lane].queue.first != 0
}

// KeyWaits reports whether a key frame of a lane waits, or the rest of one.
func (p *Pacer[T]) KeyWaits(lane int) bool {
	if !p.Waits(lane) {
		return false
	}
	for i := p.lanes[lane].queue.first; i != 0; i = p.pool.at(i).next {
		if p.pool.at(i).key {
			return true
		}
	}
	return false
}

// Refuses reports whether all that comes for a lane is dropped, to its next key frame.
func (p *Pacer[T]) Refuses(lane int) bool {
	return lane >= 0 && lane < len(p.lanes) && p.lanes[lane].dropping
}

// Clear drops what waits of a lane, since it is not to be shown any more. What comes after is taken as it is.
func (p *Pacer[T]) Clear(lane int) {
	if lane < 0 || lane >= len(p.lanes) {
		return
	}
	p.remove(lane, func(*waiting[T]) bool { return true })
	p.lanes[lane].dropping = false
}

// Trim drops what waits of a lane before the start of a key frame, since nothing of the lane is shown: nobody can begin
// in the middle.
func (p *Pacer[T]) Trim(lane int) {
	if !p.Waits(lane) {
		return
	}
	found := false
	p.remove(lane, func(w *waiting[T]) bool {
		found = found || w.Key
		return !found
	})
	l := &p.lanes[lane]
	l.dropping = l.dropping && found
}

// remove drops what gone reports of a lane.
func (p *Pacer[T]) remove(at int, gone func(*waiting[T]) bool) (item T, packets, bytes int) {
	l := &p.lanes[at]
	if l.queue.first == 0 {
		return item, 0, 0
	}
	gap := false
	p.pool.remove(&l.queue, func(w *waiting[T]) bool {
		if !gone(w) {
			w.gap = w.gap || gap
			gap = false
			return false
		}
		gap = true
		p.sum(w, -1)
		p.stats.Dropped[Video]++
		item, packets, bytes = w.Item, packets+1, bytes+w.Size
		return true
	})
	l.gap = l.gap || gap
	if l.queue.first == 0 {
		p.leave(at)
	}
	return item, packets, bytes
}
