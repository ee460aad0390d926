package allocate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const seeds = 20

// meeting makes up to n slots with layers of all kinds.
func meeting(rng *rand.Rand, n int) allocate.Input {
	in := allocate.Input{Audio: packet.Bitrate(rng.IntN(3)) * 40_000}
	for i := range 1 + rng.IntN(n) {
		s := allocate.Slot{
			ID: i, Publication: uint32(i + 1), Screen: rng.IntN(6) == 0, Current: packet.None,
			Priority: []int{0, 1, 100, 100, 100, 200, 255}[rng.IntN(7)],
			Height:   []int{0, 90, 180, 360, 500, 720, 1080}[rng.IntN(7)],
		}
		spatial, temporal := 1+rng.IntN(3), 1+rng.IntN(3)
		s.Single = spatial*temporal == 1
		rate := packet.Bitrate(20+rng.IntN(150)) * 1000
		for j := range spatial {
			part := rate
			for k := range temporal {
				s.Layers = append(s.Layers, allocate.Layer{
					Layer: packet.Layer{Spatial: int8(j), Temporal: int8(k)}, Rate: part,
					Height: 180 << j, FPS: 30 >> (temporal - 1 - k), Live: true,
				})
				part += packet.Bitrate(rng.Int64N(int64(rate)))
			}
			// A layer can cost less than the one below: rates are measured, and pictures differ.
			rate = rate * packet.Bitrate(80+rng.IntN(400)) / 100
		}
		in.Slots = append(in.Slots, s)
	}
	in.Rate = packet.Bitrate(20+rng.IntN(1+rng.IntN(6000))) * 1000
	return in
}

func TestNoPlanIsBetterThanThePlan(t *testing.T) {
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 1))
		for range 150 {
			in := meeting(rng, 4)
			r := newReference(in)
			got := r.levels(allocate.New().Plan(begin, in))
			if want := r.best(); !slices.Equal(got, want) {
				t.Fatalf("seed %d: %s\nis planned %v, better is %v", seed, describe(in, r), got, want)
			}
		}
	}
}

func describe(in allocate.Input, r *reference) string {
	text := fmt.Sprintf("link %d, audio %d, for video %d, for more %d", in.Rate, in.Audio, r.hold, r.up)
	for _, c := range r.slots {
		text += fmt.Sprintf("\nslot %d, priority %d, screen %t, weight %d, stage %d:", c.ID, c.Priority, c.Screen, c.weight, c.stage)
		for _, o := range c.options {
			text += fmt.Sprintf(" %v %d", o.Layer, o.Rate)
		}
	}
	return text
}

func TestMoreRateIsNeverWorse(t *testing.T) {
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 2))
		for range 60 {
			in := meeting(rng, 25)
			r := newReference(in)
			less := r.levels(allocate.New().Plan(begin, in))
			in.Rate += packet.Bitrate(rng.IntN(500_000))
			if more := r.levels(allocate.New().Plan(begin, in)); r.compare(more, less) < 0 {
				t.Fatalf("seed %d: %s\n%v with less, %v with %d", seed, describe(in, r), less, more, in.Rate)
			}
		}
	}
}

// TestGoalIsTheRateOfTheNextStep checks that the goal of a plan lets something better pass, and that nothing below it does.
func TestGoalIsTheRateOfTheNextStep(t *testing.T) {
	goals := 0
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 3))
		for range 150 {
			in := meeting(rng, 10)
			r := newReference(in)
			plan := allocate.New().Plan(begin, in)
			levels := r.levels(plan)
			if plan.Next == 0 {
				for i, c := range r.slots {
					if levels[i]+1 < len(c.options) {
						t.Fatalf("seed %d: %s\nno goal, but %v is not all", seed, describe(in, r), levels)
					}
				}
				continue
			}
			goals++
			in.Rate = plan.Next
			if better := r.levels(allocate.New().Plan(begin, in)); r.compare(better, levels) <= 0 {
				t.Fatalf("seed %d: %s\ngoal %d, but it has %v after %v", seed, describe(in, r), plan.Next, better, levels)
			}
		}
	}
	if goals < seeds*20 {
		t.Errorf("only %d plans had a goal", goals)
	}
}

// life lets a meeting go through all that can happen, and hands every plan to check.
func life(rng *rand.Rand, in *allocate.Input, a *allocate.Allocator, now *time.Time, steps int, check func(allocate.Plan)) {
	for range steps {
		*now = now.Add(time.Duration(rng.IntN(1500)) * time.Millisecond)
		changed := false
		if i := rng.IntN(len(in.Slots)); rng.IntN(4) == 0 {
			s := &in.Slots[i]
			changed = true
			switch rng.IntN(5) {
			case 0:
				s.Height = []int{0, 180, 360, 720}[rng.IntN(4)]
			case 1:
				s.Priority = []int{0, 100, 255}[rng.IntN(3)]
			case 2:
				spatial, live := int8(rng.IntN(3)), rng.IntN(2) == 0
				for j := range s.Layers {
					if s.Layers[j].Layer.Spatial >= spatial {
						s.Layers[j].Live = live
					}
				}
			case 3:
				s.Publication += 100
			case 4:
				scale := packet.Bitrate(70 + rng.IntN(60))
				for j := range s.Layers {
					s.Layers[j].Rate = s.Layers[j].Rate*scale/100 + 1
				}
			}
		}
		if rng.IntN(3) == 0 {
			in.Rate = packet.Bitrate(20+rng.IntN(1+rng.IntN(6000))) * 1000
		}
		if a.Observe(*now, in.Rate) || changed {
			plan := a.Plan(*now, *in)
			for i, d := range plan.Slots {
				if in.Slots[i].Current = d.Target; rng.IntN(2) == 0 {
					in.Slots[i].Current = packet.None
				}
			}
			check(plan)
		}
	}
}

func TestNoPlanExceedsTheBudget(t *testing.T) {
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 4))
		for range 20 {
			in, a, now := meeting(rng, 12), allocate.New(), begin
			life(rng, &in, a, &now, 100, func(plan allocate.Plan) {
				budget := max(in.Rate-in.Audio, 0) * 95 / 100
				var used, screens packet.Bitrate
				for i, d := range plan.Slots {
					used += d.Rate
					if in.Slots[i].Screen {
						screens += d.Rate
					}
					if in.Slots[i].Height == 0 && (d.Target != packet.None || d.Wanted != 0) {
						t.Fatalf("seed %d: %v for a slot that nobody sees", seed, d)
					}
				}
				over := used > budget && (used-screens > budget || used > budget+500_000)
				if over || used != plan.Used || plan.Budget != budget {
					t.Fatalf("seed %d: %d used of %d, screens %d: %+v", seed, used, budget, screens, plan)
				}
			})
		}
	}
}

// TestThePastIsForgotten checks that after a minute of peace no plan is worse than one without a past:
// whatever was muted, paused, dropped or blocked, nothing stays so.
func TestThePastIsForgotten(t *testing.T) {
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 5))
		for range 20 {
			in, a, now := meeting(rng, 12), allocate.New(), begin
			life(rng, &in, a, &now, 60, func(allocate.Plan) {})
			for i := range in.Slots {
				for j := range in.Slots[i].Layers {
					in.Slots[i].Layers[j].Live = true
				}
			}
			plan := a.Plan(now, in)
			for range 600 {
				now = now.Add(100 * time.Millisecond)
				if a.Observe(now, in.Rate) {
					plan = a.Plan(now, in)
				}
			}
			r := newReference(in)
			got := r.levels(plan)
			in.Rate = in.Audio + max(in.Rate-in.Audio, 0)*100/110 // what was paused comes back with headroom alone
			if want := r.levels(allocate.New().Plan(now, in)); r.compare(got, want) < 0 {
				t.Fatalf("seed %d: %s\nhas %v, without a past %v", seed, describe(in, r), got, want)
			}
		}
	}
}

func TestPlansAreDeterministic(t *testing.T) {
	for seed := range uint64(seeds) {
		var runs [2][]allocate.Plan
		for i := range runs {
			rng := rand.New(rand.NewPCG(seed, 6))
			in, a, now := meeting(rng, 25), allocate.New(), begin
			life(rng, &in, a, &now, 200, func(plan allocate.Plan) { runs[i] = append(runs[i], plan) })
		}
		if fmt.Sprint(runs[0]) != fmt.Sprint(runs[1]) {
			t.Fatalf("seed %d: two runs differ", seed)
		}
	}
}

// TestNoiseDoesNotFlap counts changes of the picture in ten minutes of an estimate that swings by
// 10 % around one rate, with rates of layers that swing by 5 %.
func TestNoiseDoesNotFlap(t *testing.T) {
	const minutes = 10
	worst, total, slots := 0, 0, 0
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 7))
		in, a, now := meeting(rng, 12), allocate.New(), begin
		in.Rate = packet.Bitrate(200+rng.IntN(3000)) * 1000
		rate := in.Rate
		var rates []packet.Bitrate
		for _, s := range in.Slots {
			for _, l := range s.Layers {
				rates = append(rates, l.Rate)
			}
		}
		swing := func(rate packet.Bitrate, percent int) packet.Bitrate {
			return rate + rate*packet.Bitrate(rng.IntN(20*percent+1)-10*percent)/1000
		}
		changes := make([]int, len(in.Slots))
		for range minutes * 600 {
			now = now.Add(100 * time.Millisecond)
			in.Rate = swing(rate, 10)
			if !a.Observe(now, in.Rate) {
				continue
			}
			n := 0
			for i := range in.Slots {
				for j := range in.Slots[i].Layers {
					in.Slots[i].Layers[j].Rate = swing(rates[n], 5)
					n++
				}
			}
			for i, d := range a.Plan(now, in).Slots {
				if in.Slots[i].Current != d.Target {
					changes[i]++
				}
				in.Slots[i].Current = d.Target
			}
		}
		for i, n := range changes {
			worst, total, slots = max(worst, n), total+n, slots+1
			// A drop is followed by 5 s without a step up, then 10, 20 and 40.
			if n > 3*minutes {
				t.Errorf("seed %d: slot %d changed %d times in %d minutes", seed, i, n, minutes)
			}
		}
	}
	t.Logf("at worst %d changes of a slot in %d minutes, on average %.1f", worst, minutes, float64(total)/float64(slots))
}

func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1, 25, 49} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			in := allocate.Input{Rate: 6_000_000, Audio: 120_000}
			for i := range n {
				s := camera(i, 360, 150, 500, 1500)
				s.Layers = s.Layers[:0]
				for j := range 9 {
					s.Layers = append(s.Layers, allocate.Layer{
						Layer:  packet.Layer{Spatial: int8(j / 3), Temporal: int8(j % 3)},
						Rate:   packet.Bitrate(50_000 << (j / 3 * 2) * (j%3 + 2)),
						Height: 180 << (j / 3), FPS: 30 >> (2 - j%3), Live: true,
					})
				}
				in.Slots = append(in.Slots, s)
			}
			a, now := allocate.New(), begin
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(time.Second)
				a.Plan(now, in)
			}
		})
	}
}
