package estimate

import (
	"math"
	"time"
)

const (
	// allowedAtOne is the queue that a flow of 1 Mbit/s allows.
	allowedAtOne = 18 * time.Millisecond
	allowedLeast = 10 * time.Millisecond
	allowedMost  = 50 * time.Millisecond
	// allowedNoise is for how much more each millisecond of uneven arrival is allowed, beyond what frames bring about.
	allowedNoise = 10.0
	noiseOfMedia = 2500 * time.Microsecond
	noisePackets = 0.2 // and this share of the time that one packet takes
)

// allowed is how long a queue we let be. Whoever sends more allows less, so of the flows that share a link it is the
// one that has more which gives way, until they have the same.
func allowed(s sight) time.Duration {
	most := min(max(time.Duration(math.Sqrt(1e6/max(s.acked, 1))*float64(allowedAtOne)), allowedLeast), allowedMost)
	uneven := s.queue.noise - noiseOfMedia - time.Duration(noisePackets*float64(s.packet))
	return most + s.queue.usual + time.Duration(allowedNoise*float64(max(uneven, 0)))
}
