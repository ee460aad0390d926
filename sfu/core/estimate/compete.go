package estimate

import "time"

const (
	competeDecrease = 0.75
	competeEvery    = 100 * time.Millisecond // and a round trip, between decreases
	competeSlope    = 0.7                    // packets a round trip, each round trip
	competeTrip     = 150 * time.Millisecond // a shorter round trip counts as this
)

// compete is what we do beside a flow that fills the queue whatever we do: what it does, more gently. It gives way
// when the queue overflows, and takes what we give way before.
func (a *aimd) compete(s sight) {
	a.starting, a.phase = false, increasing
	if s.lost && s.queue.delay > standingQueue && s.now-a.decreased > s.rtt+competeEvery {
		a.rate *= competeDecrease
		a.decreased, a.everDown, a.changed = s.now, true, s.now
		return
	}
	elapsed := min((s.now - a.changed).Seconds(), 1)
	a.changed = s.now
	most := aimdMostAcked*s.acked + aimdBeyond
	if !s.known || s.appLimited || a.rate >= most {
		return
	}
	trip := max(s.rtt, competeTrip).Seconds()
	a.rate = min(a.rate+competeSlope*packetBits/(trip*trip)*elapsed, most)
}
