package scenario

import (
	"container/heap"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// World is virtual time and what happens in it. Nothing in it runs beside anything else.
type World struct {
	now    time.Time
	begin  time.Time
	events events
	order  uint64
	seed   uint64
	ways   uint64
	flows  []*series
}

// NewWorld begins at a fixed time, so that a seed is all that makes two runs differ.
func NewWorld(seed uint64) *World {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return &World{now: begin, begin: begin, seed: seed}
}

type event struct {
	at    time.Time
	order uint64
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }

func (e events) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].order < e[j].order
	}
	return e[i].at.Before(e[j].at)
}

func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

// Push implements heap.Interface.
func (e *events) Push(x any) {
	if v, ok := x.(event); ok {
		*e = append(*e, v)
	}
}

// Pop implements heap.Interface.
func (e *events) Pop() any {
	last := len(*e) - 1
	v := (*e)[last]
	(*e)[last] = event{}
	*e = (*e)[:last]
	return v
}

// At does something at a time, now if that is past.
func (w *World) At(at time.Time, do func()) {
	if at.Before(w.now) {
		at = w.now
	}
	w.order++
	heap.Push(&w.events, event{at, w.order, do})
}

// After does something in a while.
func (w *World) After(d time.Duration, do func()) { w.At(w.now.Add(d), do) }

// Every does something again and again, first in one interval.
func (w *World) Every(interval time.Duration, do func()) {
	w.After(interval, func() {
		do()
		w.Every(interval, do)
	})
}

// Since the beginning.
func (w *World) Since() time.Duration { return w.now.Sub(w.begin) }

// Run lets a time since the beginning come.
func (w *World) Run(until time.Duration) {
	end := w.begin.Add(until)
	for len(w.events) > 0 && !w.events[0].at.After(end) {
		if e, ok := heap.Pop(&w.events).(event); ok {
			w.now = e.at
			e.do()
		}
	}
	w.now = end
}

// Way is one direction of a path, which everybody on it shares.
type Way struct {
	world *World
	link  *link.Link
}

// NewWay makes a way whose plan begins now.
func (w *World) NewWay(plan link.Plan) *Way {
	w.ways++
	return &Way{world: w, link: link.New(plan, w.now, w.seed, w.ways)}
}

// Send hands over a packet. It arrives after the way and an extra delay of whoever sends it: never, once or twice.
func (w *Way) Send(size int, extra time.Duration, arrive func()) {
	for _, at := range w.link.Send(w.world.now, size) {
		w.world.At(at.Add(extra), arrive)
	}
}

// Waiting is how long a packet would wait now.
func (w *Way) Waiting() time.Duration { return w.link.Waiting(w.world.now) }
