package estimate

import "math"

const (
	fitRates      = 12
	fitLowest     = 0.3 // of the highest rate seen
	fitIterations = 5
	fitEnough     = 5 // observations
	// fitGain is by how much a limit has to explain the loss better than chance does, in
	// nats, after allowing for loss that comes in bursts.
	fitGain   = 8.0
	fitSmall  = 1e-4
	fitExcess = 0.03 // loss that the limit explains at the highest rate
)

// fitted is a link that loses a share of everything, and besides all that exceeds the limit.
type fitted struct {
	inherent, limit float64
	likelihood      float64 // log
}

// fit finds the link that explains the observations best, and whether a limit is needed for that.
func (l *loss) fit() (fitted, bool) {
	if l.count < fitEnough {
		return fitted{}, false
	}
	highest := 0.0
	for i := range l.count {
		highest = max(highest, l.back(i).rate)
	}
	free := l.fitLimit(2 * highest)
	best := free
	step := math.Pow(1/fitLowest, 1.0/(fitRates-1))
	for limit := fitLowest * highest; limit <= highest; limit *= step {
		if f := l.fitLimit(limit); f.likelihood > best.likelihood {
			best = f
		}
	}
	if best.limit > highest*(1-fitExcess) {
		return free, false
	}
	for _, factor := range [...]float64{1 / math.Sqrt(step), math.Sqrt(step)} {
		if f := l.fitLimit(best.limit * factor); f.likelihood > best.likelihood {
			best = f
		}
	}
	return best, best.likelihood-free.likelihood > fitGain*l.dispersion(best)
}

// fitLimit finds the likeliest inherent loss for a given limit, by expectation maximisation.
func (l *loss) fitLimit(limit float64) fitted {
	inherent := 0.05
	for range fitIterations {
		lost, packets, weight := 0.0, 0.0, 1.0
		for i := range l.count {
			o := l.back(i)
			lost += weight * o.lost * inherent / lossAt(o.rate, inherent, limit)
			packets += weight * o.packets
			weight *= lossAgeing
		}
		inherent = min(max(lost/packets, fitSmall), 1-fitSmall)
	}
	likelihood, weight := 0.0, 1.0
	for i := range l.count {
		o := l.back(i)
		p := lossAt(o.rate, inherent, limit)
		likelihood += weight * (o.lost*math.Log(p) + (o.packets-o.lost)*math.Log(1-p))
		weight *= lossAgeing
	}
	return fitted{inherent, limit, likelihood}
}

// dispersion is how much more the loss varies than the fit's coin would, 1 at least.
func (l *loss) dispersion(f fitted) float64 {
	sum, weights, weight := 0.0, 0.0, 1.0
	for i := range l.count {
		o := l.back(i)
		p := lossAt(o.rate, f.inherent, f.limit)
		miss := o.lost - o.packets*p
		sum += weight * miss * miss / (o.packets * p * (1 - p))
		weights += weight
		weight *= lossAgeing
	}
	return max(1, sum/weights)
}

// lossAt is the share lost at a rate.
func lossAt(rate, inherent, limit float64) float64 {
	kept := 1 - inherent
	if rate > limit {
		kept *= limit / rate
	}
	return min(max(1-kept, fitSmall), 1-fitSmall)
}
