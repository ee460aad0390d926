package estimate

import "time"

const (
	lossWindow     = 20 // observations
	lossSpan       = 250 * time.Millisecond
	lossLongest    = time.Second
	lossPackets    = 10
	lossAgeing     = 0.95 // weight of an observation against the next one
	lossNoticed    = 0.02
	lossLasting    = 4   // observations: less is a burst
	lossRecent     = 0.3 // weight of the newest observation in Loss
	inherentWeight = 0.15
	inherentMost   = 0.4

	lossGrowth     = 1.08 // of the limit, per second
	lossHoldLeast  = 300 * time.Millisecond
	lossHoldMost   = 60 * time.Second
	lossRelease    = 1.5  // times the rate by delay
	lossLeastAcked = 0.85 // the limit stays above this share of what arrives
	lossLeastStep  = 0.5  // of the rate: a second of bad luck does not take away more at once
	lossGrown      = 1.02 // times the limit that was found: it has been let go
	lossStep       = 0.03 // loss beyond twice what there is at the limit: it was exceeded

	trialLoss         = 0.25
	trialLasting      = 8 // observations with loss: a second of bad luck is no full link
	trialObservations = 4
	trialHelped       = 0.7 // of the loss before: a limit that leaves more is of no use
	trialMemory       = 20
	trialEvery        = 60 * time.Second
	// trialSpread is how far apart rates lie that could tell loss by load from loss by chance.
	trialSpread = 1.25
)

// observation is the loss at one sending rate.
type observation struct {
	rate          float64 // bit/s
	packets, lost float64
}

// loss asks one question: does loss grow with what we send? If so, the rate at which it begins
// limits us. Loss that is the same at every rate is the link's, and sending less does not help.
type loss struct {
	window      [lossWindow]observation
	count, next int

	open       observation // the one that is being made
	bits, skip float64
	from, to   time.Duration
	observed   time.Duration // when the first packet of the latest observation was sent
	recent     float64       // share of late
	inherent   float64       // share while nothing queues

	lossy     int     // observations in a row with loss
	limit     float64 // bit/s, 0 is none
	former    float64 // the limit when it was found
	limitedAt time.Duration
	before    float64 // loss without the limit
	held      float64 // loss with it
	trials    int     // observations of held
	useless   bool    // the latest limit did not help
	hold      time.Duration
	heldUntil time.Duration
	grown     time.Duration
}

// add takes the results in the order of sending, and how many are missing before each. It returns
// true if an observation was completed.
func (l *loss) add(sent time.Duration, r *Result, missing int) (complete bool) {
	if r.Again {
		l.takeBack()
		return false
	}
	if l.open.packets > 0 && l.full(sent) {
		complete = l.close()
	}
	if l.open.packets == 0 {
		l.from, l.to, l.skip = sent, sent, 8*float64(r.Size*(1+missing))
	}
	l.to = max(l.to, sent)
	l.open.packets++
	l.bits += 8 * float64(r.Size*(1+missing))
	if !r.Received {
		l.open.lost++
	}
	return complete
}

func (l *loss) full(sent time.Duration) bool {
	span := sent - l.from
	return span >= lossLongest || span >= lossSpan && l.open.packets >= lossPackets
}

// close ends the observation. One packet tells no rate: it is none.
func (l *loss) close() (kept bool) {
	l.open.rate = (l.bits - l.skip) / max(l.to-l.from, time.Millisecond).Seconds()
	l.recent += lossRecent * (l.open.lost/l.open.packets - l.recent)
	if kept = l.open.packets > 1; kept {
		l.window[l.next] = l.open
		l.next = (l.next + 1) % lossWindow
		l.count = min(l.count+1, lossWindow)
	}
	l.observed = l.from
	l.open, l.bits = observation{}, 0
	return kept
}

// takeBack corrects the loss of a packet that was only late.
func (l *loss) takeBack() {
	if l.open.lost > 0 {
		l.open.lost--
		return
	}
	for i := range l.count {
		if o := l.back(i); o.lost > 0 {
			o.lost--
			return
		}
	}
}

// back returns the observation i before the newest.
func (l *loss) back(i int) *observation {
	return &l.window[(l.next-1-i+2*lossWindow)%lossWindow]
}

// update judges after a complete observation.
func (l *loss) update(now time.Duration, rate, acked float64, queueing bool) {
	newest := *l.back(0)
	lost := newest.lost / newest.packets
	if !queueing {
		l.inherent += inherentWeight * (min(lost, inherentMost) - l.inherent)
	}
	if l.limit != 0 {
		l.tend(now, rate, acked, lost)
	}
	l.lossy++
	if lost < lossNoticed {
		l.lossy = 0
	}
	if l.lossy < lossLasting {
		return // a burst
	}
	fit, found := l.fit()
	switch {
	case found && lost > fit.inherent+lossNoticed:
		l.restrict(now, max(fit.limit, lossLeastAcked*acked, lossLeastStep*l.allowed(rate)), l.mean())
	case l.limit == 0 && l.lossy >= trialLasting && l.mean() >= trialLoss && l.spread() <= trialSpread && acked > 0:
		// Much is lost, and all at one rate: that does not tell a full link from a bad one.
		l.restrict(now, max(acked, lossLeastStep*l.allowed(rate)), l.mean())
	}
}

// allowed is the rate with the limit that there is.
func (l *loss) allowed(rate float64) float64 {
	if l.limit == 0 {
		return rate
	}
	return min(rate, l.limit)
}

// restrict sets a limit on trial.
func (l *loss) restrict(now time.Duration, limit, before float64) {
	if l.limit != 0 && limit > 0.98*l.limit {
		return
	}
	// The last trial was of no use: what is different now?
	if l.limit == 0 && l.useless && now-l.limitedAt < trialEvery && before < l.before+trialLoss/2 {
		return
	}
	if l.limit == 0 {
		l.before, l.hold = before, lossHoldLeast
	}
	l.limit, l.former, l.limitedAt = limit, limit, now
	l.trials, l.held, l.useless = 0, 0, false
	l.heldUntil, l.grown = now+l.hold, now+l.hold
}

// tend looks whether a limit helps. One that does not is dropped; one that does is let go slowly,
// for as long as the loss stays what it was.
func (l *loss) tend(now time.Duration, rate, acked, lost float64) {
	if l.observed < l.limitedAt {
		return // sent before the limit was
	}
	if l.limit <= lossGrown*l.former {
		l.trials++
		l.held += (lost - l.held) / float64(min(l.trials, trialMemory))
	}
	switch {
	case l.trials < trialObservations:
	case l.held > trialHelped*l.before:
		l.limit, l.useless = 0, true
	case now <= l.heldUntil:
	case l.recent > 2*l.held+lossStep:
		hold := lossHoldLeast
		if l.limit > lossGrown*l.former {
			l.limit = max(l.former, lossLeastAcked*acked)
			l.hold = min(2*l.hold, lossHoldMost)
			hold = l.hold
		}
		l.heldUntil, l.grown = now+hold, now+hold
	default:
		l.limit *= 1 + (lossGrowth-1)*min(max(0, now-l.grown).Seconds(), 1)
		l.grown = now
		if l.limit > lossRelease*rate {
			l.limit = 0
		}
	}
}

// mean is the loss of the window.
func (l *loss) mean() float64 {
	lost, packets, weight := 0.0, 0.0, 1.0
	for i := range l.count {
		lost += weight * l.back(i).lost
		packets += weight * l.back(i).packets
		weight *= lossAgeing
	}
	return lost / max(packets, 1)
}

// excess is the loss of late beyond what there is while nothing queues, and beyond its chance.
func (l *loss) excess() float64 { return l.recent - 1.5*l.inherent }

// usual is the share that the link loses whatever we do, 0 while it loses far more than that.
func (l *loss) usual() float64 {
	if l.excess() > standingOverflow {
		return 0
	}
	return min(l.inherent, l.recent)
}

// spread is the highest rate of the window by the lowest.
func (l *loss) spread() float64 {
	least, most := l.back(0).rate, l.back(0).rate
	for i := range l.count {
		least, most = min(least, l.back(i).rate), max(most, l.back(i).rate)
	}
	return most / max(least, 1)
}
