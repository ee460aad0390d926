package quality

import (
	"math"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Input is what was measured of one direction since the last update. What the other side of the
// server did is to be left out: what the publisher never sent is no loss of the receiver.
type Input struct {
	RTT    time.Duration
	Jitter time.Duration
	Loss   float64 // share of packets lost on this link and not repaired, 0 to 1
	// Repaired is the share that was lost and came again in time.
	Repaired float64
	// Expected is the rate of what should flow, Actual of what does; 0 is not known.
	Expected, Actual packet.Bitrate
	// Missing counts spatial layers between what is wished and what the link lets through, of
	// the slot or source that lacks most.
	Missing int
	// Paused says that video is stopped for want of rate.
	Paused bool
}

const (
	lossWeight   = 10.0 // points per percent
	repairWeight = 1.0
	layerWeight  = 35.0
	rateWeight   = 20.0
	fall, rise   = 0.8, 0.4
	best         = 100.0
	poor         = 40
	good         = 80
	lost         = 20
)

// Score is the quality of one direction, smoothed. The zero value is perfect.
type Score struct{ gone float64 }

// Update takes a measurement and returns the score, 0 to 100. It falls fast and rises slowly.
func (s *Score) Update(in Input) int {
	gone := best - Raw(in)
	factor := rise
	if gone > s.gone {
		factor = fall
	}
	s.gone += factor * (gone - s.gone)
	return s.Value()
}

// Value returns the score, 0 to 100.
func (s *Score) Value() int { return int(math.Round(best - s.gone)) }

// Raw is the score of one measurement, 0 to 100.
func Raw(in Input) float64 {
	score := best - delay(in.RTT, in.Jitter) - 100*share(in.Loss)*lossWeight - 100*share(in.Repaired)*repairWeight
	score = min(score, rate(in.Expected, in.Actual))
	layers := best - layerWeight*float64(max(in.Missing, 0))
	if in.Paused {
		layers = min(layers, lost)
	}
	return max(min(score, layers), 0)
}

// delay is what round trip and jitter cost.
func delay(rtt, jitter time.Duration) float64 {
	ms := float64(max(rtt, 0))/float64(time.Millisecond)/2 + 2*float64(max(jitter, 0))/float64(time.Millisecond)
	if ms < 160 {
		return ms / 40
	}
	return (ms - 120) / 10
}

// rate is the score of a stream that is thinner than it should be.
func rate(expected, actual packet.Bitrate) float64 {
	switch {
	case expected <= 0 || actual >= expected:
		return best
	case actual <= 0:
		return 0
	}
	return max(best-rateWeight*math.Log(float64(expected)/float64(actual)), 0)
}

func share(v float64) float64 {
	if !(v > 0) { // not a number either
		return 0
	}
	return min(v, 1)
}
