package allocate_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

var begin = time.Unix(1_700_000_000, 0)

// camera has simulcast layers of these rates in kbit/s, of 180p and twice as tall each.
func camera(id, height int, rates ...packet.Bitrate) allocate.Slot {
	s := allocate.Slot{ID: id, Publication: uint32(id), Priority: 100, Height: height, Current: packet.None}
	for i, rate := range rates {
		s.Layers = append(s.Layers, allocate.Layer{
			Layer: packet.Layer{Spatial: int8(i)}, Rate: rate * 1000, Height: 180 << i, FPS: 30, Live: true,
		})
	}
	return s
}

// with changes a slot.
func with(s allocate.Slot, change func(*allocate.Slot)) allocate.Slot {
	change(&s)
	return s
}

func whole(spatial int8) packet.Layer {
	return packet.Layer{Spatial: spatial, Temporal: allocate.All}
}

func TestRules(t *testing.T) {
	temporal := func(fps ...int) allocate.Slot {
		s := camera(1, 1080, 100)
		for i, f := range fps {
			s.Layers = append(s.Layers, allocate.Layer{
				Layer: packet.Layer{Spatial: 2, Temporal: int8(i)}, Rate: packet.Bitrate(400_000 * (i + 1)), Height: 720, FPS: f, Live: true,
			})
		}
		return s
	}
	unknown := camera(1, 720, 0, 0, 0)
	for i := range unknown.Layers {
		unknown.Layers[i].Height = 0
	}
	priority := func(p int) func(*allocate.Slot) { return func(s *allocate.Slot) { s.Priority = p } }

	for _, c := range []struct {
		name   string
		rate   packet.Bitrate // kbit/s
		slots  []allocate.Slot
		want   []packet.Layer
		reason string // of the first slot
	}{
		{"all that is wished", 5000, []allocate.Slot{camera(1, 720, 150, 500, 1500)}, []packet.Layer{whole(2)}, "wish is met"},
		{"a small tile", 5000, []allocate.Slot{camera(1, 200, 150, 500, 1500)}, []packet.Layer{whole(0)}, "tile is small"},
		{"90 % of the height will do", 5000, []allocate.Slot{camera(1, 400, 150, 500, 1500)}, []packet.Layer{whole(1)}, "tile is small"},
		{"nothing is published", 5000, []allocate.Slot{camera(1, 720)}, []packet.Layer{packet.None}, "layer is not sent by the publisher"},
		{"headroom: 10 % above 500", 578, []allocate.Slot{camera(1, 720, 150, 500)}, []packet.Layer{whole(0)}, "link carries 578 kbit/s"},
		{"and a little more", 580, []allocate.Slot{camera(1, 720, 150, 500)}, []packet.Layer{whole(1)}, "wish is met"},
		{"the lowest needs none", 158, []allocate.Slot{camera(1, 720, 150, 500)}, []packet.Layer{whole(0)}, "link carries 158 kbit/s"},
		{"but has to fit", 157, []allocate.Slot{camera(1, 720, 150, 500)}, []packet.Layer{packet.None}, "paused: link carries 157 kbit/s"},
		{"no rate at all", 0, []allocate.Slot{camera(1, 720, 150)}, []packet.Layer{packet.None}, "paused: link carries 0 kbit/s"},
		{
			"equals take turns", 1400,
			[]allocate.Slot{camera(1, 720, 100, 300, 800), camera(2, 720, 100, 300, 800)},
			[]packet.Layer{whole(2), whole(1)},
			"wish is met",
		},
		{
			"and nobody is two steps ahead", 1160,
			[]allocate.Slot{camera(1, 720, 100, 300, 800), camera(2, 720, 100, 300, 800)},
			[]packet.Layer{whole(1), whole(1)},
			"link carries 1160 kbit/s",
		},
		{
			"but who has twice the weight takes two", 1160,
			[]allocate.Slot{with(camera(1, 720, 100, 300, 800), priority(50)), camera(2, 720, 100, 300, 800)},
			[]packet.Layer{whole(0), whole(2)},
			"link carries 1160 kbit/s",
		},
		{
			"on stage up to 360p first", 650,
			[]allocate.Slot{camera(1, 720, 100, 200), with(camera(2, 720, 100, 400, 1500), priority(200))},
			[]packet.Layer{whole(0), whole(1)},
			"link carries 650 kbit/s",
		},
		{
			"a screen is first, but the selected one is before it", 250,
			[]allocate.Slot{
				camera(1, 720, 100), with(camera(2, 720, 100), func(s *allocate.Slot) { s.Screen = true }),
				with(camera(3, 720, 100), priority(255)),
			},
			[]packet.Layer{packet.None, whole(0), whole(0)},
			"paused: link carries 250 kbit/s",
		},
		{"above 360p only 30 pictures a second", 1000, []allocate.Slot{temporal(7, 15, 30)}, []packet.Layer{whole(0)}, "link carries 1000 kbit/s"},
		{"or what there is", 1500, []allocate.Slot{temporal(5, 10, 20)}, []packet.Layer{whole(2)}, "wish is met"},
		{"of 60 every second will do", 1000, []allocate.Slot{temporal(15, 30, 60)}, []packet.Layer{{Spatial: 2, Temporal: 1}}, "link carries 1000 kbit/s"},
		{"unknown rates are guessed", 1000, []allocate.Slot{unknown}, []packet.Layer{whole(1)}, "link carries 1000 kbit/s"},
		{"data saver does not go above its limit", 5000, []allocate.Slot{
			with(camera(1, 720, 150, 500, 1500), func(s *allocate.Slot) { s.MaxHeight = 350 }),
		}, []packet.Layer{whole(0)}, "data saver"},
		{"but leaves the lowest", 5000, []allocate.Slot{
			with(camera(1, 720, 150), func(s *allocate.Slot) { s.MaxHeight = 90 }),
		}, []packet.Layer{whole(0)}, "wish is met"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := allocate.New().Plan(begin, allocate.Input{Rate: c.rate * 1000, Slots: c.slots})
			for i, d := range plan.Slots {
				if d.Target != c.want[i] {
					t.Errorf("slot %d gets %v (%v), want %v", d.ID, d.Target, d.Reason, c.want[i])
				}
			}
			if got := plan.Slots[0].Reason.String(); got != c.reason {
				t.Errorf("because %q, want %q", got, c.reason)
			}
		})
	}
}

func TestObserveSaysWhenToPlan(t *testing.T) {
	in := allocate.Input{Rate: 1_000_000, Slots: []allocate.Slot{camera(1, 720, 150, 500, 1500)}} // goal 1.74 Mbit/s
	for _, c := range []struct {
		name  string
		after time.Duration
		rate  packet.Bitrate
		want  bool
	}{
		{"nothing new", time.Second, 1_000_000, false},
		{"a little more", time.Second, 1_140_000, false},
		{"15 % more", time.Second, 1_160_000, true},
		{"a little less", time.Second, 860_000, false},
		{"15 % less", time.Second, 840_000, true},
		{"5 s have passed", 5 * time.Second, 1_000_000, true},
	} {
		a := allocate.New()
		if !a.Observe(begin, in.Rate) {
			t.Fatal("the first plan is not asked for")
		}
		plan := a.Plan(begin, in)
		if at, ok := a.Deadline(); !ok || at.Sub(begin) != 5*time.Second {
			t.Errorf("%s: next plan after %v, %t", c.name, at.Sub(begin), ok)
		}
		if got := a.Observe(begin.Add(c.after), c.rate); got != c.want {
			t.Errorf("%s: %t, want %t (goal %d)", c.name, got, c.want, plan.Next)
		}
	}

	a := allocate.New()
	in.Rate = 530_000 // the lowest alone; 500 with headroom needs 579
	if plan := a.Plan(begin, in); !a.Observe(begin.Add(time.Second), plan.Next) || a.Observe(begin.Add(time.Second), plan.Next-1000) {
		t.Errorf("the goal %d is not worth a plan, or less is", plan.Next)
	}
}

// TestHostileInput feeds what publishers and clients may say: it is bounded, and nothing panics.
func TestHostileInput(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	odd := func() int { return []int{0, 1, -1, 360, 1 << 30, -1 << 40, 1 << 62}[rng.IntN(7)] }
	a, now := allocate.New(), begin
	for range 5000 {
		in := allocate.Input{
			Rate: packet.Bitrate(rng.IntN(5_000_000)), Audio: packet.Bitrate(odd()), MaxHeight: odd(), AudioOnly: rng.IntN(9) == 0,
		}
		if rng.IntN(5) == 0 {
			in.Rate = packet.Bitrate(odd()) >> 20
		}
		for range rng.IntN(6) {
			s := allocate.Slot{
				ID: rng.IntN(4), Publication: uint32(rng.IntN(3)), Priority: odd(), Height: odd(), MaxHeight: odd(),
				Screen: rng.IntN(2) == 0, Single: rng.IntN(2) == 0,
				Current: packet.Layer{Spatial: int8(odd()), Temporal: int8(odd())},
			}
			for range rng.IntN(20) {
				s.Layers = append(s.Layers, allocate.Layer{
					Layer: packet.Layer{Spatial: int8(rng.IntN(256)), Temporal: int8(rng.IntN(256))},
					Rate:  packet.Bitrate(odd()), Height: odd(), FPS: odd(), Live: rng.IntN(2) == 0,
				})
			}
			in.Slots = append(in.Slots, s)
		}
		now = now.Add(time.Duration(rng.IntN(3000)-500) * time.Millisecond) // clocks are not to be trusted either
		a.Observe(now, in.Rate)
		plan := a.Plan(now, in)
		if plan.Used < 0 || plan.Next < 0 || plan.Budget < 0 || plan.Used > plan.Budget+500_000 || len(plan.Slots) != len(in.Slots) {
			t.Fatalf("%+v\nof %+v", plan, in)
		}
		if s := a.Snapshot(now); len(s.Slots) > 4 {
			t.Fatalf("%d slots are remembered", len(s.Slots))
		}
	}
}
