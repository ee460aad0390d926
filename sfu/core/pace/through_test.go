package pace_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/pace"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// What goes through a pacer at once leaves it as it would have been, had it been pushed and popped.
func TestThroughIsPushAndPop(t *testing.T) {
	passed := 0
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		rate := packet.Bitrate(50_000 << random.IntN(8))
		short, long := pace.New[int](rate), pace.New[int](rate)
		now := begin
		for item := range 400 {
			e := pace.Entry[int]{
				Item: item, Class: pace.Class(random.IntN(4)), Size: random.IntN(1500), Lane: random.IntN(3),
				FrameStart: random.IntN(3) == 0, Key: random.IntN(30) == 0,
			}
			if random.IntN(50) == 0 {
				e.Size = 1 << (10 + random.IntN(12))
			}
			empty := long.Len() == 0
			taken := long.Push(now, e)
			gap, ok := short.Through(now, &e)
			if ok {
				passed++
				got, after, popped := long.Pop(now)
				if !empty || !taken || !popped || got != item || after != gap {
					t.Fatalf("seed %d, item %d: through with gap %v; pushed %v, popped %d %v with gap %v", seed, item, gap, taken, got, popped, after)
				}
				sent := random.IntN(e.Size + 1)
				short.Settle(sent)
				long.Settle(sent)
			} else if other := short.Push(now, e); other != taken {
				t.Fatalf("seed %d, item %d: pushed %v, should be %v", seed, item, other, taken)
			}
			if random.IntN(3) == 0 {
				now = now.Add(time.Duration(random.IntN(40)) * ms)
				drainBoth(t, seed, now, short, long)
			}
			if short.Snapshot() != long.Snapshot() {
				t.Fatalf("seed %d, item %d: %+v, should be %+v", seed, item, short.Snapshot(), long.Snapshot())
			}
		}
	}
	if passed < 1000 {
		t.Errorf("only %d went through", passed)
	}
}

func drainBoth(t *testing.T, seed uint64, now time.Time, short, long *pace.Pacer[int]) {
	t.Helper()
	for {
		a, gapA, okA := short.Pop(now)
		b, gapB, okB := long.Pop(now)
		if a != b || gapA != gapB || okA != okB {
			t.Fatalf("seed %d: popped %d %v %v, should be %d %v %v", seed, a, gapA, okA, b, gapB, okB)
		}
		if !okA {
			break
		}
	}
	for {
		a, okA := short.Dropped()
		b, okB := long.Dropped()
		if a != b || okA != okB {
			t.Fatalf("seed %d: dropped %+v, should be %+v", seed, a, b)
		}
		if !okA {
			return
		}
	}
}
