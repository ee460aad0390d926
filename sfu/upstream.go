package sfu

import (
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

const (
	// feedbackTick is how often an upstream that receives looks for NACKs, feedback and reports that are due.
	feedbackTick = 20 * time.Millisecond
	// idleTick is how often one looks that receives nothing.
	idleTick = 250 * time.Millisecond
	// feedbackInterval and feedbackPackets bound the time between transport-wide feedback packets.
	feedbackInterval = 50 * time.Millisecond
	feedbackPackets  = 20
	// reportInterval is the time between receiver reports.
	reportInterval = time.Second
	// assumedRTT stands in until round trips are measured.
	assumedRTT = 100 * time.Millisecond
	// maxBound is how many streams one connection may bring over its life; browsers keep theirs.
	maxBound = 128
	// maxReports is what one receiver report can hold (RFC 3550 §6.4.2).
	maxReports = 31
	// ourSSRC is the sender of our RTCP: the server publishes nothing on an upstream connection.
	ourSSRC = 1
)

// upstream receives on one connection: what arrives, what is missing, and what the publisher is told of it.
type upstream struct {
	peer *Peer
	conn Upstream
	log  *slog.Logger

	urgent chan struct{}
	stop   chan struct{}
	done   sync.WaitGroup

	mu        sync.Mutex // guards what follows; held for no call out of this package
	sources   map[string]*Publication
	layers    map[packet.SSRC]*encoding
	keyFrames map[*Publication]*loss.KeyFrames
	recorder  *twcc.Recorder
	clock     forward.PublisherClock
	bound     int // streams bound over the life of the connection
	unsent    int // packets recorded since the last feedback
	active    bool
	closed    bool

	lastFeedback, lastReport time.Time
}

// encoding is one layer of a publication as it arrives.
type encoding struct {
	upstream    *upstream
	publication *Publication
	feed        *egress.Feed
	id          StreamID
	spatial     int8
	kind        codec.Kind
	loss        *loss.Receiver
	timestamps  packet.TimestampUnwrapper
}

func newUpstream(peer *Peer) (*upstream, error) {
	u := &upstream{
		peer: peer, log: peer.log, urgent: make(chan struct{}, 1), stop: make(chan struct{}),
		sources: map[string]*Publication{}, layers: map[packet.SSRC]*encoding{},
		keyFrames: map[*Publication]*loss.KeyFrames{}, recorder: twcc.NewRecorder(ourSSRC),
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
	publication, ok := u.sources[id.MID]
	if !ok || u.closed || u.bound >= maxBound || (id.Codec == codec.Unknown && !id.Repair) {
		u.mu.Unlock()
		return nil
	}
	u.bound++
	if id.Repair {
		u.mu.Unlock()
		return &repair{upstream: u, id: id}
	}
	spatial, layers := spatialOf(id.RID, id.RIDs)
	feed := u.feedFor(publication, id)
	u.mu.Unlock()
	if spatial < 0 || layers > egress.MaxLayers {
		return nil
	}
	if feed == nil {
		feed = publication.startFeed(id.Codec, layers, u)
	}
	l := &encoding{
		upstream: u, publication: publication, feed: feed, id: id, spatial: spatial, kind: id.Codec,
		loss: loss.NewReceiver(id.Codec.Clock()),
	}
	u.mu.Lock()
	defer u.mu.Unlock()
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

// feedFor is the feed that a new stream joins: the present one, unless another SSRC has fed that encoding already.
func (u *upstream) feedFor(publication *Publication, id StreamID) *egress.Feed {
	feed := publication.feed.Load()
	if feed == nil || publication.feeder.Load() != u || feed.Codec != id.Codec {
		return nil
	}
	for _, l := range u.layers {
		if l.feed == feed && l.id.RID == id.RID && l.id.SSRC != id.SSRC {
			return nil
		}
	}
	return feed
}

// spatialOf ranks an encoding from small to large: by the names that browsers are given, else by order.
func spatialOf(rid string, rids []string) (spatial, layers int8) {
	if len(rids) == 0 {
		return 0, 1
	}
	ranked := slices.Clone(rids)
	slices.SortStableFunc(ranked, func(a, b string) int { return rank(a) - rank(b) })
	return int8(slices.Index(ranked, rid)), int8(min(len(rids), 127)) //nolint:gosec // bounded
}

// rank knows the usual names of quarter, half and full size; others keep their order behind them.
func rank(rid string) int {
	switch rid {
	case "q":
		return 0
	case "h":
		return 1
	case "f":
		return 2
	default:
		return 3
	}
}

// Arrived records a packet for transport-wide feedback.
func (u *upstream) Arrived(now time.Time, ssrc packet.SSRC, transportCC uint16) {
	u.mu.Lock()
	u.recorder.Record(uint32(ssrc), transportCC, now.UnixMicro())
	u.unsent++
	u.mu.Unlock()
}

// SenderReport relates a layer's timestamps to its publisher's clock.
func (u *upstream) SenderReport(now time.Time, ssrc packet.SSRC, ntp uint64, timestamp uint32) {
	u.mu.Lock()
	l, ok := u.layers[ssrc]
	var feed *egress.Feed
	if ok {
		feed = l.feed
		l.loss.SenderReport(now, ntp, timestamp)
		ntp = u.clock.Server(ntp, now)
	}
	u.mu.Unlock()
	if !ok {
		return
	}
	feed.Reports[l.spatial].Store(&egress.Report{NTP: ntp, Timestamp: timestamp, Arrival: now})
	for _, shard := range l.publication.subscribers() {
		shard.SenderReport(feed, l.spatial, ntp, timestamp, now)
	}
}

// Ended is told by the transport.
func (u *upstream) Ended(reason string) { u.peer.upstreamEnded(u, reason) }

// Receive takes a packet of the layer's own stream.
func (l *encoding) Receive(now time.Time, raw packet.Raw) {
	if l.feed == nil {
		return // another stream has taken its place
	}
	l.upstream.mu.Lock()
	seq, fresh := l.loss.Received(now, raw.SequenceNumber, raw.Timestamp)
	l.upstream.active = true
	l.upstream.mu.Unlock()
	if !fresh {
		l.publication.counts.late.Add(1)
		return
	}
	l.accept(now, raw, seq, false)
}

func (l *encoding) recovered(now time.Time, raw packet.Raw) {
	l.upstream.mu.Lock()
	seq, fresh := l.loss.Recovered(now, raw.SequenceNumber)
	l.upstream.mu.Unlock()
	if !fresh {
		return
	}
	l.accept(now, raw, seq, true)
}

// accept makes the packet that everybody shares: the one copy of its payload.
func (l *encoding) accept(now time.Time, raw packet.Raw, seq packet.Seq, recovered bool) {
	p := &packet.Packet{
		Arrival: now, Seq: seq, Timestamp: l.timestamps.Unwrap(raw.Timestamp), Marker: raw.Marker,
		Stream: l.spatial, Spatial: l.spatial,
		Feed:  uint16(l.publication.unmuted.Load()), //nolint:gosec // wraps, as it may
		Level: raw.Level, HasLevel: raw.HasLevel, Voice: raw.Voice, Recovered: recovered,
	}
	if len(raw.Payload) > 0 {
		descriptor, err := codec.Parse(l.kind, raw.Payload)
		if err != nil {
			l.publication.counts.malformed.Add(1)
			return
		}
		p.Descriptor = descriptor
		p.Payload = slices.Clone(raw.Payload)
	}
	if p.Descriptor.Key && p.Descriptor.Start {
		l.upstream.mu.Lock()
		l.loss.KeyFrame(seq)
		l.upstream.keyFrames[l.publication].Seen(now)
		l.upstream.mu.Unlock()
	}
	if l.publication.muted.Load() || l.publication.ended.Load() {
		l.publication.counts.muted.Add(1)
		return
	}
	l.publication.forward(l.feed, p)
}

// repair takes the retransmissions of a layer (RFC 4588): the payload begins with the original number.
type repair struct {
	upstream *upstream
	id       StreamID
	layer    *encoding
}

func (r *repair) Receive(now time.Time, raw packet.Raw) {
	if len(raw.Payload) < 2 {
		return // padding that probes for bandwidth
	}
	if r.layer == nil || r.layer.feed == nil {
		r.layer = r.upstream.primary(r.id)
	}
	if r.layer == nil {
		return
	}
	raw.SequenceNumber = uint16(raw.Payload[0])<<8 | uint16(raw.Payload[1])
	raw.Payload = raw.Payload[2:]
	r.layer.recovered(now, raw)
}

func (u *upstream) primary(id StreamID) *encoding {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, l := range u.layers {
		if l.id.MID == id.MID && l.id.RID == id.RID {
			return l
		}
	}
	return nil
}

func (u *upstream) requestKeyFrame(now time.Time, publication *Publication) {
	u.mu.Lock()
	if asked := u.keyFrames[publication]; asked != nil {
		asked.Request(now)
	}
	u.mu.Unlock()
	select {
	case u.urgent <- struct{}{}:
	default:
	}
}

// run tells the publisher what is due: key frame requests at once, the rest by the tick. It sleeps while nothing arrives.
func (u *upstream) run() {
	defer func() {
		if cause := recover(); cause != nil {
			u.log.Error("upstream panicked", "cause", cause, "stack", string(debug.Stack()))
			u.Ended(ReasonInternal)
		}
	}()
	timer := time.NewTimer(feedbackTick)
	defer timer.Stop()
	for {
		select {
		case <-u.stop:
			return
		case <-u.urgent:
		case <-timer.C:
		}
		packets, tick := u.due(time.Now())
		if len(packets) > 0 {
			if err := u.conn.WriteRTCP(packets); err != nil {
				u.log.Debug("feedback not sent", "error", err)
			}
		}
		timer.Reset(tick)
	}
}

// due gathers what the publisher is to be told now, and says when to look again.
func (u *upstream) due(now time.Time) (packets []rtcp.Packet, tick time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	packets = u.reports(now)
	packets = append(packets, u.pictureRequests(now)...)
	packets = append(packets, u.nacks(now)...)
	if u.unsent > 0 && (u.unsent >= feedbackPackets || now.Sub(u.lastFeedback) >= feedbackInterval) {
		packets = append(packets, u.recorder.BuildFeedbackPacket()...)
		u.unsent, u.lastFeedback = 0, now
	}
	tick = feedbackTick
	if !u.active && u.unsent == 0 {
		tick = idleTick
	}
	u.active = false
	return packets, tick
}

func (u *upstream) reports(now time.Time) []rtcp.Packet {
	if now.Sub(u.lastReport) < reportInterval || len(u.layers) == 0 {
		return nil
	}
	u.lastReport = now
	blocks := make([]rtcp.ReceptionReport, 0, len(u.layers))
	for ssrc, l := range u.layers {
		blocks = append(blocks, l.loss.Report(now, uint32(ssrc)))
	}
	var reports []rtcp.Packet
	for some := range slices.Chunk(blocks, maxReports) {
		reports = append(reports, &rtcp.ReceiverReport{SSRC: ourSSRC, Reports: some})
	}
	return reports
}

// pictureRequests asks once per publication: browsers answer a PLI on one encoding with key frames on all.
func (u *upstream) pictureRequests(now time.Time) (packets []rtcp.Packet) {
	for publication, asked := range u.keyFrames {
		for _, l := range u.layers {
			if l.publication == publication && publication.source.video() && l.loss.NeedsKeyFrame() {
				asked.Request(now)
			}
		}
		if !asked.Due(now) {
			continue
		}
		if ssrc, ok := u.lowest(publication); ok {
			packets = append(packets, &rtcp.PictureLossIndication{SenderSSRC: ourSSRC, MediaSSRC: uint32(ssrc)})
			publication.counts.keyFramesAsked.Add(1)
		}
	}
	return packets
}

func (u *upstream) lowest(publication *Publication) (ssrc packet.SSRC, ok bool) {
	var best *encoding
	for id, l := range u.layers {
		if l.publication == publication && l.feed == publication.feed.Load() && (best == nil || l.spatial < best.spatial) {
			best, ssrc = l, id
		}
	}
	return ssrc, best != nil
}

func (u *upstream) nacks(now time.Time) (packets []rtcp.Packet) {
	for ssrc, l := range u.layers {
		if !l.publication.source.video() {
			continue
		}
		if missing := l.loss.Nacks(now, assumedRTT, nil); len(missing) > 0 {
			packets = append(packets, &rtcp.TransportLayerNack{
				SenderSSRC: ourSSRC, MediaSSRC: uint32(ssrc), Nacks: rtcp.NackPairsFromSequenceNumbers(missing),
			})
		}
	}
	return packets
}
