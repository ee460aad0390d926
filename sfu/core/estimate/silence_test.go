package estimate_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
)

// Who sends nothing more is told nothing more: the last packets, which nobody answers, must not take the rate down for as
// long as nothing is said. Those that are still sent must.
func TestASilentLinkKeepsItsRate(t *testing.T) {
	for name, test := range map[string]struct {
		sends time.Duration // packets that nobody answers
		least float64       // of the rate
		most  float64
	}{
		"sending ends with the feedback": {1500 * time.Millisecond, 0.45, 1},
		"sending ends soon after":        {4 * time.Second, 0.2, 0.7},
		"sending goes on":                {60 * time.Second, 0, 0.1},
	} {
		t.Run(name, func(t *testing.T) {
			down, up := path(3_000_000, queued, rtt40)
			r := newRig(down, up, 1)
			f := r.flow(estimate.Default(), elastic(10_000_000))
			f.start(0)
			r.run(20 * time.Second)
			before := f.estimator.Rate()

			h, now, end := estimate.NewHistory(), r.now(), r.now().Add(time.Minute)
			silent := now.Add(test.sends)
			told := now
			for ; now.Before(end); now = now.Add(20 * time.Millisecond) {
				if now.Before(silent) {
					h.Put(now, 1200, estimate.Media, 0)
				}
				// As a shard says it: once a second, while there is something to say.
				if waits := h.Unanswered(now); waits > time.Second && now.Sub(told) >= time.Second {
					told = now
					f.estimator.Unanswered(now, waits)
				}
				if at, ok := f.estimator.Deadline(); ok && !at.After(now) {
					f.estimator.Tick(now)
				}
			}
			share := float64(f.estimator.Rate()) / float64(before)
			if share < test.least || share > test.most {
				t.Errorf("the rate went from %d to %d", before, f.estimator.Rate())
			}
			if _, falls := f.estimator.Deadline(); falls && test.sends < time.Minute {
				t.Error("the rate of a silent link goes on to fall")
			}
			if state := f.estimator.State(); test.sends < time.Minute && state == estimate.Unanswered {
				t.Errorf("state %v", state)
			}
		})
	}
}
