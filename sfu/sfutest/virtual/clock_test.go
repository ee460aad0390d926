package virtual_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/virtual"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// What is asked for in any order happens in that of its times, and at one time in the order of asking.
func TestWhatIsDueFirstHappensFirst(t *testing.T) {
	type happened struct{ at, asked int }
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		c := virtual.NewClock(begin)
		var got, want []happened
		asked := 0
		var ask func()
		ask = func() {
			at := int(c.Since()/time.Millisecond) + random.IntN(20)
			h := happened{at, asked}
			asked++
			want = append(want, h)
			c.At(begin.Add(time.Duration(at)*time.Millisecond), func() {
				got = append(got, h)
				if c.Now() != begin.Add(time.Duration(at)*time.Millisecond) {
					t.Errorf("seed %d: what is due at %d ms happens at %v", seed, at, c.Since())
				}
				for range random.IntN(3) {
					if asked < 1000 {
						ask()
					}
				}
			})
		}
		for range 30 {
			ask()
		}
		c.Run(time.Minute)
		slices.SortStableFunc(want, func(a, b happened) int { return a.at - b.at })
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: %v, want %v", seed, got, want)
		}
	}
}

func TestThePastIsNow(t *testing.T) {
	c := virtual.NewClock(begin)
	c.Run(time.Second)
	c.At(begin, func() {
		if c.Since() != time.Second {
			t.Errorf("time went back to %v", c.Since())
		}
	})
	c.Run(2 * time.Second)
}

func TestRunStopsWhereItIsTold(t *testing.T) {
	c := virtual.NewClock(begin)
	ticks := 0
	c.Every(time.Second, func() { ticks++ })
	for i := range 5 {
		c.Run(time.Duration(i) * 1500 * time.Millisecond)
		if want := i * 3 / 2; ticks != want {
			t.Errorf("after %v: %d ticks, want %d", c.Since(), ticks, want)
		}
	}
	if c.Now() != begin.Add(6*time.Second) {
		t.Errorf("it is %v", c.Now())
	}
}
