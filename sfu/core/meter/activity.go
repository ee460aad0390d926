package meter

import "time"

const (
	// probation is how long a layer must flow after a stop of its own that nobody asked for: its publisher may be at its
	// limit. What stops all layers at once is no fault of one.
	probation = 2 * time.Second
	// slowest is the longest that a layer of few pictures a second may be silent.
	slowest = 3 * time.Second
)

// Activity knows whether a layer flows: from its first packet until it is silent for longer than its pictures are apart.
// Padding is no activity: do not tell of it.
type Activity struct {
	latest time.Time
	began  time.Time // the present run of packets
	from   time.Time
	paused bool // by our wish
}

// Packet takes the arrival of media; still is Silence. alone says that other layers went on while this one was silent.
func (a *Activity) Packet(now time.Time, still time.Duration, alone bool) {
	switch {
	case a.latest.IsZero():
		a.began, a.from = now, now
	case now.Sub(a.latest) > still:
		a.began, a.from = now, now
		if alone && !a.paused {
			a.from = now.Add(probation)
		}
		a.paused = false
	}
	a.latest = now
}

// Steady reports whether the layer has come for that long without a break.
func (a *Activity) Steady(now time.Time, still time.Duration) bool {
	return !a.latest.IsZero() && now.Sub(a.latest) <= still && now.Sub(a.began) > still
}

// Pause says that the publisher was asked to stop: that it comes back at our wish is no flapping.
func (a *Activity) Pause() { a.paused = true }

// Since says when the latest packet came, and from when on the layer counts as flowing.
func (a *Activity) Since() (latest, from time.Time) { return a.latest, a.from }

// Silence is how long a layer may be silent before it counts as stopped: normal, or longer with few pictures a second.
func Silence(normal time.Duration, fps int) time.Duration {
	if fps <= 0 {
		return normal
	}
	return max(normal, min(3*time.Second/time.Duration(fps), slowest))
}
