package layer

import "time"

// SetRTT tells the round trip to the publisher: it sets the pace of requests.
func (s *Selector) SetRTT(rtt time.Duration) { s.every = min(max(2*rtt, askLeast), askMost) }

// wait begins to wait for a key frame: one is asked for at once.
func (s *Selector) wait(now time.Time) { s.since, s.asked, s.resume = now, time.Time{}, time.Time{} }

// Hold says that a key frame would be of no use before a moment, as things are: none is asked for until then, or until
// something else is wanted.
func (s *Selector) Hold(until time.Time) { s.resume = until }

// KeyFrameWanted reports whether to ask for a key frame now, and takes it as asked.
func (s *Selector) KeyFrameWanted(now time.Time) bool {
	at, ok := s.askAt(now)
	if !ok || now.Before(at) {
		return false
	}
	s.asked = now
	return true
}

// askAt says when to ask next, false while nothing would come of it.
func (s *Selector) askAt(now time.Time) (time.Time, bool) {
	if !s.waiting() {
		return time.Time{}, false
	}
	from := s.resume
	if s.acquired() && s.GoesOn() {
		from = later(from, s.begun.Add(settles))
	}
	if s.asked.IsZero() {
		return later(s.since, from), true
	}
	every := s.every
	if now.Sub(s.since) >= askHard {
		every = askMost
	}
	// Without any picture we insist for a while; for a better one only if it flows.
	if !s.acquired() && now.Sub(s.since) < askHard || s.awaitedFlows(now) {
		return later(s.asked.Add(every), from), true
	}
	return time.Time{}, false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (s *Selector) awaitedFlows(now time.Time) bool {
	for i := range s.streams {
		f := &s.flows[i]
		if f.seen && now.Sub(f.at) < alive && s.awaited(now, i) {
			return true
		}
	}
	return false
}

// Deadline says when to call KeyFrameWanted next, and to read Wants again.
func (s *Selector) Deadline(now time.Time) (time.Time, bool) {
	at, ok := s.askAt(now)
	if s.streams > 1 && s.acquired() && s.target >= 0 && !s.stalled {
		if hush := s.flows[s.current.Stream].at.Add(quiet); now.Before(hush) && (!ok || hush.Before(at)) {
			return hush, true
		}
	}
	return at, ok
}
