package scenario

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
	"github.com/plenum-meet/plenum/sfu/sfutest/virtual"
)

// World is virtual time and what happens in it. Nothing in it runs beside anything else.
type World struct {
	clock *virtual.Clock
	seed  uint64
	ways  uint64
	flows []*series
}

// begin is a fixed time, so that a seed is all that makes two runs differ.
var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// NewWorld begins anew.
func NewWorld(seed uint64) *World { return &World{clock: virtual.NewClock(begin), seed: seed} }

// Now is the present time.
func (w *World) Now() time.Time { return w.clock.Now() }

// At does something at a time, now if that is past.
func (w *World) At(at time.Time, do func()) { w.clock.At(at, do) }

// After does something in a while.
func (w *World) After(d time.Duration, do func()) { w.clock.After(d, do) }

// Every does something again and again, first in one interval.
func (w *World) Every(interval time.Duration, do func()) { w.clock.Every(interval, do) }

// Since the beginning.
func (w *World) Since() time.Duration { return w.clock.Since() }

// Run lets a time since the beginning come.
func (w *World) Run(until time.Duration) { w.clock.Run(until) }

// Way is one direction of a path, which everybody on it shares.
type Way struct {
	world *World
	link  *link.Link
}

// NewWay makes a way whose plan begins now.
func (w *World) NewWay(plan link.Plan) *Way {
	w.ways++
	return &Way{world: w, link: link.New(plan, w.Now(), w.seed, w.ways)}
}

// Send hands over a packet. It arrives after the way and an extra delay of whoever sends it: never, once or twice.
func (w *Way) Send(size int, extra time.Duration, arrive func()) {
	for _, at := range w.link.Send(w.world.Now(), size) {
		w.world.At(at.Add(extra), arrive)
	}
}

// Waiting is how long a packet would wait now.
func (w *Way) Waiting() time.Duration { return w.link.Waiting(w.world.Now()) }
