package estimate

import "time"

const (
	trendWindow    = 20  // groups
	trendSmoothing = 0.9 // weight of the past
)

// trendline is the slope of the queueing delay: 0.1 says that the queue grows by 0.1 s in a
// second, so that 10 % more is sent than the link carries.
type trendline struct {
	at, delay   [trendWindow]float64 // ms
	next, count int
	accumulated float64
	smoothed    float64
	first       time.Duration
}

// add takes the spacing of two groups and returns the slope, 0 while too little is known.
func (t *trendline) add(s spacing) float64 {
	if t.count == 0 {
		t.first = s.at
	}
	t.count++
	t.accumulated += milliseconds(s.arrived - s.sent)
	t.smoothed = trendSmoothing*t.smoothed + (1-trendSmoothing)*t.accumulated
	t.at[t.next], t.delay[t.next] = milliseconds(s.at-t.first), t.smoothed
	t.next = (t.next + 1) % trendWindow
	if t.count < trendWindow {
		return 0
	}
	return t.slope()
}

// slope is the least-squares fit.
func (t *trendline) slope() float64 {
	var at, delay float64
	for i := range trendWindow {
		at += t.at[i]
		delay += t.delay[i]
	}
	at /= trendWindow
	delay /= trendWindow
	var covariance, variance float64
	for i := range trendWindow {
		covariance += (t.at[i] - at) * (t.delay[i] - delay)
		variance += (t.at[i] - at) * (t.at[i] - at)
	}
	if variance == 0 {
		return 0
	}
	return covariance / variance
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
