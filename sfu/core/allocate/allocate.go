package allocate

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// All is the temporal index of a target that leaves nothing out.
const All = 127

// maxSpatial is the number of spatial layers a publication can have.
const maxSpatial = 4

// Layer is one way to show a publication.
type Layer struct {
	Layer packet.Layer
	// Rate it costs. It contains the temporal layers below, and of a scalable stream the spatial
	// ones too; of simulcast only its own encoding. 0 is unknown: it is guessed by height.
	// For a layer that is not live it is what the layer is expected to cost.
	Rate   packet.Bitrate
	Height int // pixels, 0 unknown
	FPS    int // 0 unknown
	Live   bool
}

// Slot is what one slot of a peer is to show.
type Slot struct {
	ID          int
	Publication uint32 // another one than before starts without a past
	Priority    int    // 0, the first to give way, to 255
	Screen      bool
	Single      bool // the publication has one layer: it cannot adapt, so it goes first among its equals
	Height      int  // wished in device pixels; 0 is not visible
	MaxHeight   int  // data saver, 0 none
	// Layers lists what the publisher can send, ascending by spatial, then temporal index.
	// Layers that do not flow at present are listed with Live unset.
	Layers  []Layer
	Current packet.Layer // forwarded at present, packet.None if nothing is
}

// rate is what a layer costs, as its publisher sends it now; 0 if it is not listed.
func (s *Slot) rate(l packet.Layer) (rate packet.Bitrate) {
	for _, o := range s.Layers {
		if o.Layer.Spatial == l.Spatial && o.Layer.Temporal <= l.Temporal {
			rate = max(rate, o.Rate)
		}
	}
	return rate
}

// Input is what a plan is made from.
type Input struct {
	Rate      packet.Bitrate // what the link carries: the estimate
	Audio     packet.Bitrate // kept for sound
	MaxHeight int            // data saver of the whole peer, 0 none
	AudioOnly bool           // no video at all
	Slots     []Slot         // equals have precedence in this order
}

// Decision is what one slot gets.
type Decision struct {
	ID     int
	Target packet.Layer // packet.None: nothing; its Temporal is All if no temporal layer is left out
	Rate   packet.Bitrate
	Height int // pixels of the target, guessed if unknown; 0 for nothing
	// Wanted has a bit for each spatial layer that the publisher is to send for this slot. It has
	// more than the target while a layer is not sent yet that the link could carry.
	Wanted uint8
	Reason Reason
	// Lacks counts the spatial layers between the target and what the wish asks for.
	Lacks int
	// Cut says to stop the current layer at once instead of at the target's key frame.
	Cut bool
}

// Plan is one sharing of the rate. It is not changed afterwards.
type Plan struct {
	Slots  []Decision     // in the order of the input
	Budget packet.Bitrate // for video
	Used   packet.Bitrate // by the targets
	// Next is the rate of the link at which something better becomes possible, 0 if all have
	// what they wish: how far it is worth probing.
	Next packet.Bitrate
}

// Allocator plans for one peer. Its state is the hysteresis alone.
type Allocator struct {
	window  window
	ceiling ceiling
	slots   map[int]*state
	planned time.Time
	rate    packet.Bitrate // it was made for
	carries packet.Bitrate // the rate that it needs
	plan    Plan           // the latest
	next    time.Time      // when a plan would come out otherwise by itself
	entries []entry        // scratch
	order   []*entry       // scratch
}

// New returns an allocator that has planned nothing.
func New() *Allocator { return &Allocator{slots: map[int]*state{}} }

const (
	replan     = 5 * time.Second // at the latest
	moved      = 15              // percent of the rate that are worth a new plan
	repair     = 5               // percent of the rate kept for resends
	headroom   = 10              // percent that an up-step needs beyond its rate
	screenOver = packet.Bitrate(500_000)
)

// Observe takes a new estimate. It returns whether to plan anew: the link does not carry the
// latest plan any more or carries something better, the rate moved by more than 15 %, or the
// time has come.
func (a *Allocator) Observe(now time.Time, rate packet.Bitrate) bool {
	a.window.put(now, rate)
	if a.planned.IsZero() || !now.Before(a.next) {
		return true
	}
	move := max(rate-a.rate, a.rate-rate)
	return move*100 > a.rate*moved || rate < a.rate && rate < a.carries || a.plan.Next > 0 && rate >= a.plan.Next
}

// Deadline says when to plan anew at the latest.
func (a *Allocator) Deadline() (time.Time, bool) { return a.next, !a.planned.IsZero() }

// Plan shares the rate anew.
func (a *Allocator) Plan(now time.Time, in Input) Plan {
	a.window.put(now, in.Rate)
	f := fill{
		now:  now,
		hold: budget(in.Rate, in.Audio),
		up:   budget(a.window.low(now), in.Audio) * 100 / (100 + headroom),
		dark: budget(in.Rate, in.Audio) * 100 / (100 + headroom),
	}
	a.enter(now, in)
	f.ceiling = a.ceiling.at(now, a.window.low(now))
	a.share(&f)
	a.ceiling.judge(now, a.rate, &f, a.order)
	plan := Plan{Slots: make([]Decision, len(in.Slots)), Budget: f.hold}
	for i := range a.entries {
		e := &a.entries[i]
		e.settle(now, &f)
		plan.Slots[i] = e.decision(in)
		plan.Used += plan.Slots[i].Rate
	}
	a.cut(in, &plan)
	plan.Next = a.goal(in, &f)
	a.planned, a.rate, a.carries = now, in.Rate, plan.Used*100/(100-repair)+in.Audio
	a.next, a.plan = a.wake(now), plan
	return plan
}

// share runs the fill as though the publishers sent what they were asked for in vain, which says
// what to ask them again; then with what there is, unless that is the same.
func (a *Allocator) share(f *fill) {
	missing := false
	for _, e := range a.order {
		missing = missing || len(e.ladder.full) != len(e.ladder.steps)
		e.climb(e.ladder.full)
	}
	f.run(a.order)
	for _, e := range a.order {
		if e.asked = nothing; e.level >= 0 {
			e.asked = e.steps[e.level]
		}
	}
	if !missing {
		return
	}
	for _, e := range a.order {
		e.climb(e.ladder.steps)
	}
	f.run(a.order)
}

// budget is what is left for video.
func budget(rate, audio packet.Bitrate) packet.Bitrate {
	return max(rate-audio, 0) * (100 - repair) / 100
}

// need is the rate of the link that lets an up-step to so much video pass.
func need(video, audio packet.Bitrate) packet.Bitrate {
	return (video*(100+headroom)+(100-repair)-1)/(100-repair) + audio + 1
}
