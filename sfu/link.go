package sfu

import (
	"slices"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/downlink"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
	"github.com/plenum-meet/plenum/sfu/core/quality"
	"github.com/plenum-meet/plenum/sfu/egress"
)

const (
	// audioRate is what a voice takes, headers included.
	audioRate = packet.Bitrate(60_000)
	// saverHeight is the tallest picture for who saves data.
	saverHeight = 360
	// unwished is the height of a picture that nobody asked for in particular.
	unwished = 180
)

// link is the way to a participant with the slots that share it. Feedback is taken where it was made sense of, on the
// shard's goroutine: to wake the peer's for each took longer. All else is the peer's loop's. The shard has others to serve,
// and never waits for a loop that shares out: it leaves its feedback to that loop.
type link struct {
	mu   sync.Mutex // guards what follows
	way  *downlink.Downlink
	look time.Time // when the peer's loop looks, whatever arrives
	// changed says that the slots are to be planned anew, by what was left.
	changed bool

	leaving sync.Mutex // guards left, for a moment
	left    []feedback // by the shard, oldest first

	// The loop's own.
	mids    []string                // of the plan's slots, by ID
	shown   map[string]packet.Layer // what slots show at present, by MID
	decodes map[string]map[codec.Kind]bool
}

// feedback is what became of packets, and when that was known.
type feedback struct {
	at      time.Time
	results []estimate.Result
}

// orders are what the shard is to do for the link.
type orders struct {
	clusters []probe.Cluster
	news     downlink.News
	changed  bool // there are news
}

func newLink() *link {
	return &link{way: downlink.New(), shown: map[string]packet.Layer{}, decodes: map[string]map[codec.Kind]bool{}}
}

// open notes what was negotiated for a slot.
func (l *link) open(mid string, line egress.Line) {
	if line.TransportCC != 0 {
		l.mu.Lock()
		l.way.Promise()
		l.mu.Unlock()
	}
	kinds := make(map[codec.Kind]bool, len(line.Payloads))
	for kind := range line.Payloads {
		kinds[kind] = true
	}
	kinds[codec.RED] = line.Decodes(codec.RED)
	l.decodes[mid] = kinds
}

// outcome is what the peer's loop is to do after feedback.
type outcome uint8

const (
	nothing outcome = iota
	look            // when it is next to look has changed
	replan          // share out anew
	takeUp          // take what was left for it
)

// arrived takes feedback, on the shard's goroutine.
func (l *link) arrived(now time.Time, results []estimate.Result) (do orders, then outcome) {
	if !l.mu.TryLock() {
		l.leaving.Lock()
		defer l.leaving.Unlock()
		l.left = append(l.left, feedback{now, slices.Clone(results)})
		return orders{}, takeUp
	}
	defer l.mu.Unlock()
	l.catchUp()
	changed := l.way.Arrived(now, results) || l.changed
	l.changed = false
	do = l.ordersAt(now)
	if changed {
		return do, replan
	}
	if due, ok := l.way.Deadline(); ok && due.Before(l.look) {
		return do, look
	}
	return do, nothing
}

// lock is for the peer's loop.
func (l *link) lock() {
	l.mu.Lock()
	l.catchUp()
}

// catchUp takes what the shard left.
func (l *link) catchUp() {
	l.leaving.Lock()
	left := l.left
	l.left = nil
	l.leaving.Unlock()
	for _, f := range left {
		l.changed = l.way.Arrived(f.at, f.results) || l.changed
	}
}

// takeUp is arrived for what was left for the peer's loop: what is to be done, and whether the slots are to be planned anew.
func (l *link) takeUp(now time.Time) (do orders, changed bool) {
	l.lock()
	defer l.mu.Unlock()
	changed, l.changed = l.changed, false
	return l.ordersAt(now), changed
}

// waiting takes for how long packets have had no feedback, and reports whether the slots are to be planned anew.
func (l *link) waiting(now time.Time, unanswered time.Duration) bool {
	l.lock()
	defer l.mu.Unlock()
	return l.way.Waiting(now, unanswered)
}

// tick lets time pass and reports whether the slots are to be planned anew.
func (l *link) tick(now time.Time) bool {
	l.lock()
	defer l.mu.Unlock()
	return l.way.Tick(now)
}

// orders are what is to be done at present.
func (l *link) orders(now time.Time) orders {
	l.lock()
	defer l.mu.Unlock()
	return l.ordersAt(now)
}

func (l *link) ordersAt(now time.Time) (do orders) {
	do.clusters = l.way.Probes(now)
	do.news, do.changed = l.way.News()
	return do
}

// deadline is when the loop has to look: when something of the link is due, or by latest.
func (l *link) deadline(latest time.Time) time.Time {
	l.lock()
	defer l.mu.Unlock()
	if at, ok := l.way.Deadline(); ok && at.Before(latest) {
		latest = at
	}
	l.look = latest
	return latest
}

// rate is what the link is measured to carry, 0 if nobody measures.
func (l *link) rate() packet.Bitrate {
	l.lock()
	defer l.mu.Unlock()
	if !l.way.Measurable() {
		return 0
	}
	return l.way.Rate()
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

// share plans what each slot shows.
func (l *link) share(now time.Time, in allocate.Input, mids []string) allocate.Plan {
	l.lock()
	defer l.mu.Unlock()
	l.mids = mids
	return l.way.Share(now, in)
}

// quality is what the downstream is judged by.
func (l *link) quality() quality.Input {
	l.lock()
	defer l.mu.Unlock()
	e := l.way.Estimate()
	in := quality.Input{RTT: e.RTT(), Jitter: e.Jitter(), Repaired: e.Loss()}
	for _, d := range l.way.Plan().Slots {
		in.Paused = in.Paused || d.Reason.Kind == allocate.Paused
		if d.Reason.Kind == allocate.Link || d.Reason.Kind == allocate.Settling {
			in.Missing = max(in.Missing, d.Lacks)
		}
	}
	return in
}

// explain says of each slot what it shows, and why not more.
func (l *link) explain() []SlotQuality {
	l.lock()
	slots := l.way.Plan().Slots
	l.mu.Unlock()
	list := make([]SlotQuality, 0, len(slots))
	for _, d := range slots {
		list = append(list, SlotQuality{
			MID: l.mids[d.ID], Height: d.Height, Reason: d.Reason.String(), Paused: d.Reason.Kind == allocate.Paused,
		})
	}
	return list
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
	l.lock()
	defer l.mu.Unlock()
	plan, e := l.way.Plan(), l.way.Estimate()
	s := LinkSnapshot{
		Measured: l.way.Measurable(), Estimate: l.way.Rate(), Acked: e.Acked(), Used: plan.Used, Next: plan.Next,
		RTT: e.RTT().String(), Queue: e.QueueDelay().String(), Loss: e.Loss(), State: e.State().String(),
	}
	for _, d := range plan.Slots {
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
