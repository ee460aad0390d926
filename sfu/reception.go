package sfu

import (
	"math/bits"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/quality"
)

// reception sums up what came of one publication in a second.
type reception struct {
	expected, lost, recovered int64
	jitter                    time.Duration
}

func (r *reception) add(i loss.Interval) {
	r.expected += i.Expected
	r.lost += i.Lost
	r.recovered += i.Recovered
	r.jitter = max(r.jitter, i.Jitter)
}

// quality is what the publisher's upstream is judged by.
func (r *reception) quality(now time.Time, rtt time.Duration, publication *Publication) *quality.Input {
	in := &quality.Input{RTT: rtt, Jitter: r.jitter}
	if r.expected > 0 {
		in.Loss = float64(max(r.lost-r.recovered, 0)) / float64(r.expected)
		in.Repaired = float64(min(r.recovered, r.lost)) / float64(r.expected)
	}
	feed := publication.feed.Load()
	if feed != nil {
		feed.SetRTT(rtt)
	}
	if feed == nil || !publication.source.video() || publication.silent() {
		return in
	}
	flows := feed.Flows(now)
	asked := publication.wanted.layers() & (1<<feed.Layers() - 1)
	// A layer that never came is one that the camera does not have.
	missing := asked & feed.Known() &^ flows
	in.Missing = bits.OnesCount8(missing)
	for s := range feed.Layers() {
		l := packet.Layer{Spatial: s, Temporal: forward.All}
		expected := feed.Announced(l)
		if asked&flows&(1<<s) == 0 || expected == 0 {
			continue
		}
		if feed.Scalable() {
			in.Expected, in.Actual = 0, 0 // the highest has all below in it
		}
		in.Expected += expected
		in.Actual += feed.Rate(l)
	}
	return in
}

// Quality is what the publisher's upstream did in the last second, for this publication; false if nothing came.
func (p *Publication) Quality() (quality.Input, bool) {
	if in := p.received.Load(); in != nil {
		return *in, true
	}
	return quality.Input{}, false
}
