package estimate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

const (
	rtt40  = 40 * time.Millisecond
	queued = 300 * time.Millisecond
)

var rates = []int64{300_000, 500_000, 1_000_000, 3_000_000, 5_000_000}

// worst runs one elastic flow with each seed and returns the lowest use of the link by the
// estimate, and the longest 95th percentile of the queue, both from 10 s to 50 s.
func worst(rate int64, rtt time.Duration, runs uint64, change func(d, u *link.Conditions), eats func(time.Duration) bool) (use float64, p95 time.Duration) {
	use = 2
	for seed := range runs {
		down, up := path(rate, queued, rtt)
		if change != nil {
			change(&down.Start, &up.Start)
		}
		r := newRig(down, up, seed)
		f := r.flow(estimate.Default(), elastic(10_000_000))
		f.eats = eats
		f.start(0)
		r.run(50 * time.Second)
		use = min(use, float64(f.sentBetween(10*time.Second, 50*time.Second))/float64(rate))
		p95 = max(p95, r.queueing(10*time.Second, 50*time.Second, 95))
	}
	return use, p95
}

func TestASteadyLinkIsUsedWithoutAQueue(t *testing.T) {
	for _, rate := range rates {
		for _, rtt := range []time.Duration{20 * time.Millisecond, rtt40, 100 * time.Millisecond, 300 * time.Millisecond} {
			t.Run(fmt.Sprint(rate, rtt), func(t *testing.T) {
				use, p95 := worst(rate, rtt, 1, nil, nil)
				t.Logf("%.1f %% used, p95 of the queue %v", 100*use, p95)
				if use < 0.85 || p95 > 60*time.Millisecond {
					t.Errorf("%.1f %% used, p95 of the queue %v", 100*use, p95)
				}
			})
		}
	}
}

// TestBadLinksAreUsed says of each trouble how much of the link is used in the worst of 20 runs (5 at
// 3 Mbit/s). What is
// lost on the way has used the link too.
func TestBadLinksAreUsed(t *testing.T) {
	hole := func(at time.Duration) bool { return at%(10*time.Second) > 9*time.Second }
	for _, test := range []struct {
		name   string
		change func(d, u *link.Conditions)
		eats   func(time.Duration) bool
		use    float64
		p95    time.Duration
	}{
		{"2 % lost", func(d, _ *link.Conditions) { d.Loss = 0.02 }, nil, 0.85, 70 * time.Millisecond},
		{"10 % lost", func(d, _ *link.Conditions) { d.Loss = 0.1 }, nil, 0.8, 70 * time.Millisecond},
		{"20 % lost", func(d, _ *link.Conditions) { d.Loss = 0.2 }, nil, 0.8, 80 * time.Millisecond},
		{"30 % lost", func(d, _ *link.Conditions) { d.Loss = 0.3 }, nil, 0.8, 100 * time.Millisecond},
		{"10 % lost in bursts of 4", func(d, _ *link.Conditions) { d.Loss, d.Burst = 0.1, 4 }, nil, 0.8, 80 * time.Millisecond},
		{"jitter of 30 ms", func(d, _ *link.Conditions) { d.Delay, d.Jitter, d.Uniform = 40, 30, true }, nil, 0.75, 160 * time.Millisecond},
		{"1 % reordered by 30 ms", func(d, _ *link.Conditions) { d.Reorder, d.Hold = 0.01, 30 }, nil, 0.85, 70 * time.Millisecond},
		{"10 % of the feedback lost", func(_, u *link.Conditions) { u.Loss = 0.1 }, nil, 0.85, 80 * time.Millisecond},
		{"30 % of the feedback lost", func(_, u *link.Conditions) { u.Loss = 0.3 }, nil, 0.85, 200 * time.Millisecond},
		{"no feedback for one second in ten", nil, hole, 0.85, 100 * time.Millisecond},
	} {
		for _, rate := range []int64{300_000, 1_000_000, 3_000_000} {
			runs := seeds.Of(20)
			if rate == 3_000_000 {
				runs = seeds.Of(5)
			}
			t.Run(fmt.Sprint(test.name, rate), func(t *testing.T) {
				use, p95 := worst(rate, rtt40, runs, test.change, test.eats)
				t.Logf("%.1f %% used, p95 of the queue %v", 100*use, p95)
				if use < test.use || p95 > test.p95 {
					t.Errorf("%.1f %% used, p95 of the queue %v; want %.0f %%, %v", 100*use, p95, 100*test.use, test.p95)
				}
			})
		}
	}
}

func TestAClockThatDriftsIsNoQueue(t *testing.T) {
	for _, drift := range []float64{-2e-4, 2e-4} {
		down, up := path(1_000_000, queued, rtt40)
		r := newRig(down, up, 1)
		f := r.flow(estimate.Default(), elastic(10_000_000))
		f.drift = drift
		f.start(0)
		r.run(300 * time.Second)
		if use := f.sentBetween(100*time.Second, 300*time.Second) / 1e6; use < 0.85 {
			t.Errorf("%.1f %% used at a drift of %v", 100*use, drift)
		}
	}
}

// steps is 3 Mbit/s, 300 kbit/s from 20 s on and 3 Mbit/s again after a time.
func steps(low time.Duration) (down, up link.Plan) {
	down, up = path(3_000_000, queued, rtt40)
	narrow := down.Start
	narrow.Rate = 300_000
	down.Steps = []link.Step{{At: 20_000, Then: narrow}, {At: 20_000 + link.Milliseconds(low.Milliseconds()), Then: down.Start}}
	return down, up
}

func TestADropIsFollowedAtOnceAndTheWayBackFound(t *testing.T) {
	sources := map[string]func(time.Duration, packet.Bitrate) (packet.Bitrate, packet.Bitrate){
		"elastic": elastic(3_000_000),
		"layers":  layered(30_000, 150_000, 500_000, 1_700_000),
	}
	for name, source := range sources {
		for _, low := range []time.Duration{10 * time.Second, 20 * time.Second, 33 * time.Second, 61 * time.Second, 100 * time.Second} {
			t.Run(fmt.Sprint(name, low), func(t *testing.T) {
				down, up := steps(low)
				r := newRig(down, up, 1)
				f := r.flow(estimate.Default(), source)
				f.start(0)
				back := 20*time.Second + low
				r.run(back + 40*time.Second)
				fell, _ := f.settled(20*time.Second, back, func(b packet.Bitrate) bool { return b <= 350_000 })
				for at := 23 * time.Second; at < back-time.Second; at += time.Second / 4 {
					if sent := f.sentBetween(at, at+time.Second); sent > 330_000 {
						t.Errorf("%.0f bit/s are sent %v after the drop", sent, at-20*time.Second)
					}
				}
				if q := r.queueing(25*time.Second, back, 100); q > queued {
					t.Errorf("the queue is %v long after 5 s", q)
				}
				rose, ok := f.settled(back, back+40*time.Second, func(b packet.Bitrate) bool { return b >= 1_700_000 })
				if !ok || rose > 20*time.Second {
					t.Errorf("back at the top after %v (%v)", rose, ok)
				}
				t.Logf("down in %v, up in %v", fell, rose)
			})
		}
	}
}

// TestALinkWithoutAQueueLimitsByLoss has links whose fullness shows by loss alone: a queue of two packets, and
// a policer that lets bursts pass, so that every probe finds room.
func TestALinkWithoutAQueueLimitsByLoss(t *testing.T) {
	for _, bucket := range []int{0, 8000} {
		for _, rate := range []int64{300_000, 1_000_000, 3_000_000} {
			t.Run(fmt.Sprint(bucket, rate), func(t *testing.T) {
				down, up := path(rate, queued, rtt40)
				down.Start.Queue, down.Start.QueueBytes, down.Start.Bucket = 0, 2400, bucket
				r := newRig(down, up, 1)
				f := r.flow(estimate.Default(), elastic(10_000_000))
				f.start(0)
				r.run(50 * time.Second)
				sent, arrived := f.sentBetween(20*time.Second, 50*time.Second), f.delivered(20*time.Second, 50*time.Second)
				lost := 1 - arrived/sent
				t.Logf("%.0f %% of the link arrive, %.1f %% of what is sent is lost", 100*arrived/float64(rate), 100*lost)
				if arrived < 0.85*float64(rate) || lost > 0.1 {
					t.Errorf("%.0f %% of the link arrive, %.1f %% of what is sent is lost", 100*arrived/float64(rate), 100*lost)
				}
			})
		}
	}
}
