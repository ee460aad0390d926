package probe

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Input is what the controller goes by.
type Input struct {
	Estimate packet.Bitrate
	Acked    packet.Bitrate
	// Goal is the rate at which something better could be shown, 0 if nothing could.
	Goal       packet.Bitrate
	AppLimited bool
	Overusing  bool // packets wait on the way, or loss limits: a probe would tell nothing (Estimator.Strained)
	Paused     bool // there is something to show, and the estimate does not carry the least of it
	Loss       float64
	RTT        time.Duration
	Jitter     time.Duration
}

// Cluster is one probe to send: so many bytes in so many packets at least, within the
// duration. Everything that is sent until then belongs to it, media too.
type Cluster struct {
	ID       uint16 // never 0
	Rate     packet.Bitrate
	Packets  int
	Bytes    int
	Duration time.Duration
}

const (
	leastPackets  = 5
	leastBytes    = 1000 // five packets of padding that are worth timing
	leastDuration = 15 * time.Millisecond
	mostDuration  = 100 * time.Millisecond
	jitters       = 3 // a cluster lasts longer than this many jitters

	firstFactor, secondFactor = 3, 6 // of the estimate, at the start
	stepFactor                = 2
	goOnShare                 = 0.7  // of the asked rate: enough to go on at once
	goalHeadroom              = 1.2  // of the goal: the allocator wants room before it steps up
	fullMost                  = 1.5  // times the estimate: what a full link is taken for, after the start
	worthwhile                = 1.05 // of the estimate: less is no step

	dropShare    = 0.5  // of the former estimate: below it is a large drop
	recoverShare = 0.85 // of the former estimate: what is tried after it
	provenShare  = 1.25 // of what arrives: more of the estimate has not been used
	recoverAfter = time.Second
	recovering   = 2 * time.Minute
	formerAgeing = 10 * time.Second

	backOffLeast      = 3 * time.Second
	backOffFactor     = 1.5
	backOffMost       = 2 * time.Minute
	backOffRecovering = 5 * time.Second
	backOffPaused     = 5 * time.Second
	limitedEvery      = 5 * time.Second // while app-limited
	filledShare       = 0.82
	// While all of the estimate is used it rises by itself, and a probe is worth its while
	// only if the link has become wider: nothing queues at what was too much once.
	widerShare  = 1.5
	widerEvery  = 2 * time.Second
	widerAfter  = 30 * time.Second // without overuse
	settleTrips = 5
	settleLeast = 200 * time.Millisecond
	settleMost  = 5 * time.Second
	answerTime  = time.Second // for feedback, besides two round trips
	retryAfter  = 500 * time.Millisecond
)

// Controller decides when to probe and how high. It belongs to one goroutine.
type Controller struct {
	input    Input
	begun    bool
	answered bool             // a probe was judged
	queued   []packet.Bitrate // rates to try now, in order
	flying   []flight         // sent, not judged
	id       uint16
	next     time.Time // no probe before
	backOff  time.Duration
	probed   time.Time // latest probe

	ceiling  packet.Bitrate // the estimate at which packets began to wait
	strained time.Time      // when they did last

	former   packet.Bitrate // the estimate before a drop
	formerAt time.Time
	dropped  time.Time
	recover  bool // the former rate has not been tried since the drop
}

// New returns a controller that probes when it first hears of a goal.
func New() *Controller { return &Controller{backOff: backOffLeast} }

// Update tells how things are. Call it with each estimate and each plan.
func (c *Controller) Update(now time.Time, in Input) {
	c.watchCeiling(now, in)
	c.input = in
	c.watchDrop(now)
	c.expire(now)
	if in.Goal == 0 || in.Overusing {
		c.queued = c.queued[:0]
	}
}

// watchCeiling remembers how much was too much.
func (c *Controller) watchCeiling(now time.Time, in Input) {
	if in.Overusing {
		if !c.input.Overusing {
			c.ceiling = max(c.input.Estimate, in.Estimate)
		}
		c.strained = now
	}
}

// watchDrop remembers the estimate from before a drop.
func (c *Controller) watchDrop(now time.Time) {
	in := c.input
	// What a burst found and nobody has made use of is no rate to come back to.
	proven := in.Estimate
	if in.Acked > 0 {
		proven = min(proven, packet.Bitrate(provenShare*float64(in.Acked)/(1-min(in.Loss, mostLoss))))
	}
	switch {
	case proven >= c.former || c.dropped.IsZero() && now.Sub(c.formerAt) > formerAgeing && !c.droppedBelow():
		c.former, c.formerAt = proven, now
		c.dropped, c.recover = time.Time{}, false
	case c.dropped.IsZero() && c.droppedBelow():
		c.dropped, c.recover = now, true
		c.backOff = backOffLeast
		c.next = now.Add(recoverAfter)
	case !c.dropped.IsZero() && now.Sub(c.dropped) > recovering:
		c.dropped, c.recover = time.Time{}, false
		c.former, c.formerAt = proven, now
	}
}

func (c *Controller) droppedBelow() bool {
	return float64(c.input.Estimate) < dropShare*float64(c.former)
}

// Next returns a probe to send now, if one is due.
func (c *Controller) Next(now time.Time) (Cluster, bool) {
	c.expire(now)
	if len(c.queued) == 0 && len(c.flying) == 0 {
		c.plan(now)
	}
	if len(c.queued) == 0 || now.Before(c.next) {
		return Cluster{}, false
	}
	rate := c.queued[0]
	c.queued = append(c.queued[:0], c.queued[1:]...)
	return c.launch(now, rate), true
}

// plan queues the rates to try next.
func (c *Controller) plan(now time.Time) {
	in := c.input
	if in.Goal == 0 || in.Overusing || in.Estimate == 0 || now.Before(c.due()) {
		return
	}
	if now.Before(c.next) {
		c.next = now // paused since it was set
	}
	switch {
	case !c.begun:
		c.begun = true
		c.queue(firstFactor * in.Estimate)
		c.queue(secondFactor * in.Estimate)
	case c.recover && !now.Before(c.dropped.Add(recoverAfter)):
		c.recover = false
		c.queue(packet.Bitrate(recoverShare * float64(c.former)))
	default:
		c.queue(stepFactor * in.Estimate)
	}
}

// queue adds a rate, no further than the goal, unless that is no step.
func (c *Controller) queue(rate packet.Bitrate) {
	rate = min(rate, packet.Bitrate(goalHeadroom*float64(c.input.Goal)))
	if float64(rate) < worthwhile*float64(c.input.Estimate) {
		return
	}
	if n := len(c.queued); n > 0 && rate <= c.queued[n-1] {
		return
	}
	c.queued = append(c.queued, rate)
}

// due is when the next probe is due, queued rates apart.
func (c *Controller) due() time.Time {
	if c.input.Paused && !c.probed.IsZero() && c.next.After(c.probed.Add(backOffPaused)) {
		return c.probed.Add(backOffPaused)
	}
	if !c.begun || c.recover || c.input.Paused || c.probed.IsZero() {
		return c.next
	}
	every := widerEvery
	switch {
	case c.filled() && float64(c.input.Estimate) < widerShare*float64(c.ceiling):
		return later(c.next, c.strained.Add(widerAfter))
	case c.backOff > backOffLeast: // it is in next
		every = 0
	case !c.filled():
		every = limitedEvery
	}
	return later(c.next, c.probed.Add(every))
}

// filled reports whether so much is sent that the estimate rises by itself.
func (c *Controller) filled() bool {
	sent := float64(c.input.Acked) / (1 - min(c.input.Loss, mostLoss))
	return !c.input.AppLimited && sent > filledShare*float64(c.input.Estimate)
}

func (c *Controller) launch(now time.Time, rate packet.Bitrate) Cluster {
	c.id++
	if c.id == 0 {
		c.id = 1
	}
	duration := min(max(leastDuration, jitters*c.input.Jitter), mostDuration)
	bytes := max(leastBytes, int(float64(rate)*duration.Seconds()/8))
	cluster := Cluster{
		ID: c.id, Rate: rate, Packets: leastPackets, Bytes: bytes,
		Duration: time.Duration(float64(8*bytes) / float64(rate) * float64(time.Second)),
	}
	c.probed = now
	// A burst sees what a link carries, and not what others leave of it.
	most := packet.Bitrate(fullMost * float64(c.input.Estimate))
	if !c.answered {
		most = rate
	}
	c.flying = append(c.flying, flight{
		Cluster: cluster,
		expires: now.Add(cluster.Duration + answerTime + 2*c.input.RTT),
		loss:    c.input.Loss,
		most:    most,
	})
	return cluster
}

// Feedback takes the results of one feedback. It returns what a probe found when one is over.
func (c *Controller) Feedback(now time.Time, results []estimate.Result) (estimate.Outcome, bool) {
	for i := range results {
		for j := range c.flying {
			c.flying[j].add(&results[i])
		}
	}
	// Two probes at most fly, and the higher one says more.
	var best estimate.Outcome
	judged := false
	for j := 0; j < len(c.flying); {
		f := &c.flying[j]
		if !f.over() {
			j++
			continue
		}
		o := f.outcome()
		c.flying = append(c.flying[:j], c.flying[j+1:]...)
		c.judge(now, o)
		if !judged || o.Rate > best.Rate {
			best, judged = o, true
		}
	}
	return best, judged
}

// judge goes on after a success, and backs off after a failure.
func (c *Controller) judge(now time.Time, o estimate.Outcome) {
	c.answered = true
	if float64(o.Rate) < goOnShare*float64(o.Asked) || o.Full || o.Rate <= c.input.Estimate {
		c.fail(now)
		return
	}
	c.backOff = backOffLeast
	reached := packet.Bitrate(goalHeadroom * float64(c.input.Goal))
	if float64(o.Rate)*worthwhile >= float64(reached) {
		c.probed = time.Time{} // what comes next may be tried as soon as this has settled
		c.next = now.Add(min(max(settleTrips*c.input.RTT, settleLeast), settleMost))
		return
	}
	c.next = now
	if len(c.flying) == 0 && len(c.queued) == 0 && (!c.filled() || o.Rate < c.former) {
		c.input.Estimate = max(c.input.Estimate, o.Rate)
		c.queue(stepFactor * o.Rate)
	}
}

func (c *Controller) fail(now time.Time) {
	most := backOffMost
	switch {
	case c.input.Paused:
		most = backOffPaused
	case !c.dropped.IsZero():
		most = backOffRecovering
	}
	c.queued = c.queued[:0]
	c.next = now.Add(min(c.backOff, most))
	c.backOff = min(time.Duration(backOffFactor*float64(c.backOff)), most)
}

// expire gives up probes that nobody answers.
func (c *Controller) expire(now time.Time) {
	for len(c.flying) > 0 && !now.Before(c.flying[0].expires) {
		unsent := c.flying[0].answered == 0
		c.flying = append(c.flying[:0], c.flying[1:]...)
		if unsent {
			// Nothing was sent, or nobody listens yet: that says nothing of the link.
			c.queued, c.probed, c.next = c.queued[:0], time.Time{}, later(c.next, now.Add(retryAfter))
			continue
		}
		c.fail(now)
	}
}

// Deadline is when Next may have something.
func (c *Controller) Deadline() (time.Time, bool) {
	switch {
	case len(c.queued) > 0:
		return c.next, true
	case len(c.flying) > 0:
		return c.flying[0].expires, true
	case c.input.Goal == 0 || c.input.Overusing || c.input.Estimate == 0:
		return time.Time{}, false
	case float64(c.input.Goal)*goalHeadroom < worthwhile*float64(c.input.Estimate):
		return time.Time{}, false
	}
	return c.due(), true
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
