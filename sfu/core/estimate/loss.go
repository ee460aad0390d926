package estimate

import "time"

const (
	lossWindow     = 20 // observations
	lossSpan       = 250 * time.Millisecond
	lossLongest    = time.Second
	lossPackets    = 10
	lossAgeing     = 0.95 // weight of an observation against the next one
	lossNoticed    = 0.02
	lossRecent     = 0.3 // weight of the newest observation in Loss
	inherentWeight = 0.15
	inherentMost   = 0.4

	lossGrowth      = 1.08 // of the limit, per second
	lossHoldLeast   = 300 * time.Millisecond
	lossHoldMost    = 60 * time.Second
	lossRelease     = 1.5  // times the rate by delay
	lossLeastAcked  = 0.85 // the limit stays above this share of what arrives
	experimentLoss  = 0.25
	experimentTime  = 1500 * time.Millisecond
	experimentEvery = 60 * time.Second
	// experimentSpread is how far apart rates lie that could tell loss by load from loss by chance.
	experimentSpread = 1.25
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

	open         observation // the one that is being made
	bits, skip   float64
	from, to     time.Duration
	recent       float64 // share of late
	inherent     float64 // share while nothing queues
	limit        float64 // bit/s, 0 is none
	hold         time.Duration
	heldUntil    time.Duration
	grown        time.Duration
	former       float64 // the limit before this one
	experiment   bool
	experimentAt time.Duration
}

// add takes the results in the order of sending, and how many are missing before each. It returns
// true if an observation was completed.
func (l *loss) add(sent time.Duration, r *Result, missing int) (complete bool) {
	if r.Again {
		l.takeBack()
		return false
	}
	if l.open.packets > 0 && l.full(sent) {
		l.close()
		complete = true
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

func (l *loss) close() {
	l.open.rate = (l.bits - l.skip) / max(l.to-l.from, time.Millisecond).Seconds()
	l.recent += lossRecent * (l.open.lost/l.open.packets - l.recent)
	if l.open.packets > 1 {
		l.window[l.next] = l.open
		l.next = (l.next + 1) % lossWindow
		l.count = min(l.count+1, lossWindow)
	}
	l.open, l.bits = observation{}, 0
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

// update judges after a complete observation. Rate is the estimate by delay.
func (l *loss) update(now time.Duration, rate, acked float64, queueing bool) {
	newest := *l.back(0)
	if !queueing {
		l.inherent += inherentWeight * (min(newest.lost/newest.packets, inherentMost) - l.inherent)
	}
	l.grow(now, rate)
	if newest.lost < lossNoticed*newest.packets {
		return
	}
	if fit, found := l.fit(); found && newest.lost/newest.packets > fit.inherent+lossNoticed {
		l.restrict(now, max(fit.limit, lossLeastAcked*acked))
		return
	}
	l.tryLess(now, acked)
}

// restrict limits the rate. A limit that was found again after it had been let go is held longer each time.
func (l *loss) restrict(now time.Duration, limit float64) {
	if l.limit != 0 && limit > 0.98*l.limit && !l.experiment {
		return
	}
	if now > l.heldUntil || l.hold == 0 {
		if again := l.former != 0 && limit > 0.8*l.former && limit < 1.25*l.former; again {
			l.hold = min(2*l.hold, lossHoldMost)
		} else {
			l.hold = lossHoldLeast
		}
		l.former = limit
	}
	l.limit, l.experiment = limit, false
	l.heldUntil, l.grown = now+l.hold, now+l.hold
}

// grow lets go of a limit slowly.
func (l *loss) grow(now time.Duration, rate float64) {
	if l.limit == 0 || now <= l.heldUntil {
		return
	}
	if l.experiment {
		l.limit, l.experiment = 0, false
		return
	}
	l.limit *= 1 + (lossGrowth-1)*min(max(0, now-l.grown).Seconds(), 1)
	l.grown = now
	if l.limit > lossRelease*rate {
		l.limit = 0
	}
}

// tryLess sends no more than arrives for a moment, if much is lost and all of it at one
// rate: that alone does not tell a full link without a queue from a bad one.
func (l *loss) tryLess(now time.Duration, acked float64) {
	if l.limit != 0 || l.recent < experimentLoss || acked == 0 || l.spread() > experimentSpread {
		return
	}
	if l.experimentAt != 0 && now-l.experimentAt < experimentEvery {
		return
	}
	l.limit, l.experiment, l.experimentAt = acked, true, now
	l.heldUntil = now + experimentTime
}

// excess is the loss of late beyond what there is while nothing queues.
func (l *loss) excess() float64 { return l.recent - l.inherent }

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
