package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/demand"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/quality"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// PublicationSnapshot explains what arrives of a publication, and what is wanted of it.
type PublicationSnapshot struct {
	Number      uint32 `json:"number"`
	Participant string `json:"participant"`
	Source      Source `json:"source"`
	Live        bool   `json:"live"`
	Muted       bool   `json:"muted"`
	Forbidden   bool   `json:"forbidden"` // by a host
	Codec       string `json:"codec,omitempty"`
	// Scalable says that one stream carries all layers.
	Scalable bool                `json:"scalable"`
	Heights  []int               `json:"heights"`
	Kept     int64               `json:"kept"` // bytes of its latest packets, for resends and for who comes later
	Layers   []ArrivingLayer     `json:"layers,omitempty"`
	Counts   PublicationCounts   `json:"counts"`
	Wanted   *WantedSnapshot     `json:"wanted,omitempty"`
	Received *ReceptionSnapshot  `json:"received,omitempty"`
	Requests KeyFrameExplanation `json:"keyFrames"`
}

// ArrivingLayer explains one spatial layer.
type ArrivingLayer struct {
	Height  int   `json:"height"`
	Rate    int64 `json:"rate"`    // bit/s that a viewer of it is sent
	Planned int64 `json:"planned"` // as the publisher announced it
	FPS     int   `json:"fps"`
	Flows   bool  `json:"flows"`
}

// PublicationCounts are what arrived and what became of it.
type PublicationCounts struct {
	Packets      uint64 `json:"packets"`
	Bytes        uint64 `json:"bytes"`
	Recovered    uint64 `json:"recovered"`    // came on request
	Late         uint64 `json:"late"`         // duplicates, and what came too late to be of use
	Malformed    uint64 `json:"malformed"`    // headers that make no sense
	Unstructured uint64 `json:"unstructured"` // gave up waiting for the structure that they refer to
	Refused      uint64 `json:"refused"`      // more codecs, streams, layers or structures than a publisher needs
	Reports      uint64 `json:"reports"`      // sender reports that came too soon after another
	Muted        uint64 `json:"muted"`        // dropped while the source was muted
	Nacked       uint64 `json:"nacked"`       // asked for again, each time
}

// WantedSnapshot explains what the publisher is asked for.
type WantedSnapshot struct {
	demand.Snapshot
	Asked uint8  `json:"asked"` // layers the publisher was told, a bit each
	Codec string `json:"codec"`
}

// ReceptionSnapshot is the last second of the publisher's upstream.
type ReceptionSnapshot struct {
	RTT      time.Duration `json:"rtt"`
	Jitter   time.Duration `json:"jitter"`
	Loss     float64       `json:"loss"`     // not repaired
	Repaired float64       `json:"repaired"` // lost and repaired
	Missing  int           `json:"missing"`  // layers that were asked for and stopped
	Score    float64       `json:"score"`
}

// KeyFrameExplanation says how the publisher answers requests for key frames.
type KeyFrameExplanation struct {
	Asked uint64 `json:"asked"`
	// Unanswered requests were given up after 10 s.
	Unanswered uint64 `json:"unanswered"`
	// Missing says that the publisher sends, but no key frame: nobody new can see it.
	Missing bool          `json:"missing"`
	Waiting time.Duration `json:"waiting"` // of the oldest open request
}

func (p *Publication) snapshot() PublicationSnapshot {
	now := time.Now()
	s := PublicationSnapshot{
		Number: p.number, Participant: p.participant, Source: p.source, Live: p.live(), Muted: p.muted.Load(), Forbidden: p.forbidden.Load(),
		Heights: p.layerHeights(), Counts: p.counts.snapshot(),
		Requests: KeyFrameExplanation{
			Asked: p.counts.keyFramesAsked.Load(), Unanswered: p.counts.keyFramesMissing.Load(), Missing: p.keyless.Load(),
		},
	}
	if feeder := p.feeder.Load(); feeder != nil {
		s.Requests.Waiting = feeder.waiting(now, p)
	}
	if feed := p.feed.Load(); feed != nil {
		s.Codec, s.Scalable, s.Kept = feed.Codec.String(), feed.Scalable(), feed.Kept()
		if p.source.video() {
			s.Layers = arriving(now, feed)
		}
	}
	if p.source.video() {
		s.Wanted = p.wanted.snapshot()
	}
	if in, ok := p.Quality(); ok {
		s.Received = &ReceptionSnapshot{
			RTT: in.RTT, Jitter: in.Jitter, Loss: in.Loss, Repaired: in.Repaired, Missing: in.Missing, Score: quality.Raw(in),
		}
	}
	return s
}

func arriving(now time.Time, feed *egress.Feed) []ArrivingLayer {
	flows := feed.Flows(now)
	layers := make([]ArrivingLayer, 0, feed.Layers())
	for spatial := range feed.Layers() {
		l := packet.Layer{Spatial: spatial, Temporal: forward.All}
		layers = append(layers, ArrivingLayer{
			Height: feed.Height(spatial), Rate: int64(feed.Rate(l)), Planned: int64(feed.Announced(l)), FPS: feed.FPS(l),
			Flows: flows&(1<<spatial) != 0,
		})
	}
	return layers
}

func (c *publicationCounts) snapshot() PublicationCounts {
	return PublicationCounts{
		Packets: c.packets.Load(), Bytes: c.bytes.Load(), Recovered: c.recovered.Load(), Late: c.late.Load(),
		Malformed: c.malformed.Load(), Unstructured: c.unstructured.Load(), Refused: c.refused.Load(),
		Reports: c.reports.Load(), Muted: c.muted.Load(),
		Nacked: c.nacked.Load(),
	}
}

func (w *wanted) snapshot() *WantedSnapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.demand == nil {
		return nil
	}
	s := &WantedSnapshot{Snapshot: w.demand.Snapshot(), Asked: w.asked}
	if w.codec != codec.Unknown {
		s.Codec = w.codec.String()
	}
	return s
}

// waiting is how long a publication's oldest request for a key frame is open.
func (u *upstream) waiting(now time.Time, publication *Publication) time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	if asked := u.keyFrames[publication]; asked != nil {
		return asked.Waiting(now)
	}
	return 0
}
