package scenario_test

import (
	"testing"
	"time"
)

// A link that does not change is used, and packets hardly wait.
func TestASteadyLinkIsUsed(t *testing.T) {
	for _, name := range []string{"steady-500k", "steady-1000k", "steady-2000k", "steady-3000k", "steady-5000k"} {
		r := run(t, name, 1)
		if used := r.Used(); used < 0.85 {
			t.Errorf("%s: %.0f %% of the link is used, want 85", name, 100*used)
		}
		if p95 := r.Flows[0].Queue(95); p95 > 80*time.Millisecond {
			t.Errorf("%s: %v is the 95th percentile of the wait, want 80 ms", name, p95)
		}
	}
}
