package shed_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/shed"
)

const ms = time.Millisecond

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// sees has packets that waited so long leave every 20 ms, and returns the moments of the changes.
func sees(s *shed.Shedder, now *time.Time, lasts, waited time.Duration) (changes []time.Duration) {
	for end := now.Add(lasts); now.Before(end); *now = now.Add(20 * ms) {
		if s.Saw(*now, waited) {
			changes = append(changes, now.Sub(begin))
		}
	}
	return changes
}

func TestLevelsFollowTheLoad(t *testing.T) {
	var s shed.Shedder
	now := begin
	if changes := sees(&s, &now, 400*ms, 200*ms); len(changes) > 0 {
		t.Error("a hiccup leaves something out")
	}
	sees(&s, &now, 100*ms, time.Millisecond)
	if sees(&s, &now, 600*ms, 200*ms); s.Level() != shed.Frames {
		t.Errorf("after half a second of lateness: level %d", s.Level())
	}
	if sees(&s, &now, 600*ms, 200*ms); s.Level() != shed.Sizes {
		t.Errorf("after another: level %d", s.Level())
	}
	if sees(&s, &now, time.Minute, 200*ms); s.Level() != shed.Sizes {
		t.Errorf("there is no level beyond: level %d", s.Level())
	}
	if changes := sees(&s, &now, time.Minute, 10*ms); len(changes) > 0 {
		t.Error("neither late nor prompt: it stays")
	}
	if changes := sees(&s, &now, time.Minute, ms); len(changes) != 2 || changes[1]-changes[0] < 5*time.Second {
		t.Errorf("the way back was taken at %v", changes)
	}
	if s.Level() != shed.Nothing {
		t.Errorf("an idle machine is at level %d", s.Level())
	}
}

// Whatever the load does, a level goes up half a second after the last change at the earliest, and down five seconds.
func TestLevelsDoNotFlicker(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		var s shed.Shedder
		now, changed, level, changes := begin, begin, shed.Nothing, 0
		for range 20_000 {
			now = now.Add(time.Duration(1+random.IntN(20)) * ms)
			waited := time.Duration(random.IntN(5)) * ms
			if busy := now.Unix()/10%2 == 0; busy != (random.IntN(500) == 0) {
				waited += 31 * ms
			}
			if !s.Saw(now, waited) {
				continue
			}
			changes++
			least := 500 * ms
			if s.Level() < level {
				least = 5 * time.Second
			}
			if changes > 1 && now.Sub(changed) < least {
				t.Fatalf("seed %d: from %d to %d after %v", seed, level, s.Level(), now.Sub(changed))
			}
			changed, level = now, s.Level()
		}
		if changes < 4 {
			t.Errorf("seed %d: %d changes try nothing", seed, changes)
		}
	}
}
