package allocate

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// settle keeps what was decided for the next plan.
func (e *entry) settle(now time.Time, f *fill) {
	if !e.shown {
		// What was not visible begins anew.
		e.state.chosen, e.state.since = fresh, now
		return
	}
	chosen := packet.None
	if e.level >= 0 {
		chosen = e.ladder.steps[e.level].layer
	}
	if f.congested && e.level < e.held && now.Sub(e.state.since) > active {
		e.state.blocked = now.Add(pause)
	}
	if chosen != e.state.chosen {
		e.state.chosen, e.state.since = chosen, now
	}
	for i := range int8(maxSpatial) {
		dead := e.state.flowed&(1<<i) == 0 && i <= e.ladder.allowed
		known := !e.state.asked[i].IsZero()
		e.state.ask(now, i, dead && (i == chosen.Spatial || known))
	}
}

// target is the rung that is shown until all that was decided flows, -1 none.
func (e *entry) target() int {
	for i := e.level; i >= 0; i-- {
		if e.ladder.steps[i].live {
			return i
		}
	}
	return e.level
}

func (e *entry) decision(in Input, f *fill) Decision {
	d := Decision{ID: e.slot.ID, Target: packet.None, Reason: e.reason(in)}
	if !e.shown {
		return d
	}
	shown := step{layer: packet.None}
	if rung := e.target(); rung >= 0 {
		shown = e.ladder.steps[rung]
		d.Rate = shown.rate
	} else if e.asked >= 0 {
		shown = e.ladder.missing[e.asked] // costs nothing while nothing comes
	}
	d.Target, d.Height = shown.layer, shown.height
	top := max(d.Target.Spatial, e.state.chosen.Spatial, 0)
	if e.asked >= 0 {
		top = max(top, e.ladder.missing[e.asked].layer.Spatial)
	}
	d.Wanted = 1<<(top+1) - 1
	return d
}

func (e *entry) reason(in Input) Reason {
	r := Reason{Rate: in.Rate}
	switch {
	case in.AudioOnly:
		r.Kind = AudioOnly
	case e.slot.Height <= 0:
		r.Kind = Hidden
	case e.ladder.top < 0:
		r.Kind = NotSent
	case e.level < 0 && e.asked >= 0:
		r.Kind = NotSent
	case e.level < 0:
		r.Kind = Paused
	case e.level+1 < len(e.ladder.steps) && e.settling:
		r.Kind = Settling
	case e.level+1 < len(e.ladder.steps):
		r.Kind = Link
	case e.target() < e.level || e.asked >= 0 || !e.ladder.steps[e.level].live:
		r.Kind = NotSent
	case len(e.ladder.missing) > 0 && above(e.ladder.missing[len(e.ladder.missing)-1].layer, e.ladder.steps[e.level].layer):
		r.Kind = Link
	case e.ladder.allowed < e.ladder.wished:
		r.Kind = Saver
	case e.ladder.allowed < e.ladder.top:
		r.Kind = Small
	default:
		r.Kind = Met
	}
	return r
}

// cut marks the slots whose current layer the link cannot carry until a key frame comes.
func (a *Allocator) cut(in Input, plan *Plan) {
	var flowing packet.Bitrate
	for i := range a.entries {
		flowing += a.entries[i].current()
	}
	if flowing <= max(plan.Budget, plan.Used) {
		return
	}
	for i := range a.entries {
		d := &plan.Slots[i]
		d.Cut = a.entries[i].current() > d.Rate && in.Slots[i].Current.Spatial != d.Target.Spatial
	}
}

// current is what the layer costs that is forwarded at present.
func (e *entry) current() packet.Bitrate {
	var rate packet.Bitrate
	for _, o := range e.slot.Layers {
		if o.Layer.Spatial == e.slot.Current.Spatial && o.Layer.Temporal <= e.slot.Current.Temporal {
			rate = max(rate, o.Rate)
		}
	}
	return rate
}

// goal is the rate at which something better becomes possible, 0 if there is nothing or the
// link carries it already.
func (a *Allocator) goal(in Input, f *fill) packet.Bitrate {
	goal := unlimited
	consider := func(used packet.Bitrate) {
		if rate := need(used, in.Audio); rate > in.Rate {
			goal = min(goal, rate)
		}
	}
	for _, e := range a.order {
		if next := e.level + 1; next < len(e.ladder.steps) {
			consider(f.used + e.rate(next) - e.rate(e.level))
		} else if e.asked < 0 && len(e.ladder.missing) > 0 {
			consider(f.used + e.ladder.missing[0].rate - e.rate(e.level))
		}
	}
	if goal == unlimited {
		return 0
	}
	return goal
}
