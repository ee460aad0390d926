package sfu

import (
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/receive"
	"github.com/plenum-meet/plenum/sfu/egress"
)

const (
	// maxBound is how many streams one connection may bring over its life; browsers keep theirs.
	maxBound = 128
	// reportGap is the least time between two sender reports of one stream that are passed on.
	reportGap = 100 * time.Millisecond
	// changeGap and changeBurst bound how often a connection may begin a feed: a new one makes the slots of a whole room
	// look again.
	changeGap   = time.Second
	changeBurst = 8
)

// upstream receives on one connection: what arrives, what is missing, and what the publisher is told of it.
type upstream struct {
	peer *Peer
	conn Upstream
	log  *slog.Logger

	urgent chan struct{}
	stop   chan struct{}
	done   sync.WaitGroup

	early map[encodingID]*receive.Early // retransmissions of streams to come; the reader's own

	mu        sync.Mutex // guards what follows; held for no call out of this package
	sources   map[string]*Publication
	layers    map[packet.SSRC]*encoding
	keyFrames map[*Publication]*loss.KeyFrames
	arrivals  arrivals
	clock     forward.PublisherClock
	changes   time.Time                     // changes of feed are paid for up to then
	recoded   map[*Publication]*egress.Feed // feeds that began with a change of codec: the other streams follow
	bound     int                           // streams bound over the life of the connection
	stirred   bool                          // pictures came since the loop looked, or sound is missing
	calm      bool                          // the loop looks rarely
	closed    bool

	lastFeedback, lastReport time.Time
}

// encodingID names one encoding of an m-line.
type encodingID struct{ mid, rid string }

func newUpstream(peer *Peer) (*upstream, error) {
	u := &upstream{
		peer: peer, log: peer.log, urgent: make(chan struct{}, 1), stop: make(chan struct{}),
		sources: map[string]*Publication{}, layers: map[packet.SSRC]*encoding{},
		keyFrames: map[*Publication]*loss.KeyFrames{}, recoded: map[*Publication]*egress.Feed{},
		arrivals: newArrivals(), early: map[encodingID]*receive.Early{},
	}
	conn, err := peer.room.server.transport.NewUpstream(u)
	if err != nil {
		return nil, err
	}
	u.conn = conn
	u.done.Go(u.run)
	return u, nil
}

// carry says which publication an m-line feeds.
func (u *upstream) carry(mid string, publication *Publication) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sources[mid] = publication
	if u.keyFrames[publication] == nil {
		u.keyFrames[publication] = &loss.KeyFrames{}
	}
}

// close ends the connection, waits for the loop, and leaves its publications without a feed.
func (u *upstream) close() {
	u.mu.Lock()
	if u.closed {
		u.mu.Unlock()
		return
	}
	u.closed = true
	// Not the sources: a renegotiation may have given a m-line to another publication.
	publications := make([]*Publication, 0, len(u.keyFrames))
	for publication := range u.keyFrames {
		publications = append(publications, publication)
	}
	u.mu.Unlock()
	close(u.stop)
	u.done.Wait()
	u.conn.Close()
	for _, publication := range publications {
		publication.stopFeed(u)
	}
}

// Stream binds a new SSRC to the publication of its m-line.
func (u *upstream) Stream(id StreamID) Stream {
	u.mu.Lock()
	defer u.mu.Unlock()
	publication, ok := u.sources[id.MID]
	if !ok || u.closed || u.bound >= maxBound {
		return nil
	}
	if id.Repair {
		u.bound++
		return &repair{upstream: u, id: id}
	}
	stream, streams := streamOf(id.RID, id.RIDs)
	if stream < 0 || streams > egress.MaxLayers || id.Codec == codec.Unknown || id.Codec.Video() != publication.source.video() {
		publication.counts.refused.Add(1)
		return nil
	}
	feed := u.feedFor(publication, id, id.Codec, streams, time.Now())
	if feed == nil {
		publication.counts.refused.Add(1)
		return nil
	}
	u.bound++
	l := &encoding{
		upstream: u, publication: publication, feed: feed, id: id, stream: stream, streams: streams,
		reader: receive.NewReader(id.Codec, stream, streams), loss: loss.NewReceiver(id.Codec.Clock()),
	}
	if !publication.source.video() {
		l.loss.Limit(audioTries)
		l.loss.Use(audioUse)
	}
	u.replace(id)
	u.layers[id.SSRC] = l
	return l
}

// replace lets go of the stream that fed an encoding before: its packets are worth nothing any more.
func (u *upstream) replace(id StreamID) {
	for ssrc, old := range u.layers {
		if old.id.MID == id.MID && old.id.RID == id.RID {
			old.feed = nil
			delete(u.layers, ssrc)
		}
	}
}

// feedFor is the feed that a stream joins: the present one, or another if the codec differs or another SSRC has fed that
// encoding already. It is nil if the connection changes its feeds too often.
func (u *upstream) feedFor(publication *Publication, id StreamID, kind codec.Kind, streams int8, now time.Time) *egress.Feed {
	if feed := publication.feed.Load(); feed != nil && u.joins(feed, publication, id, kind, streams) {
		return feed
	}
	if !u.mayChange(now) {
		return nil
	}
	return publication.startFeed(kind, streams, u)
}

func (u *upstream) joins(feed *egress.Feed, publication *Publication, id StreamID, kind codec.Kind, streams int8) bool {
	if publication.feeder.Load() != u || feed.Codec != kind || feed.Streams != streams {
		return false
	}
	for _, l := range u.layers {
		if l.feed == feed && l.id.RID == id.RID && l.id.SSRC != id.SSRC {
			return false
		}
	}
	return true
}

// mayChange bounds how often feeds begin.
func (u *upstream) mayChange(now time.Time) bool {
	if earliest := now.Add(-changeBurst * changeGap); u.changes.Before(earliest) {
		u.changes = earliest
	}
	if u.changes.After(now.Add(-changeGap)) {
		return false
	}
	u.changes = u.changes.Add(changeGap)
	return true
}

// streamOf ranks an encoding from small to large: by the names that browsers are given if all have one, else by order.
func streamOf(rid string, rids []string) (stream, streams int8) {
	if len(rids) == 0 {
		return 0, 1
	}
	ranked := slices.Clone(rids)
	// An h beside an l and an m is no half.
	if !slices.ContainsFunc(rids, func(name string) bool { return rank(name) < 0 }) {
		slices.SortStableFunc(ranked, func(a, b string) int { return rank(a) - rank(b) })
	}
	return int8(slices.Index(ranked, rid)), int8(min(len(rids), 127)) //nolint:gosec // bounded
}

// rank knows the usual names of quarter, half and full size; it is -1 for others.
func rank(rid string) int { return slices.Index([]string{"q", "h", "f"}, rid) }

// SenderReport relates a stream's timestamps to its publisher's clock.
func (u *upstream) SenderReport(now time.Time, ssrc packet.SSRC, ntp uint64, timestamp uint32) {
	for _, c := range u.clocked(now, ssrc, ntp, timestamp) {
		c.feed.Reports[c.stream].Store(&c.report)
		for _, shard := range c.publication.subscribers() {
			shard.SenderReport(c.feed, c.stream, c.report.NTP, c.report.Timestamp, c.report.Arrival)
		}
	}
}

// clocked is a sender report on the server's timeline, for those who forward its stream.
type clocked struct {
	publication *Publication
	feed        *egress.Feed
	stream      int8
	report      egress.Report
}

// clocked takes a sender report and returns what is to be told: the report itself, or all of the publisher's if its
// timeline has moved, so that audio and video move together.
func (u *upstream) clocked(now time.Time, ssrc packet.SSRC, ntp uint64, timestamp uint32) []clocked {
	u.mu.Lock()
	defer u.mu.Unlock()
	l, ok := u.layers[ssrc]
	if !ok || l.feed == nil {
		return nil
	}
	if now.Sub(l.report.Arrival) < reportGap {
		l.publication.counts.reports.Add(1)
		return nil
	}
	l.loss.SenderReport(now, ntp, timestamp)
	l.report = egress.Report{NTP: ntp, Timestamp: timestamp, Arrival: now}
	moved := u.clock.Observe(ntp, now)
	switch {
	case u.clock.Doubtful():
		return nil
	case !moved:
		return []clocked{l.clocked()}
	}
	var all []clocked
	for _, other := range u.layers {
		if at := other.report.Arrival; !at.IsZero() && !at.Before(u.clock.Since()) && other.feed != nil {
			all = append(all, other.clocked())
		}
	}
	return all
}

// serverTime is a moment of the publisher's on the server's timeline, 0 while that is not known: a viewer compares it with
// those of other publishers, and with our sender reports.
func (u *upstream) serverTime(ntp uint64) uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.clock.Known() || u.clock.Doubtful() {
		return 0
	}
	return u.clock.Server(ntp)
}

func (l *encoding) clocked() clocked {
	report := l.report
	report.NTP = l.upstream.clock.Server(report.NTP)
	return clocked{l.publication, l.feed, l.stream, report}
}

// Ended is told by the transport.
func (u *upstream) Ended(reason string) { u.peer.upstreamEnded(u, reason) }
