package speaker

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

const (
	ms   = time.Millisecond
	tick = 50 * ms

	loud   = 25 // -dBov, somebody talking
	soft   = 40
	noise  = 75
	silent = 127
)

// room is a ranking with a clock, whose participants speak by level.
type room struct {
	t      *testing.T
	now    time.Time
	r      *Ranking
	levels map[uint32]uint8
	result Result
	// how often the dominant speaker and the loudest changed
	floors, places int
}

func newRoom(t *testing.T, slots int, people int) *room {
	t.Helper()
	r := &room{t: t, now: time.Unix(1000, 0), r: New(Config{Slots: slots}), levels: map[uint32]uint8{}}
	for n := range people {
		r.levels[uint32(n+1)] = silent
	}
	r.run(tick)
	return r
}

func name(publication uint32) string { return fmt.Sprintf("p%d", publication) }

// run lets time pass.
func (r *room) run(d time.Duration) {
	for range int(d / tick) {
		r.now = r.now.Add(tick)
		for _, p := range slices.Sorted(keys(r.levels)) {
			r.r.Level(r.now, name(p), p, r.levels[p])
		}
		before := r.result
		r.result, _ = r.r.Tick(r.now)
		if !slices.Equal(before.Loudest, r.result.Loudest) {
			r.places++
		}
		if len(r.result.Speakers) > 0 && (len(before.Speakers) == 0 || before.Speakers[0] != r.result.Speakers[0]) {
			r.floors++
		}
	}
}

func keys(m map[uint32]uint8) func(func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (r *room) says(publication uint32, level uint8) { r.levels[publication] = level }

func (r *room) floor(want string) {
	r.t.Helper()
	got := ""
	if len(r.result.Speakers) > 0 {
		got = r.result.Speakers[0]
	}
	if got != want {
		r.t.Errorf("%s has the floor, want %s", got, want)
	}
}

func (r *room) loudest(want ...uint32) {
	r.t.Helper()
	if !slices.Equal(r.result.Loudest, want) {
		r.t.Errorf("loudest %v, want %v", r.result.Loudest, want)
	}
}

func TestASmallRoomHasAPlaceForEverybody(t *testing.T) {
	r := newRoom(t, 4, 3)
	r.loudest(1, 2, 3)
	r.says(3, loud)
	r.run(time.Second)
	r.loudest(3, 1, 2)
	r.r.Remove(1)
	delete(r.levels, 1)
	r.run(tick)
	r.loudest(3, 2)
	r.says(9, silent)
	r.run(tick)
	r.loudest(3, 2, 9)
}

func TestTheLoudestStandFirst(t *testing.T) {
	r := newRoom(t, 4, 6)
	for p := uint32(1); p <= 6; p++ {
		r.says(p, uint8(80-10*p))
	}
	r.run(2 * time.Second)
	r.loudest(6, 5, 4, 3, 2)
	r.says(1, 10) // everybody else goes on, so it takes the hold to be heard, and twice that to lead
	r.run(2 * time.Second)
	r.loudest(1, 6, 5, 4, 3)
}

func TestAVoiceTakesThePlaceOfASilentOneAtOnce(t *testing.T) {
	r := newRoom(t, 2, 8)
	r.loudest(1, 2, 3)
	r.says(7, loud)
	r.run(2 * tick)
	if !slices.Contains(r.result.Loudest, 7) {
		t.Errorf("not heard after 100 ms: %v", r.result.Loudest)
	}
}

func TestAPlaceIsHeldForHalfASecond(t *testing.T) {
	r := newRoom(t, 2, 8)
	for p := uint32(1); p <= 3; p++ {
		r.says(p, loud)
	}
	r.run(time.Second)
	r.says(2, silent)
	r.says(8, loud)
	r.run(500 * ms)
	r.loudest(1, 2, 3)
	r.run(200 * ms)
	r.loudest(1, 8, 3)
	r.says(8, silent)
	r.says(2, loud)
	r.run(400 * ms)
	r.loudest(1, 8, 3)
}

func TestAPauseBetweenWordsKeepsThePlace(t *testing.T) {
	r := newRoom(t, 2, 8)
	for p := uint32(1); p <= 4; p++ {
		r.says(p, loud)
	}
	r.run(time.Second)
	r.places = 0
	for range 20 {
		r.says(2, silent)
		r.run(300 * ms)
		r.says(2, loud)
		r.run(400 * ms)
	}
	if r.places != 0 {
		t.Errorf("the places changed %d times", r.places)
	}
}

func TestEquallyLoudVoicesDoNotFlicker(t *testing.T) {
	r := newRoom(t, 2, 8)
	seed := seeds.One()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 3))
	r.places = 0
	for range 1200 {
		for p := uint32(1); p <= 8; p++ {
			r.says(p, uint8(loud-1+rng.IntN(3)))
		}
		r.run(tick)
	}
	if r.places > 3 {
		t.Errorf("the places changed %d times in a minute", r.places)
	}
}

func TestNoiseTakesNoPlace(t *testing.T) {
	r := newRoom(t, 2, 8)
	r.says(8, noise)
	r.run(5 * time.Second)
	r.loudest(1, 2, 3)
	if len(r.result.Speaking) != 0 || len(r.result.Speakers) != 0 {
		t.Errorf("noise speaks: %+v", r.result)
	}
}

func TestASingleClickChangesNothing(t *testing.T) {
	r := newRoom(t, 2, 8)
	r.says(1, soft)
	r.run(3 * time.Second)
	r.floor("p1")
	r.floors, r.places = 0, 0
	for range 40 {
		r.says(8, 5)
		r.run(tick)
		r.says(8, silent)
		r.run(700 * ms)
		if slices.Contains(r.result.Speaking, "p8") {
			t.Error("a click speaks")
		}
	}
	if r.floors != 0 || r.places != 0 {
		t.Errorf("the floor changed %d times, the places %d times", r.floors, r.places)
	}
	r.says(1, silent)
	r.run(2 * time.Second)
	r.says(8, 5)
	r.run(tick)
	r.says(8, silent)
	r.run(time.Second)
	r.floor("p1") // even when nobody speaks
}

func TestTheFloorGoesToWhoSpeaks(t *testing.T) {
	r := newRoom(t, 4, 5)
	r.says(2, loud)
	r.run(time.Second)
	r.floor("p2")
	r.says(2, silent)
	r.says(4, soft)
	r.run(1200 * ms)
	r.floor("p4")
	r.says(4, silent)
	r.says(1, loud)
	r.run(1500 * ms)
	r.floor("p1")
	if want := []string{"p1", "p4", "p2"}; !slices.Equal(r.result.Speakers, want) {
		t.Errorf("speakers %v, want %v", r.result.Speakers, want)
	}
}

func TestALouderVoiceDoesNotTakeTheFloorFromWhoSpeaks(t *testing.T) {
	r := newRoom(t, 4, 5)
	r.says(1, soft-5)
	r.run(2 * time.Second)
	r.says(2, 10)
	r.run(10 * time.Second)
	r.floor("p1")
}

func TestAlternatingVoicesDoNotFlicker(t *testing.T) {
	for _, turn := range []time.Duration{50 * ms, 100 * ms, 200 * ms, 300 * ms, 400 * ms, 500 * ms} {
		t.Run(turn.String(), func(t *testing.T) {
			r := newRoom(t, 4, 5)
			for n := range int(time.Minute / turn) {
				r.says(uint32(1+n%2), loud)
				r.says(uint32(2-n%2), silent)
				r.run(turn)
			}
			if r.floors > 2 {
				t.Errorf("the floor changed %d times in a minute", r.floors)
			}
			if r.places > 1 {
				t.Errorf("the places changed %d times", r.places)
			}
		})
	}
}

func TestTwoAtOnceDoNotFlicker(t *testing.T) {
	r := newRoom(t, 4, 5)
	seed := seeds.One()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 9))
	for range 1200 {
		for p := uint32(1); p <= 2; p++ {
			if rng.IntN(4) == 0 {
				r.says(p, silent)
			} else {
				r.says(p, uint8(loud+rng.IntN(10)))
			}
		}
		r.run(tick)
	}
	if r.floors > 12 {
		t.Errorf("the floor changed %d times in a minute", r.floors)
	}
}

func TestSpeaking(t *testing.T) {
	r := newRoom(t, 4, 5)
	r.says(3, loud)
	r.says(1, soft)
	r.run(400 * ms)
	if want := []string{"p1", "p3"}; !slices.Equal(r.result.Speaking, want) {
		t.Errorf("speaking %v, want %v", r.result.Speaking, want)
	}
	r.says(3, silent)
	r.run(400 * ms)
	if !slices.Contains(r.result.Speaking, "p3") {
		t.Error("a pause between words ends the speech")
	}
	r.run(400 * ms)
	if slices.Contains(r.result.Speaking, "p3") {
		t.Error("still speaks after 800 ms of silence")
	}
}

func TestWhoReportsNothingIsSilent(t *testing.T) {
	r := newRoom(t, 4, 5)
	r.says(1, loud)
	r.run(time.Second)
	delete(r.levels, 1) // its packets stop
	r.run(time.Second)
	if len(r.result.Speaking) != 0 {
		t.Errorf("speaking %v", r.result.Speaking)
	}
}

func TestWhoLeavesIsForgotten(t *testing.T) {
	r := newRoom(t, 4, 5)
	r.says(1, loud)
	r.run(time.Second)
	r.r.Remove(1)
	r.r.Remove(1)
	delete(r.levels, 1)
	r.run(tick)
	if slices.Contains(r.result.Speakers, "p1") || slices.Contains(r.result.Loudest, 1) || len(r.result.Speaking) != 0 {
		t.Errorf("got %+v", r.result)
	}
}

func TestResultsAreNotChangedLater(t *testing.T) {
	r := newRoom(t, 2, 8)
	r.says(1, loud)
	r.run(time.Second)
	kept := r.result
	copied := Result{slices.Clone(kept.Loudest), slices.Clone(kept.Speakers), slices.Clone(kept.Speaking)}
	r.says(1, silent)
	r.says(7, loud)
	r.says(8, loud)
	r.run(3 * time.Second)
	r.r.Remove(7)
	r.run(tick)
	if !slices.Equal(kept.Loudest, copied.Loudest) || !slices.Equal(kept.Speakers, copied.Speakers) || !slices.Equal(kept.Speaking, copied.Speaking) {
		t.Errorf("%+v became %+v", copied, kept)
	}
}

func TestTickTellsOfChangesAlone(t *testing.T) {
	r := newRoom(t, 2, 3)
	if _, changed := r.r.Tick(r.now.Add(tick)); changed {
		t.Error("changed, and nothing happened")
	}
}

func TestTickDoesNotAllocateWithoutChange(t *testing.T) {
	r := newRoom(t, 4, 300)
	now := r.now
	if n := testing.AllocsPerRun(100, func() {
		now = now.Add(tick)
		for p := range uint32(300) {
			r.r.Level(now, "p", p+1, silent)
		}
		r.r.Tick(now)
	}); n != 0 {
		t.Errorf("%v allocations per tick", n)
	}
}

func BenchmarkTick(b *testing.B) {
	for _, people := range []int{10, 1000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			r := New(Config{})
			now := time.Unix(1000, 0)
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(tick)
				for p := range uint32(people) {
					r.Level(now, "p", p+1, uint8(20+p%100))
				}
				r.Tick(now)
			}
		})
	}
}
