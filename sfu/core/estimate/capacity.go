package estimate

import "math"

const (
	capacityWeight      = 0.05
	capacityLeastSpread = 0.4 // kbit/s, of the variance divided by the mean
	capacityMostSpread  = 2.5
	capacitySpreads     = 3
)

// capacity is what the link carried the last times that it was full.
type capacity struct {
	kbps, spread float64 // spread is variance/mean
	known        bool
}

// full notes the rate at which the link was full.
func (c *capacity) full(rate float64) {
	kbps := rate / 1000
	if !c.known {
		*c = capacity{kbps: kbps, spread: capacityLeastSpread, known: true}
		return
	}
	c.kbps += capacityWeight * (kbps - c.kbps)
	miss := c.kbps - kbps
	c.spread = (1-capacityWeight)*c.spread + capacityWeight*miss*miss/max(c.kbps, 1)
	c.spread = min(max(c.spread, capacityLeastSpread), capacityMostSpread)
}

// forgetIfBeyond forgets the point when a rate shows that it has moved.
func (c *capacity) forgetIfBeyond(rate float64) {
	if c.known && math.Abs(rate/1000-c.kbps) > capacitySpreads*math.Sqrt(c.spread*c.kbps) {
		c.known = false
	}
}
