package calibration

import (
	"math"
	"slices"
)

// Spread is what one thing cost, each time that it was measured.
type Spread struct{ values []float64 }

// Add takes another measurement.
func (s *Spread) Add(value float64) { s.values = append(s.values, value) }

// Least is the measurement that was disturbed least. It is NaN before the first.
func (s *Spread) Least() float64 {
	if len(s.values) == 0 {
		return math.NaN()
	}
	return slices.Min(s.values)
}

// Median is the measurement in the middle. It is NaN before the first.
func (s *Spread) Median() float64 {
	if len(s.values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s.values))
	return sorted[len(sorted)/2]
}

// Report gives a benchmark the least as unit, and the median beside it.
func (s *Spread) Report(b interface{ ReportMetric(n float64, unit string) }, unit string) {
	b.ReportMetric(s.Least(), unit)
	b.ReportMetric(s.Median(), unit+"-median")
}

// Interleaved measures several things in turns (A B C A B C), so that what disturbs the machine disturbs all of them.
// Each once measures its thing a single time. seal is raw AES-128-GCM between the turns.
func Interleaved(rounds int, once ...func() float64) (spreads []Spread, seal Spread) {
	spreads = make([]Spread, len(once))
	for range rounds {
		for i := range once {
			spreads[i].Add(once[i]())
		}
		seal.Add(float64(Seal().Nanoseconds()))
	}
	return spreads, seal
}
