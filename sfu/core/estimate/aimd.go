package estimate

import (
	"math"
	"time"
)

const (
	aimdDecrease   = 0.85
	aimdIncrease   = 1.08 // per second, far from the last congestion
	startIncrease  = 2.0  // per second, during start-up
	aimdMostAcked  = 1.25
	startMostAcked = 1.5
	aimdFilled     = 0.9             // of the rate: we did use it
	aimdQuiet      = 8 * time.Second // without congestion, after which the link may have become wider
	aimdLeastStep  = 1000.0          // bit/s, of one multiplicative step
	aimdLeastSlope = 4000.0          // bit/s per second near the last congestion
	aimdFew        = 60_000.0        // bit/s
	aimdResponse   = 135 * time.Millisecond
	startTime      = 2 * time.Second
	// doubtPatience is how long packets may wait before an overuse is believed of a link that we
	// did not fill; doubtTime is when that begins anew.
	doubtPatience = 300 * time.Millisecond
	doubtTime     = time.Second
	doubtQueue    = 120 * time.Millisecond
	aimdHold      = 1 / 1.5  // of the queue that is allowed: from here on the rate is held
	aimdBeyond    = 10_000.0 // bit/s beyond 1.5 × acked
	slopeFrames   = 62       // packets a second of a rate that has smaller ones
	slopeShare    = 0.02     // of the rate, per second, at high rates
	packetBits    = 1200 * 8
)

// phase is what the rate does.
type phase uint8

const (
	increasing phase = iota
	holding
)

// aimd is the rate by delay: up while nothing queues, down to below what arrives when
// something does.
type aimd struct {
	rate      float64
	phase     phase
	changed   time.Duration // latest update in a phase
	decreased time.Duration
	startedAt time.Duration
	doubted   time.Duration // latest overuse that was given the benefit of the doubt
	capacity  capacity
	standing  standing
	started   bool // feedback came
	starting  bool
	everDown  bool
	everDoubt bool
	strained  bool // packets wait too long, whether or not the rate fell for it

	limited     time.Duration // latest feedback while app-limited
	everLimited bool
}

// sight is what one feedback shows.
type sight struct {
	now        time.Duration
	usage      usage
	acked      float64 // bit/s that arrive, as far as they would without loss that is not ours
	busy       float64 // bit/s that arrived just now, likewise
	known      bool    // acked, busy
	rtt        time.Duration
	queue      level
	packet     time.Duration // how long one packet is on a link of this rate
	excess     float64       // loss beyond what there is without a queue
	appLimited bool
	lost       bool // a packet of this feedback
}

func (a *aimd) update(s sight) {
	if !a.started {
		a.started, a.startedAt, a.changed = true, s.now, s.now
	}
	if s.now-a.startedAt > startTime {
		a.starting = false
	}
	if s.appLimited {
		a.limited, a.everLimited = s.now, true
	}
	a.strained = false
	drain := s.known && (!s.appLimited || a.standing.overflows(s)) && a.standing.drain(s)
	switch {
	case a.standing.beside(s.now):
		a.compete(s)
	case s.usage == overuse && (s.queue.delay > allowed(s) || !s.known):
		a.strained = true
		if a.mayDecrease(s) {
			a.decrease(s)
		}
		a.phase, a.changed = holding, s.now
	case drain:
		a.strained, a.starting = true, false
		carried := a.carried(s, false)
		a.capacity.forgetIfBeyond(carried)
		a.capacity.full(carried)
		a.rate = aimdDecrease * min(a.rate, carried)
		a.decreased, a.everDown = s.now, true
		a.phase, a.changed = holding, s.now
	case s.usage != normal || a.standing.overflows(s) || float64(s.queue.delay) > aimdHold*float64(allowed(s)):
		// The queue drains, or will be too long soon: wait.
		a.phase, a.changed = holding, s.now
	default:
		if a.phase == holding {
			a.phase, a.changed = increasing, s.now
		}
		a.increase(s)
	}
}

// mayDecrease lets a decrease show its effect before the next one.
func (a *aimd) mayDecrease(s sight) bool {
	interval := min(max(s.rtt, 10*time.Millisecond), 200*time.Millisecond)
	return !a.everDown || s.now-a.decreased >= interval || s.known && s.acked < a.rate/2
}

func (a *aimd) decrease(s sight) {
	a.starting = false
	factor := aimdDecrease
	target := factor * a.rate
	switch recently := a.everLimited && s.now-a.limited < ackedLongest; {
	case recently && a.doubt(s):
		return
	case s.known:
		carried := a.carried(s, recently)
		a.capacity.forgetIfBeyond(carried)
		a.capacity.full(carried)
		target = factor * carried
	}
	a.rate = min(a.rate, target)
	a.decreased, a.everDown = s.now, true
}

// carried is what the link was seen to carry. Where we sent less than we might, the half second before says what we sent,
// and what arrives while packets wait says what there was room for.
func (a *aimd) carried(s sight, limited bool) float64 {
	switch {
	case limited:
		return s.busy
	case s.acked < aimdFilled*a.rate:
		return max(s.acked, s.busy)
	}
	return s.acked
}

// doubt reports whether an overuse may be a burst, somebody's or a key frame of ours: we filled only a
// part of the link before. What arrives says nothing of the link then, so the estimate is only
// held, unless packets go on to wait.
func (a *aimd) doubt(s sight) bool {
	if s.queue.delay > doubtQueue || a.standing.overflows(s) {
		return false
	}
	if !a.everDoubt || s.now-a.doubted > doubtTime {
		a.doubted, a.everDoubt = s.now, true
	}
	return s.now-a.doubted < doubtPatience+s.rtt
}

func (a *aimd) increase(s sight) {
	elapsed := min((s.now - a.changed).Seconds(), 1)
	a.changed = s.now
	if s.appLimited {
		return
	}
	if !s.known {
		if a.everDown && a.rate < aimdFew {
			a.rate += aimdLeastSlope * elapsed // so little is sent that nobody can tell how fast it arrives
		}
		return
	}
	if s.acked > a.rate {
		a.capacity.forgetIfBeyond(s.acked)
	}
	most := aimdMostAcked*s.acked + aimdBeyond
	if a.starting {
		most = startMostAcked*s.acked + aimdBeyond
	}
	if a.rate >= most {
		return
	}
	switch {
	case a.capacity.known:
		a.rate += a.nearSlope(s.rtt) * elapsed
	case a.starting:
		a.rate *= math.Pow(startIncrease, elapsed)
	default:
		a.rate += a.farSlope(s) * elapsed
	}
	a.rate = min(a.rate, most)
}

// farSlope is a share of the rate, but not soon after a congestion: flows that share a link rise
// alike then, whatever they have, and so come to have the same.
func (a *aimd) farSlope(s sight) float64 {
	if a.everDown && s.now-a.decreased < aimdQuiet {
		return a.nearSlope(s.rtt)
	}
	return max((aimdIncrease-1)*a.rate, aimdLeastStep)
}

// nearSlope is one packet per response time, a smaller one at small rates. It is the same at all
// rates above: that is what makes the shares of flows on one link equal in the end.
func (a *aimd) nearSlope(rtt time.Duration) float64 {
	return max(min(a.rate/slopeFrames, packetBits)/(rtt/2+aimdResponse).Seconds(), aimdLeastSlope, slopeShare*a.rate)
}

// probed takes a rate that a probe has seen arrive.
func (a *aimd) probed(now time.Duration, rate float64) {
	if rate <= a.rate {
		return
	}
	a.rate, a.changed = rate, now
	a.capacity.forgetIfBeyond(rate)
}
