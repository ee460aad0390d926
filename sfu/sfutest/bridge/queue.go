package bridge

import (
	"container/heap"
	"net"
	"net/netip"
	"time"
)

// datagram is under way.
type datagram struct {
	at      time.Time
	order   uint64 // of those at one time
	payload []byte
	client  *client
	up      bool
}

// queue holds what is under way, the next to arrive first. Use add and due; the rest is for container/heap.
type queue struct {
	waiting []datagram
	added   uint64
	bytes   int
}

// add reports whether the datagram is the first to arrive.
func (q *queue) add(at time.Time, payload []byte, c *client, up bool) bool {
	q.added++
	heap.Push(q, datagram{at: at, order: q.added, payload: payload, client: c, up: up})
	return q.waiting[0].order == q.added
}

// due takes the next one if its time has come; else it says when it comes, if there is one.
func (q *queue) due(now time.Time) (d datagram, ok bool, next time.Time, more bool) {
	if len(q.waiting) == 0 {
		return datagram{}, false, time.Time{}, false
	}
	if first := q.waiting[0].at; first.After(now) {
		return datagram{}, false, first, true
	}
	d, ok = heap.Pop(q).(datagram)
	return d, ok, time.Time{}, false
}

func (q *queue) Len() int { return len(q.waiting) }

func (q *queue) Less(i, j int) bool {
	a, b := q.waiting[i], q.waiting[j]
	if a.at.Equal(b.at) {
		return a.order < b.order
	}
	return a.at.Before(b.at)
}

func (q *queue) Swap(i, j int) { q.waiting[i], q.waiting[j] = q.waiting[j], q.waiting[i] }

// Push implements heap.Interface.
func (q *queue) Push(x any) {
	if d, ok := x.(datagram); ok {
		q.waiting = append(q.waiting, d)
		q.bytes += len(d.payload)
	}
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(q.waiting) - 1
	d := q.waiting[last]
	q.waiting[last] = datagram{}
	q.waiting = q.waiting[:last]
	q.bytes -= len(d.payload)
	return d
}

// parcel is a datagram whose time has come, with its last socket.
type parcel struct {
	payload []byte
	socket  *net.UDPConn
	to      netip.AddrPort // not set towards the server
}

// deliver writes each datagram when its time has come.
func (b *Bridge) deliver() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var batch []parcel
	for {
		var next time.Time
		var more bool
		batch, next, more = b.collect(time.Now(), batch[:0])
		for _, p := range batch {
			// What a socket refuses is lost, as on any network.
			if p.to.IsValid() {
				_, _ = p.socket.WriteToUDPAddrPort(p.payload, p.to)
			} else {
				_, _ = p.socket.Write(p.payload)
			}
		}
		wait := time.Hour
		if more {
			wait = time.Until(next)
		}
		timer.Reset(wait)
		select {
		case <-b.done:
			return
		case <-b.wake:
		case <-timer.C:
		}
	}
}

// collect takes all whose time has come and says when the next one comes.
func (b *Bridge) collect(now time.Time, batch []parcel) (_ []parcel, next time.Time, more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		d, ok, next, more := b.underWay.due(now)
		if !ok {
			return batch, next, more
		}
		p := parcel{payload: d.payload, socket: d.client.upstream}
		if d.up {
			d.client.up.given.add(len(d.payload))
		} else {
			d.client.down.given.add(len(d.payload))
			p.socket, p.to = b.socket, d.client.address
		}
		batch = append(batch, p)
	}
}
