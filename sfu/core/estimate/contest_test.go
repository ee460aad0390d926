package estimate_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
)

// tcp is a flow as loss-driven senders are: it fills the queue until it overflows.
type tcp struct {
	rig      *rig
	window   float64 // packets
	slow     float64 // below it the window doubles
	inFlight int
	number   int
	acked    int // highest number that arrived
	recover  int // no further cut before this number
	got      []delivery
	stop     time.Duration
}

const tcpSize = 1500

func (r *rig) tcp(from, to time.Duration) *tcp {
	f := &tcp{rig: r, window: 10, slow: 1000, stop: to}
	r.at(epoch.Add(from), f.send)
	return f
}

func (f *tcp) send() {
	if f.rig.since() > f.stop {
		return
	}
	for f.inFlight < int(f.window) {
		f.number++
		number, arrived := f.number, false
		f.inFlight++
		f.rig.send(tcpSize, func() {
			arrived = true
			f.got = append(f.got, delivery{f.rig.since(), tcpSize})
			for _, at := range f.rig.up.Send(f.rig.now(), 60) {
				f.rig.at(at, func() { f.ack(number) })
			}
		})
		// A loss is noticed when later packets are acknowledged; a whole second is the time-out.
		f.rig.at(f.rig.now().Add(f.rig.down.Waiting(f.rig.now())+200*time.Millisecond), func() {
			if !arrived {
				f.lost(number)
			}
		})
	}
}

func (f *tcp) ack(number int) {
	f.inFlight--
	if f.window < f.slow {
		f.window++
	} else {
		f.window += 1 / f.window
	}
	f.acked = max(f.acked, number)
	f.send()
}

func (f *tcp) lost(number int) {
	f.inFlight--
	if number > f.recover {
		f.window = max(2, f.window/2)
		f.slow, f.recover = f.window, f.number
	}
	f.send()
}

func (f *tcp) delivered(from, to time.Duration) float64 { return rateOf(f.got, from, to) }

// TestTwoViewersShareALink has a second viewer come while the first has it all, and looks at the minute
// after the first 30 s.
func TestTwoViewersShareALink(t *testing.T) {
	const seeds = 5
	for _, rate := range []int64{600_000, 1_000_000, 2_000_000, 4_000_000} {
		least, sum, use, longest := 1.0, 0.0, 1.0, time.Duration(0)
		for seed := range uint64(seeds) {
			down, up := path(rate, queued, rtt40)
			r := newRig(down, up, seed)
			one, two := r.flow(estimate.Default(), elastic(10_000_000)), r.flow(estimate.Default(), elastic(10_000_000))
			late := time.Duration(seed) * 2357 * time.Millisecond
			one.start(0)
			two.start(late)
			r.run(late + 90*time.Second)
			a, b := one.sentBetween(late+30*time.Second, late+90*time.Second), two.sentBetween(late+30*time.Second, late+90*time.Second)
			share := min(a, b) / max(a, b)
			least, sum, use = min(least, share), sum+share, min(use, (a+b)/float64(rate))
			longest = max(longest, r.queueing(late+30*time.Second, late+90*time.Second, 95))
		}
		t.Logf("%d: the lesser has %.0f %% of the greater, %.0f %% at worst; %.0f %% used; p95 of the queue %v", rate, 100*sum/seeds, 100*least, 100*use, longest)
		if sum/seeds < 0.8 || least < 0.7 || use < 0.85 || longest > 80*time.Millisecond {
			t.Errorf("%d: the lesser has %.0f %% of the greater, %.0f %% at worst; %.0f %% used; p95 of the queue %v", rate, 100*sum/seeds, 100*least, 100*use, longest)
		}
	}
}

// TestATCPFlowDoesNotStarveUs has a download fill the queue for 90 s.
func TestATCPFlowDoesNotStarveUs(t *testing.T) {
	for _, rate := range []int64{1_000_000, 3_000_000, 5_000_000} {
		down, up := path(rate, queued, rtt40)
		r := newRig(down, up, 1)
		f := r.flow(estimate.Default(), elastic(10_000_000))
		f.start(0)
		other := r.tcp(20*time.Second, 110*time.Second)
		r.run(150 * time.Second)
		ours := f.delivered(30*time.Second, 110*time.Second) / float64(rate)
		theirs := other.delivered(30*time.Second, 110*time.Second) / float64(rate)
		after := f.sentBetween(130*time.Second, 150*time.Second) / float64(rate)
		t.Logf("%d: %.0f %% ours, %.0f %% theirs; 20 s after it %.0f %%", rate, 100*ours, 100*theirs, 100*after)
		if ours < 0.25 || ours > 0.7 || after < 0.85 {
			t.Errorf("%d: %.0f %% ours, %.0f %% theirs; 20 s after it %.0f %%", rate, 100*ours, 100*theirs, 100*after)
		}
	}
}
