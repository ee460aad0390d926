package estimate

import (
	"math"
	"time"
)

// usage is what the delay says of the link.
type usage uint8

const (
	normal usage = iota
	overuse
	underuse
)

const (
	trendGain        = 4.0
	trendMostDeltas  = 60
	thresholdStart   = 12.5 // ms
	thresholdLeast   = 6.0
	thresholdMost    = 600.0
	thresholdUp      = 0.0087 // per ms
	thresholdDown    = 0.039
	thresholdOutlier = 15.0
	overuseTime      = 10.0 // ms
)

// detector turns the slope into a verdict. Its threshold follows the slope, slowly up and fast
// down, so that a link with jitter is not called full, and a queue that somebody else
// keeps full does not starve us.
type detector struct {
	threshold float64
	over      float64 // ms above the threshold, by send times
	samples   int     // in a row above the threshold
	trend     float64 // the former one
	at        time.Duration
	usage     usage
}

func newDetector() detector { return detector{threshold: thresholdStart} }

// add takes the slope after a number of spacings, the latest of which is s.
func (d *detector) add(slope float64, count int, s spacing) {
	trend := slope * trendGain * float64(min(count, trendMostDeltas))
	switch {
	case trend > d.threshold:
		if d.samples == 0 {
			d.over = milliseconds(s.sent) / 2
		} else {
			d.over += milliseconds(s.sent)
		}
		d.samples++
		if d.over > overuseTime && d.samples > 1 && trend >= d.trend {
			d.usage, d.over, d.samples = overuse, 0, 0
		}
	case trend < -d.threshold:
		d.usage, d.over, d.samples = underuse, 0, 0
	default:
		d.usage, d.over, d.samples = normal, 0, 0
	}
	d.trend = trend
	d.adapt(math.Abs(trend), s.at)
}

// adapt moves the threshold. Spikes do not count: they are somebody's burst.
func (d *detector) adapt(trend float64, at time.Duration) {
	elapsed := min(max(0, milliseconds(at-d.at)), 100)
	d.at = at
	if trend > d.threshold+thresholdOutlier {
		return
	}
	k := thresholdUp
	if trend < d.threshold {
		k = thresholdDown
	}
	d.threshold += k * (trend - d.threshold) * elapsed
	d.threshold = min(max(d.threshold, thresholdLeast), thresholdMost)
}
