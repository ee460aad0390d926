package estimate

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Memory that grows says the same as memory that is there from the start, however fast packets come and whatever moves back.
func TestWhatArrivesIsTheSameInMemoryThatGrows(t *testing.T) {
	for seed := range uint64(20) {
		draw := rand.New(rand.NewPCG(seed, 1))
		grows, has := acked{}, acked{ring: make([]arrival, ackedCapacity)}
		at, most := time.Duration(0), 0
		for n := range 6000 {
			at += time.Duration(draw.ExpFloat64() * float64(time.Duration(1+n/1000%3)*300*time.Microsecond))
			p := arrival{sent: at, arrived: at + time.Duration(draw.IntN(3_000_000)), size: 100 + draw.IntN(1100)}
			if draw.IntN(3000) == 0 {
				grows.forgetAll()
				has.first = has.end
			}
			grows.add(p)
			has.add(p)
			got, known := grows.rate()
			want, should := has.rate()
			busy, _ := grows.busy()
			wanted, _ := has.busy()
			if got != want || known != should || busy != wanted {
				t.Fatalf("seed %d, packet %d: %v %v %v, want %v %v %v", seed, n, got, known, busy, want, should, wanted)
			}
			most = max(most, len(grows.ring))
		}
		if most <= ackedFew || most > ackedCapacity {
			t.Errorf("seed %d: memory grows to %d, so this compares nothing", seed, most)
		}
	}
}

// A link to which little is sent keeps little.
func TestAQuietLinkKeepsLittle(t *testing.T) {
	a := acked{}
	for n := range 1000 {
		at := time.Duration(n) * 20 * time.Millisecond
		a.add(arrival{sent: at, arrived: at, size: 100})
	}
	if len(a.ring) > ackedFew {
		t.Errorf("%d places for half a second of a voice", len(a.ring))
	}
}
