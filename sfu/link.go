package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
	"github.com/plenum-meet/plenum/sfu/egress"
)

const (
	// unlimited is what a link is taken to carry whose client gives no transport-wide feedback.
	unlimited = packet.Bitrate(100_000_000)
	// audioRate is what a voice takes, headers included.
	audioRate = packet.Bitrate(60_000)
	// saverHeight is the tallest picture for who saves data.
	saverHeight = 360
	// unwished is the height of a picture that nobody asked for in particular.
	unwished = 180
	// feedbackPatience is how long a client may take until its first feedback.
	feedbackPatience = 3 * time.Second
	// linkNews is the share of the rate by which it has to move to be told to the shard.
	linkNews = 0.05
)

// link is what the way to a participant carries, and how its slots share that. Its owner is the peer's loop.
type link struct {
	promised  bool // the client will give transport-wide feedback
	fed       bool // and has given it
	givenUp   bool // waiting: it took too long
	estimator *estimate.Estimator
	prober    *probe.Controller
	allocator *allocate.Allocator
	plan      allocate.Plan
	mids      []string // of the plan's slots, by ID
	told      egress.Link
	shown     map[string]packet.Layer // what slots show at present, by MID
	decodes   map[string]map[codec.Kind]bool
}

func newLink() *link {
	return &link{
		estimator: estimate.New(estimate.Default()), prober: probe.New(), allocator: allocate.New(),
		shown: map[string]packet.Layer{}, decodes: map[string]map[codec.Kind]bool{},
	}
}

// measurable reports whether feedback can be counted on.
func (l *link) measurable() bool { return l.promised && !l.givenUp }

// open notes what was negotiated for a slot.
func (l *link) open(mid string, line egress.Line) {
	l.promised = l.promised || line.TransportCC != 0
	kinds := make(map[codec.Kind]bool, len(line.Payloads))
	for kind := range line.Payloads {
		kinds[kind] = true
	}
	kinds[codec.RED] = line.Decodes(codec.RED)
	l.decodes[mid] = kinds
}

// canShow reports whether the client decodes the codec in that slot.
func (l *link) canShow(mid string, kind codec.Kind) bool { return l.decodes[mid][kind] }

// kinds are the codecs that the client decodes in that slot.
func (l *link) kinds(mid string) (list []codec.Kind) {
	for kind := range l.decodes[mid] {
		list = append(list, kind)
	}
	return list
}

// waiting takes for how long packets have had no feedback, and reports whether the slots are to be planned anew.
func (l *link) waiting(now time.Time, unanswered time.Duration) bool {
	if !l.fed {
		// A client that never keeps its promise is not to be starved for it.
		l.givenUp = l.givenUp || unanswered >= feedbackPatience
		return true
	}
	l.estimator.Unanswered(now, unanswered)
	return l.allocator.Observe(now, l.rate())
}

// rate is what the link is taken to carry.
func (l *link) rate() packet.Bitrate {
	if !l.measurable() {
		return unlimited
	}
	return l.estimator.Rate()
}

// arrived takes feedback and reports whether the slots are to be planned anew.
func (l *link) arrived(now time.Time, results []estimate.Result) bool {
	l.fed, l.givenUp = true, false
	l.estimator.Feedback(now, results)
	if outcome, ok := l.prober.Feedback(now, results); ok {
		l.estimator.Probed(now, outcome)
	}
	return l.allocator.Observe(now, l.rate())
}

// share plans what each slot shows.
func (l *link) share(now time.Time, in allocate.Input, mids []string) {
	in.Rate = l.rate()
	l.plan, l.mids = l.allocator.Plan(now, in), mids
}

// probes returns the clusters to send now.
func (l *link) probes(now time.Time) (clusters []probe.Cluster) {
	if !l.measurable() {
		return nil
	}
	l.prober.Update(now, probe.Input{
		Estimate: l.estimator.Rate(), Acked: l.estimator.Acked(), Goal: l.plan.Next,
		AppLimited: l.estimator.AppLimited(now), Overusing: l.estimator.Strained(),
		Paused: l.paused(), Loss: l.estimator.Loss(), RTT: l.estimator.RTT(), Jitter: l.estimator.Jitter(),
	})
	for {
		cluster, ok := l.prober.Next(now)
		if !ok {
			return clusters
		}
		clusters = append(clusters, cluster)
	}
}

// paused reports whether something is to be shown, and nothing is for want of rate.
func (l *link) paused() bool {
	paused := false
	for _, d := range l.plan.Slots {
		if d.Target.Spatial >= 0 {
			return false
		}
		paused = paused || d.Reason.Kind == allocate.Paused
	}
	return paused
}

// news is what the shard has to know of the link, if it is other than what it knows.
func (l *link) news() (egress.Link, bool) {
	if !l.measurable() {
		// Once: without feedback nothing is held back.
		next := egress.Link{Rate: unlimited, RepairShare: estimate.RepairShare(0, false)}
		changed := l.told != next
		l.told = next
		return next, changed
	}
	queueing := l.estimator.Queueing()
	next := egress.Link{
		Rate: l.estimator.Rate(), RTT: l.estimator.RTT(),
		RepairShare: estimate.RepairShare(l.estimator.Loss(), queueing), Congested: l.estimator.State() == estimate.Overuse,
		Protection: forward.Protection(l.estimator.Loss(), l.told.Protection),
	}
	if next.Congested == l.told.Congested && next.Protection == l.told.Protection && !moved(float64(next.Rate), float64(l.told.Rate)) &&
		!moved(next.RepairShare, l.told.RepairShare) && !moved(float64(next.RTT), float64(l.told.RTT)) {
		return egress.Link{}, false
	}
	l.told = next
	return next, true
}

func moved(next, last float64) bool { return max(next-last, last-next) > last*linkNews }

// tick lets time pass.
func (l *link) tick(now time.Time) { l.estimator.Tick(now) }

// deadline is when something is due, whatever arrives.
func (l *link) deadline() (at time.Time, ok bool) {
	earlier := func(next time.Time, known bool) {
		if known && (!ok || next.Before(at)) {
			at, ok = next, true
		}
	}
	earlier(l.allocator.Deadline())
	if l.measurable() {
		earlier(l.estimator.Deadline())
		earlier(l.prober.Deadline())
	}
	return at, ok
}

// LinkSnapshot explains what is known of the way to a participant.
type LinkSnapshot struct {
	Measured bool           `json:"measured"`
	Estimate packet.Bitrate `json:"estimate"` // bit/s
	Acked    packet.Bitrate `json:"acked"`
	Used     packet.Bitrate `json:"used"` // by the plan
	Next     packet.Bitrate `json:"next"` // at which something better could be shown, 0 if nothing could
	RTT      string         `json:"rtt"`
	Queue    string         `json:"queue"`
	Loss     float64        `json:"loss"`
	State    string         `json:"state"`
	Plan     []PlanSnapshot `json:"plan"`
}

// PlanSnapshot explains what one slot is to show, and why.
type PlanSnapshot struct {
	MID    string       `json:"mid"`
	Target packet.Layer `json:"target"`
	Shown  packet.Layer `json:"shown"`
	Height int          `json:"height"`
	Reason string       `json:"reason"`
}

func (l *link) snapshot() LinkSnapshot {
	s := LinkSnapshot{
		Measured: l.measurable(), Estimate: l.rate(), Acked: l.estimator.Acked(), Used: l.plan.Used, Next: l.plan.Next,
		RTT: l.estimator.RTT().String(), Queue: l.estimator.QueueDelay().String(), Loss: l.estimator.Loss(),
		State: l.estimator.State().String(),
	}
	for _, d := range l.plan.Slots {
		s.Plan = append(s.Plan, PlanSnapshot{
			MID: l.mids[d.ID], Target: d.Target, Shown: l.shownIn(l.mids[d.ID]), Height: d.Height, Reason: d.Reason.String(),
		})
	}
	return s
}

func (l *link) shownIn(mid string) packet.Layer {
	if shown, ok := l.shown[mid]; ok {
		return shown
	}
	return packet.None
}
