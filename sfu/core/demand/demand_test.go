package demand_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/demand"
)

var begin = time.Unix(1_700_000_000, 0)

func TestRaisedAtOnceLoweredLate(t *testing.T) {
	type step struct {
		at       float64 // seconds
		receiver uint64  // 0: only look
		layers   uint8
		want     uint8
	}
	for _, c := range []struct {
		name    string
		initial uint8
		steps   []step
	}{
		{"nobody has asked", 0, []step{{0, 0, 0, 0b000}}},
		{"who has just begun is not stopped", 0b111, []step{
			{4.9, 0, 0, 0b111}, {5, 0, 0, 0b001}, {9.9, 0, 0, 0b001}, {10, 0, 0, 0b000},
		}},
		{"raised at once", 0, []step{{0, 1, 0b001, 0b001}, {1, 2, 0b111, 0b111}}},
		{"lowered after 5 s, the lowest 5 s later", 0, []step{
			{0, 1, 0b111, 0b111}, {10, 1, 0, 0b111}, {14.9, 0, 0, 0b111}, {15, 0, 0, 0b001}, {19.9, 0, 0, 0b001}, {20, 0, 0, 0},
		}},
		{"one leaves, another still watches", 0, []step{
			{0, 1, 0b111, 0b111}, {0, 2, 0b011, 0b111}, {1, 1, 0, 0b111}, {6, 0, 0, 0b011}, {60, 0, 0, 0b011},
		}},
		{"back in time, and nothing stops", 0, []step{
			{0, 1, 0b111, 0b111}, {1, 1, 0b001, 0b111}, {5, 1, 0b111, 0b111}, {7, 0, 0, 0b111}, {60, 0, 0, 0b111},
		}},
		{"lower again counts from then", 0, []step{
			{0, 1, 0b111, 0b111}, {1, 1, 0b001, 0b111}, {5, 1, 0b111, 0b111}, {6, 1, 0b001, 0b111}, {10.9, 0, 0, 0b111}, {11, 0, 0, 0b001},
		}},
		{"a receiver that was never there leaves", 0, []step{{0, 7, 0, 0}, {0, 1, 0b1, 0b1}, {1, 7, 0, 0b1}}},
		{"layers need not be contiguous", 0, []step{{0, 1, 0b101, 0b101}, {1, 1, 0b010, 0b111}, {6, 0, 0, 0b011}, {11, 0, 0, 0b010}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := demand.New(begin, c.initial)
			for _, s := range c.steps {
				now := begin.Add(time.Duration(s.at * float64(time.Second)))
				if s.receiver > 0 {
					d.Set(now, s.receiver, s.layers)
				}
				if got := d.Layers(now); got != s.want {
					t.Errorf("at %.1f s %03b are wanted, not %03b", s.at, got, s.want)
				}
			}
		})
	}
}

// receiver is what the slow version knows of one receiver: when it wanted which layer last.
type receiver struct {
	layers uint8
	until  [8]time.Time
}

// TestDemandIsTheSumOfItsReceivers compares with a version that asks every receiver, and checks that between
// two deadlines nothing changes by itself.
func TestDemandIsTheSumOfItsReceivers(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		d, now := demand.New(begin, 0), begin
		receivers := map[uint64]*receiver{}
		slow := func(now time.Time) (layers uint8) {
			for _, r := range receivers {
				for i := range 8 {
					keep := 5 * time.Second
					if i == 0 {
						keep = 10 * time.Second
					}
					if r.layers&(1<<i) != 0 || !r.until[i].IsZero() && now.Before(r.until[i].Add(keep)) {
						layers |= 1 << i
					}
				}
			}
			return layers
		}
		for range 2000 {
			before := d.Layers(now)
			deadline, ok := d.Deadline()
			now = now.Add(time.Duration(rng.IntN(4000)) * time.Millisecond)
			if got := d.Layers(now); got != before && (!ok || now.Before(deadline)) {
				t.Fatalf("seed %d: %08b became %08b by itself before %v", seed, before, got, deadline)
			}
			id := uint64(rng.IntN(4))
			if receivers[id] == nil {
				receivers[id] = &receiver{}
			}
			layers := uint8(rng.IntN(8))
			if rng.IntN(3) == 0 {
				layers = 0
			}
			r := receivers[id]
			warm := rng.IntN(4) == 0
			if warm {
				layers = 1
			}
			for i := range 8 {
				if r.layers&^layers&(1<<i) != 0 {
					r.until[i] = now
				}
			}
			r.layers = layers
			if warm {
				d.Warm(now, id)
			} else {
				d.Set(now, id, layers)
			}
			if got, want := d.Layers(now), slow(now); got != want {
				t.Fatalf("seed %d: %08b are wanted, its receivers want %08b", seed, got, want)
			}
		}
	}
}

func TestWhatIsWarmComesInItsLowestLayer(t *testing.T) {
	d := demand.New(begin, 0)
	at := func(seconds float64) time.Time { return begin.Add(time.Duration(seconds * float64(time.Second))) }
	expect := func(seconds float64, want uint8) {
		t.Helper()
		if got := d.Layers(at(seconds)); got != want {
			t.Errorf("at %.1f s %03b are wanted, not %03b", seconds, got, want)
		}
	}
	d.Warm(at(0), 1)
	expect(0, 0b001)
	d.Warm(at(1), 1) // again
	d.Warm(at(1), 2)
	if s := d.Snapshot(); s.Receivers != 2 || s.Waiting != 2 {
		t.Errorf("%+v", s)
	}
	d.Set(at(2), 1, 0b111) // the page is turned
	expect(2, 0b111)
	d.Warm(at(3), 1) // and turned back
	expect(7.9, 0b111)
	expect(8, 0b001)
	d.Set(at(10), 1, 0)
	d.Set(at(10), 2, 0)
	expect(19.9, 0b001)
	expect(20, 0)
	if s := d.Snapshot(); s.Receivers != 0 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAKeyFrameIsStaleOnlyWhereNobodySeesThePublication(t *testing.T) {
	d, later := demand.New(begin, 0), begin.Add(3*time.Second)
	stale := func(name string, now time.Time, want bool) {
		t.Helper()
		if got := d.Stale(now, begin); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	stale("nobody wants it", later, false)
	d.Warm(begin, 1)
	stale("young", later.Add(-time.Millisecond), false)
	stale("old", later, true)
	d.Set(begin, 2, 0b001)
	stale("somebody sees it", later, false)
	d.Set(begin, 2, 0)
	stale("not any more", later, true)
	d.Set(begin, 1, 0b001)
	stale("who waited sees it", later, false)
}

func TestReceiversThatVanishAreForgotten(t *testing.T) {
	d := demand.New(begin, 0)
	for id := range uint64(1000) {
		d.Set(begin, id, 0b111)
	}
	for id := range uint64(1000) {
		d.Set(begin, id, 0)
	}
	if s := d.Snapshot(); s.Receivers != 0 || s.Watched != 0 || s.Kept != 0b111 {
		t.Errorf("%+v", s)
	}
	if at, ok := d.Deadline(); !ok || at.Sub(begin) != 5*time.Second {
		t.Errorf("next change at %v, %t", at, ok)
	}
}

func BenchmarkSet(b *testing.B) {
	for _, n := range []int{1, 50, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d, now := demand.New(begin, 0), begin
			for id := range uint64(n) {
				d.Set(now, id, 0b001)
			}
			layers := uint8(0)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				layers ^= 0b110
				d.Set(now, uint64(i%n), layers|1)
				d.Layers(now)
			}
		})
	}
}
