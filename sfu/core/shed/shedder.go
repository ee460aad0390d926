package shed

import "time"

// Level is how much is left out.
type Level uint8

// The levels.
const (
	Nothing Level = iota
	Frames        // those that no other frame needs
	Sizes         // large pictures
)

const (
	// late is how long a packet may wait here before viewers could notice; prompt is as good as at once.
	late   = 30 * time.Millisecond
	prompt = 5 * time.Millisecond
	// raiseAfter tells a lack of power from a hiccup; lowerAfter keeps what is let in again from being too much at once.
	raiseAfter = 500 * time.Millisecond
	lowerAfter = 5 * time.Second
)

// Shedder goes from level to level. The zero value leaves nothing out.
type Shedder struct {
	level                  Level
	lateSince, promptSince time.Time // zero if it is not so
}

// Level in force.
func (s *Shedder) Level() Level { return s.level }

// Saw takes for how long a packet that leaves now has waited, and reports whether the level changed. Call it for each
// batch; while nothing leaves nothing changes.
func (s *Shedder) Saw(now time.Time, waited time.Duration) bool {
	switch {
	case waited > late:
		s.promptSince = time.Time{}
		if s.lateSince.IsZero() {
			s.lateSince = now
		}
		if s.level < Sizes && now.Sub(s.lateSince) >= raiseAfter {
			s.level++
			s.lateSince = now // the step gets time to help
			return true
		}
	case waited < prompt:
		s.lateSince = time.Time{}
		if s.promptSince.IsZero() {
			s.promptSince = now
		}
		if s.level > Nothing && now.Sub(s.promptSince) >= lowerAfter {
			s.level--
			s.promptSince = now
			return true
		}
	default:
		s.lateSince, s.promptSince = time.Time{}, time.Time{}
	}
	return false
}
