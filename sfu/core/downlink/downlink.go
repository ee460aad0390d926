package downlink

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
)

const (
	// Unlimited is what a link is taken to carry whose client gives no transport-wide feedback.
	Unlimited = packet.Bitrate(100_000_000)
	// patience is how long a client may take until its first feedback.
	patience = 3 * time.Second
	// worthTelling is the share by which something has to move to be news.
	worthTelling = 0.05
)

// Downlink is one connection to a viewer. It belongs to one goroutine.
type Downlink struct {
	promised  bool // the client will give transport-wide feedback
	fed       bool // and has given it
	givenUp   bool // it took too long
	estimator *estimate.Estimator
	prober    *probe.Controller
	allocator *allocate.Allocator
	plan      allocate.Plan
	told      News
}

// News is what the sending side has to know of the link.
type News struct {
	Number uint64         // they are passed on by more than one goroutine: a lower one says what was so before
	Rate   packet.Bitrate // that it carries
	RTT    time.Duration
	// RepairShare is what resends may take of the rate.
	RepairShare float64
	// Congested says that its queue grows: what nothing depends on is left out.
	Congested bool
	// Protection is how many former frames each packet of a voice repeats.
	Protection int
}

// New returns a connection of which nothing is known.
func New() *Downlink {
	return &Downlink{estimator: estimate.New(estimate.Default()), prober: probe.New(), allocator: allocate.New()}
}

// Promise says that the client will give transport-wide feedback.
func (d *Downlink) Promise() { d.promised = true }

// Measurable reports whether feedback can be counted on.
func (d *Downlink) Measurable() bool { return d.promised && !d.givenUp }

// Rate is what the link is taken to carry.
func (d *Downlink) Rate() packet.Bitrate {
	if !d.Measurable() {
		return Unlimited
	}
	return d.estimator.Rate()
}

// Plan is the latest.
func (d *Downlink) Plan() allocate.Plan { return d.plan }

// Estimate is what is known of the link, to look at.
func (d *Downlink) Estimate() *estimate.Estimator { return d.estimator }

// Arrived takes feedback and reports whether the slots are to be planned anew.
func (d *Downlink) Arrived(now time.Time, results []estimate.Result) bool {
	d.fed, d.givenUp = true, false
	d.estimator.Feedback(now, results)
	if outcome, ok := d.prober.Feedback(now, results); ok {
		d.estimator.Probed(now, outcome)
	}
	return d.allocator.Observe(now, d.Rate())
}

// Waiting takes for how long packets have had no feedback, and reports whether the slots are to be planned anew.
func (d *Downlink) Waiting(now time.Time, unanswered time.Duration) bool {
	if !d.fed {
		// A client that never keeps its promise is not to be starved for it.
		d.givenUp = d.givenUp || unanswered >= patience
		return true
	}
	d.estimator.Unanswered(now, unanswered)
	return d.allocator.Observe(now, d.Rate())
}

// Share plans what each slot shows; the rate of the input is the link's.
func (d *Downlink) Share(now time.Time, in allocate.Input) allocate.Plan {
	in.Rate = d.Rate()
	d.plan = d.allocator.Plan(now, in)
	return d.plan
}

// Probes returns the clusters to send now.
func (d *Downlink) Probes(now time.Time) []probe.Cluster { return d.ProbesFor(now, d.plan.Next) }

// ProbesFor is Probes with another goal than the plan's, for a source that takes what there is.
func (d *Downlink) ProbesFor(now time.Time, goal packet.Bitrate) (clusters []probe.Cluster) {
	if !d.Measurable() {
		return nil
	}
	d.prober.Update(now, probe.Input{
		Estimate: d.estimator.Rate(), Acked: d.estimator.Acked(), Goal: goal,
		AppLimited: d.estimator.AppLimited(now), Overusing: d.estimator.Strained(),
		Paused: d.paused(), Loss: d.estimator.Loss(), RTT: d.estimator.RTT(), Jitter: d.estimator.Jitter(),
	})
	for {
		cluster, ok := d.prober.Next(now)
		if !ok {
			return clusters
		}
		clusters = append(clusters, cluster)
	}
}

// paused reports whether something is to be shown, and nothing is for want of rate.
func (d *Downlink) paused() bool {
	paused := false
	for _, slot := range d.plan.Slots {
		if slot.Target.Spatial >= 0 {
			return false
		}
		paused = paused || slot.Reason.Kind == allocate.Paused
	}
	return paused
}

// News is what the sending side has to know, if it is other than what it knows.
func (d *Downlink) News() (News, bool) {
	if !d.Measurable() {
		// Once: without feedback nothing is held back.
		next := News{Number: d.told.Number, Rate: Unlimited, RepairShare: estimate.RepairShare(0, false)}
		if d.told == next {
			return News{}, false
		}
		next.Number++
		d.told = next
		return next, true
	}
	next := News{
		Number: d.told.Number + 1,
		Rate:   d.estimator.Rate(), RTT: d.estimator.RTT(),
		RepairShare: estimate.RepairShare(d.estimator.Loss(), d.estimator.Queueing()),
		Congested:   d.estimator.State() == estimate.Overuse,
		Protection:  forward.Protection(d.estimator.Loss(), d.told.Protection),
	}
	if next.Congested == d.told.Congested && next.Protection == d.told.Protection && !moved(float64(next.Rate), float64(d.told.Rate)) &&
		!moved(next.RepairShare, d.told.RepairShare) && !moved(float64(next.RTT), float64(d.told.RTT)) {
		return News{}, false
	}
	d.told = next
	return next, true
}

func moved(next, last float64) bool { return max(next-last, last-next) > last*worthTelling }

// Tick lets time pass and reports whether the slots are to be planned anew.
func (d *Downlink) Tick(now time.Time) bool {
	d.estimator.Tick(now)
	at, ok := d.allocator.Deadline()
	return d.allocator.Observe(now, d.Rate()) || ok && !at.After(now)
}

// Deadline is when something is due, whatever arrives.
func (d *Downlink) Deadline() (at time.Time, ok bool) {
	earlier := func(next time.Time, known bool) {
		if known && (!ok || next.Before(at)) {
			at, ok = next, true
		}
	}
	earlier(d.allocator.Deadline())
	if d.Measurable() {
		earlier(d.estimator.Deadline())
		earlier(d.prober.Deadline())
	}
	return at, ok
}
