package estimate

import (
	"cmp"
	"slices"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Config bounds the estimate, in bit/s.
type Config struct {
	Start packet.Bitrate // before anything is known
	Min   packet.Bitrate
	Max   packet.Bitrate
}

// Default is for a viewer of whom nothing is known.
func Default() Config { return Config{Start: 600_000, Min: 30_000, Max: 20_000_000} }

const (
	// silence is how long packets wait for feedback before that means something.
	silence = 2 * time.Second
	// silenceEvery and silenceDecrease are how the rate falls from then on.
	silenceEvery    = time.Second
	silenceDecrease = 0.7
	// waitingLasts is for how long what was last said of waiting packets holds: who sends nothing more says nothing more.
	waitingLasts = time.Second
	// overuseShown is how long an overuse is the state, so that people and probes see it.
	overuseShown = 500 * time.Millisecond
	rttWeight    = 0.25
	// strainLasts is for how long packets wait on the way after the latest feedback, besides what they waited then and a
	// round trip: receivers answer four times a second at least.
	strainLasts = 300 * time.Millisecond
	// idleTime is how long without results means that we send nothing.
	idleTime = time.Second
	// mostMissing packets are made up for: more is no lost feedback but silence.
	mostMissing = 1000
)

// Estimator tells what one connection carries. It belongs to one goroutine.
type Estimator struct {
	config  Config
	epoch   time.Time
	started bool
	present time.Duration // when we were last told anything
	latest  time.Duration // feedback
	rate    float64

	groups     groups
	trend      trendline
	detector   detector
	queue      queue
	acked      acked
	aimd       aimd
	loss       loss
	appLimited appLimited

	overused  time.Duration
	everOver  bool
	ackedRate float64
	rtt       time.Duration
	jitter    float64 // ms
	waiting   bool    // packets are unanswered since
	since     time.Duration
	said      time.Duration // when that was said
	silenced  time.Duration // latest decrease for want of feedback
	expected  int64         // the number behind the latest result
	arrived   []arrival     // scratch
	lost      bool          // a packet of the latest feedback
}

// New returns an estimator that says cfg.Start. Zero fields take their default.
func New(cfg Config) *Estimator {
	d := Default()
	if cfg.Min <= 0 {
		cfg.Min = d.Min
	}
	if cfg.Max <= 0 {
		cfg.Max = d.Max
	}
	if cfg.Start <= 0 {
		cfg.Start = d.Start
	}
	start := float64(min(max(cfg.Start, cfg.Min), cfg.Max))
	return &Estimator{config: cfg, rate: start, detector: newDetector(), aimd: aimd{rate: start, starting: true}}
}

// Feedback takes what one feedback says.
func (e *Estimator) Feedback(now time.Time, results []Result) {
	if len(results) == 0 {
		return
	}
	if !e.started {
		e.started, e.epoch = true, results[0].Sent
	}
	at := now.Sub(e.epoch)
	e.latest, e.present, e.waiting = at, max(e.present, at), false
	observed := e.sort(results)
	e.read(at)
	e.measureRTT(at)
	acked, known := e.acked.rate()
	if known {
		e.ackedRate = acked
	}
	if observed {
		e.loss.update(at, e.aimd.rate, e.ackedRate, e.queueing(at) || e.waits() > queueNoticed+e.packetTime()+2*e.Jitter())
	}
	busy, _ := e.acked.busy()
	kept := 1 - e.loss.usual()
	e.aimd.update(sight{
		now: at, usage: e.detector.usage, acked: acked / kept, busy: busy / kept, known: known, rtt: e.rtt,
		queue: e.queue.level, packet: e.packetTime(), excess: e.loss.excess(), appLimited: e.appLimited.limited, lost: e.lost,
	})
	if e.aimd.strained {
		e.overused, e.everOver = at, true
	}
	e.settle()
}

// sort goes through the results as they were sent, and keeps the received ones as they arrived.
func (e *Estimator) sort(results []Result) (observed bool) {
	e.arrived, e.lost = e.arrived[:0], false
	credit := 0 // bytes
	for i := range results {
		r := &results[i]
		sent := r.Sent.Sub(e.epoch)
		missing := e.missing(r)
		observed = e.loss.add(sent, r, missing) || observed
		if !r.Again {
			e.appLimited.sent(sent, r.Size*(1+missing), e.rate)
		}
		credit += r.Size * missing
		e.lost = e.lost || !r.Received && !r.Again
		if r.Received {
			// What no feedback spoke of arrived like the rest, or the rate would seem to fall.
			size := r.Size + int(float64(credit)*(1-e.loss.recent))
			credit = 0
			e.arrived = append(e.arrived, arrival{sent, r.Arrived, size})
		}
	}
	slices.SortStableFunc(e.arrived, func(a, b arrival) int { return cmp.Compare(a.arrived, b.arrived) })
	return observed
}

// missing is how many packets before this one no feedback spoke of, because it was lost.
func (e *Estimator) missing(r *Result) int {
	n := r.Number - e.expected
	first := e.expected == 0
	e.expected = max(e.expected, r.Number+1)
	if first || n < 0 || n > mostMissing {
		return 0
	}
	return int(n)
}

// read takes the received packets in the order of their arrival.
func (e *Estimator) read(now time.Duration) {
	e.queue.begin()
	for _, p := range e.arrived {
		s, ok, step := e.groups.add(p.sent, p.arrived)
		if step {
			e.trend, e.detector.usage = trendline{}, normal
			e.queue = queue{}
			e.acked.forgetAll()
		}
		e.acked.add(p)
		e.queue.add(p.sent, p.arrived)
		if ok {
			spread := milliseconds(s.arrived - s.sent)
			e.jitter += (max(spread, -spread) - e.jitter) / 16
			e.detector.add(e.trend.add(s), e.trend.count, s)
		}
	}
	e.queue.end(now)
}

// waits is how long the packets of this feedback waited, on average.
func (e *Estimator) waits() time.Duration {
	var sum time.Duration
	for _, p := range e.arrived {
		sum += p.arrived - p.sent - e.queue.base()
	}
	return sum / time.Duration(max(len(e.arrived), 1))
}

// measureRTT takes the fastest answer, without the time that the receiver held it back.
func (e *Estimator) measureRTT(now time.Duration) {
	if len(e.arrived) == 0 {
		return
	}
	last := e.arrived[len(e.arrived)-1].arrived
	fastest := time.Duration(-1)
	for _, p := range e.arrived {
		took := now - p.sent - (last - p.arrived)
		if took >= 0 && (fastest < 0 || took < fastest) {
			fastest = took
		}
	}
	switch {
	case fastest < 0:
	case e.rtt == 0:
		e.rtt = fastest
	default:
		e.rtt += time.Duration(rttWeight * float64(fastest-e.rtt))
	}
}

// settle joins the parts.
func (e *Estimator) settle() {
	least, most := float64(e.config.Min), float64(e.config.Max)
	e.aimd.rate = min(max(e.aimd.rate, least), most)
	e.rate = e.aimd.rate
	if e.loss.limit != 0 {
		e.rate = max(min(e.rate, e.loss.limit), least)
	}
}

// Unanswered tells how long packets have been waiting for feedback (History.Unanswered). It holds for a second: packets
// that are the last for a while wait for ever.
func (e *Estimator) Unanswered(now time.Time, waiting time.Duration) {
	if !e.started {
		e.started, e.epoch = true, now.Add(-waiting)
	}
	if !e.waiting {
		e.silenced = 0
	}
	e.waiting, e.since, e.said = waiting > 0, now.Add(-waiting).Sub(e.epoch), now.Sub(e.epoch)
	e.Tick(now)
}

// Tick lowers the rate while feedback stays away.
func (e *Estimator) Tick(now time.Time) {
	if e.started {
		e.present = max(e.present, now.Sub(e.epoch))
	}
	for {
		due, ok := e.due()
		if !ok || now.Sub(e.epoch) < due {
			return
		}
		e.silenced = due
		e.aimd.rate *= silenceDecrease
		e.settle()
	}
}

// due is when the rate falls next for want of feedback.
func (e *Estimator) due() (time.Duration, bool) {
	if !e.waiting || e.rate <= float64(e.config.Min) {
		return 0, false
	}
	at := e.since + max(silence, 3*e.rtt)
	if e.silenced >= at {
		at = e.silenced + silenceEvery
	}
	return at, at <= e.said+waitingLasts
}

// Deadline is when time alone changes something: the rate falls, or a strain is over.
func (e *Estimator) Deadline() (time.Time, bool) {
	due, ok := e.due()
	if over := e.strainOver(); e.strained() && over > e.present && (!ok || over < due) {
		due, ok = over, true
	}
	return e.epoch.Add(due), ok
}

// strainOver is when what waits on the way has arrived, if nothing more is sent.
func (e *Estimator) strainOver() time.Duration {
	return e.latest + e.rtt + e.queue.level.delay + strainLasts
}

// Rate is what the connection carries, of everything that is sent on it.
func (e *Estimator) Rate() packet.Bitrate { return packet.Bitrate(e.rate) }

// Acked is what arrived of late, 0 while unknown.
func (e *Estimator) Acked() packet.Bitrate { return packet.Bitrate(e.ackedRate) }

// RTT is the round trip without the time that feedback was held back, 0 while unknown.
func (e *Estimator) RTT() time.Duration { return e.rtt }

// Jitter is by how much the spacing of packets changes on the way.
func (e *Estimator) Jitter() time.Duration {
	return time.Duration(e.jitter * float64(time.Millisecond))
}

// Loss is the share of packets lost over the last second or two.
func (e *Estimator) Loss() float64 { return e.loss.recent }

// QueueDelay is how long packets wait on the way at present.
func (e *Estimator) QueueDelay() time.Duration { return e.queue.level.delay }

// Queueing reports whether packets wait on the way: loss is congestion then.
func (e *Estimator) Queueing() bool { return !e.idle() && e.queueing(e.latest) }

// Strained reports whether a probe would tell nothing: packets wait or a queue drains, or loss
// limits the rate. What was so before we fell silent says nothing of now.
func (e *Estimator) Strained() bool { return e.present < e.strainOver() && e.strained() }

func (e *Estimator) strained() bool {
	return e.queueing(e.latest) || e.detector.usage != normal || e.lossLimited()
}

func (e *Estimator) lossLimited() bool { return e.loss.limit != 0 && e.loss.limit < e.aimd.rate }

func (e *Estimator) queueing(at time.Duration) bool {
	return e.queue.level.delay > queueNoticed+e.packetTime() || e.everOver && at-e.overused < overuseShown
}

// AppLimited reports whether we send so much less than the estimate that nothing is learnt of it.
func (e *Estimator) AppLimited(now time.Time) bool {
	if e.started {
		e.present = max(e.present, now.Sub(e.epoch))
	}
	return e.appLimited.limited || e.idle()
}

// idle reports whether nothing was sent of late.
func (e *Estimator) idle() bool {
	waits := e.waiting && e.present <= e.said+waitingLasts
	return e.started && !waits && e.present-e.latest > idleTime+e.rtt
}

// packetTime is how long one packet is on a link of this rate: what a narrower link adds is no queue.
func (e *Estimator) packetTime() time.Duration {
	return time.Duration(packetBits / e.rate * float64(time.Second))
}

// State says what decides the rate.
func (e *Estimator) State() State {
	_, silent := e.due()
	switch {
	case silent && e.silenced != 0:
		return Unanswered
	case e.idle():
		return AppLimited
	case e.aimd.standing.beside(e.latest):
		return Competing
	case e.everOver && e.latest-e.overused < overuseShown:
		return Overuse
	case e.lossLimited():
		return LossLimited
	case e.detector.usage == underuse:
		return Underuse
	case e.appLimited.limited:
		return AppLimited
	case !e.started || e.aimd.starting:
		return Starting
	}
	return Steady
}

// Outcome is what a probe found.
type Outcome struct {
	Cluster uint16
	Asked   packet.Bitrate // what it was sent at
	Rate    packet.Bitrate // what arrived, 0 if that cannot be told
	Full    bool           // the link was seen to be full at this rate
}

// Probed takes what a probe found. It never lowers the rate: a probe is short, and jitter
// makes it look slow.
func (e *Estimator) Probed(now time.Time, o Outcome) {
	at := now.Sub(e.epoch)
	if o.Rate == 0 || e.detector.usage == overuse || e.lossLimited() {
		return
	}
	e.aimd.probed(at, float64(o.Rate))
	e.settle()
}
