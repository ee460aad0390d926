package estimate

import "time"

const (
	// appLimitedUse is the share of the estimate below which we are said not to use it.
	appLimitedUse = 0.65
	appWindow     = 500 * time.Millisecond
	appEnter      = 0.8 // of a window unused
	appLeave      = 0.5
)

// appLimited finds out whether we send clearly less than the link would carry, so that
// nothing we see says how much that is. It is a bucket which fills with what we might send and
// is emptied by what we do send; when it is nearly full, we are limited by ourselves.
type appLimited struct {
	level   float64 // bits
	at      time.Duration
	started bool
	limited bool
}

// sent takes one packet at the present estimate.
func (a *appLimited) sent(at time.Duration, size int, rate float64) {
	if !a.started {
		a.started, a.at = true, at
	}
	most := rate * appLimitedUse * appWindow.Seconds()
	if at > a.at {
		a.level += rate * appLimitedUse * (at - a.at).Seconds()
		a.at = at
	}
	a.level = min(max(a.level-8*float64(size), -most), most)
	switch {
	case a.level > appEnter*most:
		a.limited = true
	case a.level < appLeave*most:
		a.limited = false
	}
}
