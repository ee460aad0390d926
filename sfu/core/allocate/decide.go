package allocate

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// settle keeps what was decided for the next plan.
func (e *entry) settle(now time.Time, f *fill) {
	if !e.shown {
		e.state.forget(now)
		return
	}
	chosen := packet.None
	if e.level >= 0 {
		chosen = e.steps[e.level].layer
	}
	if len(e.steps) == 0 {
		e.state.forget(now) // a publisher that was silent comes back like a new one
	} else {
		e.state.choose(now, chosen, f.congested && !e.fresh && e.level < e.held)
	}
	for i := range int8(maxSpatial) {
		dead := e.state.flowed&(1<<i) == 0 && i <= e.ladder.allowed
		known := !e.state.asked[i].IsZero()
		e.state.ask(now, i, dead && (i <= chosen.Spatial || known))
	}
}

// target is the rung that is shown until all that was decided flows, -1 none. A slot that
// waits for a layer takes whatever comes, so it may only wait if nothing else does.
func (e *entry) target() int {
	for i := e.level; i >= 0; i-- {
		if e.steps[i].live {
			return i
		}
	}
	if e.state.flowed != 0 {
		return -1
	}
	return e.level
}

func (e *entry) decision(in Input) Decision {
	d := Decision{ID: e.slot.ID, Target: packet.None, Reason: e.reason(in)}
	if !e.shown {
		return d
	}
	if rung := e.target(); rung >= 0 {
		d.Target, d.Height, d.Rate = e.steps[rung].layer, e.steps[rung].height, e.steps[rung].rate
	} else if e.silent() {
		d.Target, d.Height = e.asked.layer, e.asked.height // costs nothing while nothing comes
	}
	d.Lacks = int(max(e.ladder.allowed-max(d.Target.Spatial, 0), 0))
	top := max(d.Target.Spatial, e.state.chosen.Spatial, e.asked.layer.Spatial, 0)
	d.Wanted = 1<<(top+1) - 1
	return d
}

// silent reports whether nothing flows, and nothing is kept for what may come.
func (e *entry) silent() bool { return e.state.flowed == 0 && len(e.steps) == 0 }

func (e *entry) reason(in Input) Reason {
	r := Reason{Rate: in.Rate}
	lacks := e.level+1 < len(e.steps)
	switch {
	case in.AudioOnly:
		r.Kind = AudioOnly
	case e.slot.Height <= 0:
		r.Kind = Hidden
	case e.ladder.top < 0 || e.silent() && e.asked != nothing:
		r.Kind = NotSent
	case e.target() < 0:
		r.Kind = Paused
	case lacks && e.settling:
		r.Kind = Settling
	case lacks:
		r.Kind = Link
	case e.target() < e.level || !e.steps[e.level].live || above(e.asked.layer, e.steps[e.level].layer):
		r.Kind = NotSent
	case above(e.ladder.full[len(e.ladder.full)-1].layer, e.steps[e.level].layer):
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
		slot := a.entries[i].slot
		flowing += slot.rate(slot.Current)
	}
	if flowing <= max(plan.Budget, plan.Used) {
		return
	}
	for i := range in.Slots {
		s, d := a.entries[i].slot, &plan.Slots[i]
		d.Cut = s.rate(s.Current) > d.Rate && s.Current.Spatial != d.Target.Spatial
	}
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
		if e.silent() {
			continue // muted: its estimate rests with it
		}
		if next := e.level + 1; next < len(e.steps) {
			consider(f.used + e.rate(next) - e.rate(e.level))
		} else if missing := e.missing(); missing >= 0 {
			consider(f.used + e.ladder.full[missing].rate - e.rate(e.level))
		}
	}
	if goal == unlimited {
		return 0
	}
	return goal
}

// missing is the lowest rung above what is reached, and above what is asked for, of a layer
// that was asked for in vain, -1 none.
func (e *entry) missing() int {
	reached := e.asked.layer
	if e.level >= 0 && above(e.steps[e.level].layer, reached) {
		reached = e.steps[e.level].layer
	}
	if next := e.ladder.full.reached(reached) + 1; next < len(e.ladder.full) {
		return next
	}
	return -1
}
