package estimate_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// sparing sends little until a time, wanting no more, and then has all there is to send.
func sparing(little packet.Bitrate, until time.Duration, most packet.Bitrate) func(time.Duration, packet.Bitrate) (packet.Bitrate, packet.Bitrate) {
	return func(at time.Duration, rate packet.Bitrate) (send, goal packet.Bitrate) {
		if at < until {
			return little, 0
		}
		if rate >= most {
			return most, 0
		}
		return rate, most
	}
}

func TestTheEstimateDoesNotGrowFromSilence(t *testing.T) {
	for _, little := range []packet.Bitrate{30_000, 100_000, 350_000} {
		down, up := path(20_000_000, queued, rtt40)
		r := newRig(down, up, 1)
		f := r.flow(estimate.Default(), sparing(little, 60*time.Second, 2_000_000))
		f.start(0)
		r.run(59 * time.Second)
		if rate := f.estimator.Rate(); rate != 600_000 {
			t.Errorf("60 s at %d, and the estimate goes from 600000 to %d", little, rate)
		}
		if !f.estimator.AppLimited(r.now()) || f.estimator.State() != estimate.AppLimited {
			t.Errorf("at %d: %v", little, f.estimator.State())
		}
		if f.probesRun != 0 {
			t.Errorf("%d probes for nothing", f.probesRun)
		}
		r.run(80 * time.Second)
		rose, ok := f.settled(60*time.Second, 80*time.Second, func(b packet.Bitrate) bool { return b >= 2_000_000 })
		t.Logf("from %d: 2 Mbit/s after %v", little, rose)
		if !ok || rose > 5*time.Second {
			t.Errorf("2 Mbit/s are there %v after they are asked for (%v)", rose, ok)
		}
	}
}

// TestALinkThatNarrowedInSilenceIsFoundOut has a viewer that used little of a link which lost most of its rate.
func TestALinkThatNarrowedInSilenceIsFoundOut(t *testing.T) {
	down, up := path(3_000_000, queued, rtt40)
	narrow := down.Start
	narrow.Rate = 400_000
	down.Steps = []link.Step{{At: 30_000, Then: narrow}}
	r := newRig(down, up, 1)
	f := r.flow(estimate.Default(), func(at time.Duration, rate packet.Bitrate) (send, goal packet.Bitrate) {
		if at > 10*time.Second && at < 60*time.Second {
			return 100_000, 0
		}
		return min(rate, 2_500_000), 2_500_000
	})
	f.start(0)
	r.run(90 * time.Second)
	if before := f.mean(59*time.Second, 60*time.Second); before < 1_500_000 {
		t.Errorf("the estimate fell to %.0f though nobody used it", before)
	}
	if fell, ok := f.settled(60*time.Second, 63*time.Second, func(b packet.Bitrate) bool { return b <= 440_000 }); !ok {
		t.Errorf("after %v the estimate is %d on a link of 400000", fell, f.estimator.Rate())
	}
	if use := f.sentBetween(70*time.Second, 90*time.Second) / 400_000; use < 0.8 || use > 1.05 {
		t.Errorf("%.0f %% used afterwards", 100*use)
	}
}

// TestABurstOfSomebodyElseCostsAnIdleViewerLittle has another flow fill the link for half a second while we send a tenth.
func TestABurstOfSomebodyElseCostsAnIdleViewerLittle(t *testing.T) {
	down, up := path(3_000_000, queued, rtt40)
	r := newRig(down, up, 1)
	f := r.flow(estimate.Default(), func(at time.Duration, rate packet.Bitrate) (send, goal packet.Bitrate) {
		if at > 20*time.Second {
			return 250_000, 0
		}
		return min(rate, 2_000_000), 2_000_000
	})
	f.start(0)
	for i := range 5 {
		for n := range 40 {
			r.at(epoch.Add(time.Duration(30+5*i)*time.Second+time.Duration(n)*2*time.Millisecond), func() { r.send(1200, func() {}) })
		}
	}
	r.run(60 * time.Second)
	if rate := f.estimator.Rate(); rate < 800_000 {
		t.Errorf("five bursts of 100 ms took the estimate from 2 Mbit/s to %d", rate)
	}
}

// TestAllPausedComesBackByProbes has nothing but sound flow, or nothing at all, on a link that carried too little for
// video.
func TestAllPausedComesBackByProbes(t *testing.T) {
	for _, sound := range []packet.Bitrate{30_000, 0} {
		down, up := path(60_000, queued, rtt40)
		wide := down.Start
		wide.Rate = 3_000_000
		down.Steps = []link.Step{{At: 60_000, Then: wide}}
		r := newRig(down, up, 1)
		f := r.flow(estimate.Default(), layered(sound, 150_000, 500_000, 1_700_000))
		f.start(0)
		r.run(60 * time.Second)
		if rate := f.estimator.Rate(); rate > 150_000 {
			t.Errorf("estimate %d on a link of 60000", rate)
		}
		r.run(90 * time.Second)
		rose, ok := f.settled(60*time.Second, 90*time.Second, func(b packet.Bitrate) bool { return b >= 1_700_000 })
		t.Logf("the top layer is back after %v", rose)
		if !ok || rose > 20*time.Second {
			t.Errorf("the top layer is back after %v (%v)", rose, ok)
		}
	}
}

// TestNothingSentIsNoStrain has a flow end while packets wait: what was so then is not so for ever.
func TestNothingSentIsNoStrain(t *testing.T) {
	down, up := path(300_000, queued, rtt40)
	r := newRig(down, up, 1)
	f := r.flow(estimate.Default(), func(at time.Duration, _ packet.Bitrate) (send, goal packet.Bitrate) {
		if at > 5*time.Second {
			return 0, 0
		}
		return 500_000, 0
	})
	f.start(0)
	r.run(5 * time.Second)
	if !f.estimator.Strained() || !f.estimator.Queueing() {
		t.Error("500 kbit/s are no strain for 300")
	}
	r.run(8 * time.Second)
	if f.estimator.Strained() || f.estimator.Queueing() || f.estimator.State() != estimate.AppLimited || !f.estimator.AppLimited(r.now()) {
		t.Errorf("3 s of silence are a strain: %v", f.estimator.State())
	}
}

func TestSilenceOfTheOtherSideLowersTheRateSlowly(t *testing.T) {
	down, up := path(3_000_000, queued, rtt40)
	r := newRig(down, up, 1)
	f := r.flow(estimate.Default(), elastic(3_000_000))
	f.eats = func(at time.Duration) bool { return at > 20*time.Second && at < 30*time.Second }
	f.start(0)
	r.run(20 * time.Second)
	before := f.estimator.Rate()
	r.run(21900 * time.Millisecond)
	if rate := f.estimator.Rate(); rate < before || rate > before+100_000 {
		t.Errorf("1.9 s without feedback take the rate from %d to %d", before, rate)
	}
	r.run(25 * time.Second)
	if s := f.estimator.State(); s != estimate.Unanswered {
		t.Errorf("state %v", s)
	}
	if rate := f.estimator.Rate(); rate > before/2 || rate < before/8 {
		t.Errorf("5 s without feedback take the rate from %d to %d", before, rate)
	}
	if _, ok := f.estimator.Deadline(); !ok {
		t.Error("nothing is due though the rate falls by itself")
	}
	r.run(60 * time.Second)
	if rose, ok := f.settled(30*time.Second, 60*time.Second, func(b packet.Bitrate) bool { return b > 2_000_000 }); !ok || rose > 20*time.Second {
		t.Errorf("back after %v (%v)", rose, ok)
	}
}

// TestAKeyFrameIntoARoomyLinkIsNoCongestion has the next layer begin with 65 kB at more than twice the link's rate, as a
// pacer lets them through.
func TestAKeyFrameIntoARoomyLinkIsNoCongestion(t *testing.T) {
	down, up := path(3_000_000, queued, rtt40)
	r := newRig(down, up, 1)
	f := r.flow(estimate.Default(), func(at time.Duration, rate packet.Bitrate) (send, goal packet.Bitrate) {
		switch {
		case at < 10*time.Second:
			return min(rate, 2_500_000), 2_500_000
		case at < 20*time.Second:
			return 500_000, 0
		case at < 20*time.Second+75*time.Millisecond:
			return 7_000_000, 0
		default:
			return 1_700_000, 0
		}
	})
	f.start(0)
	r.run(20 * time.Second)
	before := f.estimator.Rate()
	r.run(40 * time.Second)
	if q := r.queueing(20*time.Second, 21*time.Second, 100); q < 40*time.Millisecond {
		t.Errorf("the burst makes packets wait %v only", q)
	}
	if _, ok := f.settled(20*time.Second, 40*time.Second, func(b packet.Bitrate) bool { return b >= 2_000_000 }); !ok || before < 2_000_000 {
		t.Errorf("from %d the estimate went to %d", before, f.estimator.Rate())
	}
	lowest := before
	for _, s := range f.rates {
		if s.at > 20*time.Second {
			lowest = min(lowest, s.rate)
		}
	}
	if lowest < 2_000_000 {
		t.Errorf("a key frame took the estimate from %d to %d", before, lowest)
	}
}
