package sfu

import (
	"errors"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/receive"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// encoding is one stream of a publication as it arrives: a layer of simulcast, or all layers of SVC. What is not said to be
// guarded belongs to the connection's reader.
type encoding struct {
	upstream    *upstream
	publication *Publication
	id          StreamID
	stream      int8
	streams     int8
	reader      *receive.Reader
	newest      packet.Seq
	begun       bool // a packet of the stream itself came
	ready       []*packet.Packet

	// Guarded by the upstream's mutex; the reader, which alone writes it, reads feed without.
	feed     *egress.Feed // nil once another stream has taken its place
	loss     *loss.Receiver
	repaired bool          // what is lost is asked for again
	report   egress.Report // latest of the publisher, on its own timeline
}

// Receive takes a packet of the stream itself.
func (l *encoding) Receive(now time.Time, raw packet.Raw) {
	if l.feed == nil {
		return // another stream has taken its place
	}
	if !l.begun {
		l.begin(now, raw)
		return
	}
	l.receive(now, raw)
}

func (l *encoding) receive(now time.Time, raw packet.Raw) {
	l.upstream.mu.Lock()
	seq, fresh := l.loss.Received(now, raw.SequenceNumber, raw.Timestamp)
	if l.publication.source.video() || l.misses() {
		l.upstream.stir()
	}
	l.upstream.mu.Unlock()
	if !fresh {
		l.publication.counts.late.Add(1)
		return
	}
	l.accept(now, &raw, seq)
}

// recovered takes a retransmission.
func (l *encoding) recovered(now time.Time, raw *packet.Raw) {
	l.upstream.mu.Lock()
	seq, fresh := l.loss.Recovered(now, raw.SequenceNumber)
	l.upstream.mu.Unlock()
	if !fresh {
		return
	}
	l.publication.counts.recovered.Add(1)
	l.accept(now, raw, seq)
}

// accept forwards what a packet makes ready: itself, most of the time.
func (l *encoding) accept(now time.Time, raw *packet.Raw, seq packet.Seq) {
	if !l.carries(now, raw, seq) {
		return
	}
	l.newest = max(l.newest, seq)
	if len(raw.Allocation) > 0 {
		l.announce(raw.Allocation)
	}
	ready, err := l.reader.Read(l.ready[:0], now, raw, seq)
	if err != nil {
		l.refused(now, err)
	}
	if l.publication.silent() {
		l.reader.Forget()
	}
	for i, p := range ready {
		l.forward(now, p)
		ready[i] = nil
	}
	l.ready = ready[:0]
}

func (l *encoding) refused(now time.Time, err error) {
	counts := &l.publication.counts
	switch {
	case errors.Is(err, receive.ErrWaits):
		counts.unstructured.Add(1)
		l.publication.RequestKeyFrame(now, loss.Server, l.stream)
	case errors.Is(err, receive.ErrLayer), errors.Is(err, receive.ErrTooMany):
		counts.refused.Add(1)
	default:
		counts.malformed.Add(1)
	}
}

// carries reports whether the packet belongs to the stream as it is now, which may change its codec with it.
func (l *encoding) carries(now time.Time, raw *packet.Raw, seq packet.Seq) bool {
	kind, present := raw.Codec, l.reader.Codec()
	if kind == codec.Opus && present == codec.RED {
		kind = codec.RED // a packet without redundancy
	}
	switch {
	case kind == present && l.feed == l.publication.feed.Load():
		return true
	case kind == present:
		l.follow()
		return true
	case seq <= l.newest, kind == codec.Unknown, kind.Video() != present.Video():
		l.publication.counts.late.Add(1) // what is left of the codec before
		return false
	}
	return l.change(now, kind)
}

// follow joins the feed that another stream began when it came back to this one's codec.
func (l *encoding) follow() {
	u := l.upstream
	u.mu.Lock()
	defer u.mu.Unlock()
	feed := l.publication.feed.Load()
	if feed != nil && u.recoded[l.publication] == feed && u.joins(feed, l.publication, l.id, l.reader.Codec(), l.streams) {
		l.join(feed)
	}
}

// change goes on with another codec: in the feed that has it, or in a new one.
func (l *encoding) change(now time.Time, kind codec.Kind) bool {
	u := l.upstream
	u.mu.Lock()
	defer u.mu.Unlock()
	if l.publication.feeder.Load() != u {
		return false // another connection feeds the publication: what comes on this one is for nobody
	}
	feed := u.feedFor(l.publication, l.id, kind, l.streams, now)
	if feed == nil {
		l.publication.counts.refused.Add(1)
		return false
	}
	l.reader.SetCodec(kind)
	u.recoded[l.publication] = feed
	l.join(feed)
	return true
}

func (l *encoding) join(feed *egress.Feed) {
	l.feed = feed
	if !l.report.Arrival.IsZero() {
		report := l.clocked().report // the same SSRC goes on by the same clock
		feed.Reports[l.stream].Store(&report)
	}
}

// forward passes on one packet, unless its source is muted.
func (l *encoding) forward(now time.Time, p *packet.Packet) {
	// Every packet of a voice can be decoded from: that makes none before it useless.
	if p.Descriptor.Key && p.Descriptor.Start && l.publication.source.video() {
		l.keyFrame(now, p.Seq)
	}
	if l.publication.silent() || l.publication.ended.Load() {
		l.publication.counts.muted.Add(1)
		return
	}
	p.Feed = uint16(l.publication.unmuted.Load()) //nolint:gosec // wraps, as it may
	if p.CaptureTime != 0 {
		p.CaptureTime = l.upstream.serverTime(p.CaptureTime)
	}
	l.learn(p)
	l.publication.forward(l.feed, p)
}

func (l *encoding) keyFrame(now time.Time, seq packet.Seq) {
	l.upstream.mu.Lock()
	defer l.upstream.mu.Unlock()
	l.loss.KeyFrame(seq)
	l.upstream.keyFrames[l.publication].Seen(now, l.stream)
	l.publication.keyless.Store(false)
}

// announce takes the rates that the publisher means to send.
func (l *encoding) announce(allocation []byte) {
	a, err := packet.ParseAllocation(allocation)
	if err != nil {
		l.publication.counts.malformed.Add(1)
		return
	}
	var below [packet.MaxAllocatedTemporal]packet.Bitrate // of SVC, what comes with a layer
	for i := range a.Layers {
		layer := a.Layer(i)
		if l.streams > 1 {
			below = [packet.MaxAllocatedTemporal]packet.Bitrate{}
		}
		for t := range layer.Temporals {
			below[t] += layer.Rates[t]
			// Of simulcast each stream is a spatial layer.
			l.feed.Announce(packet.Layer{Spatial: max(layer.Spatial, layer.Stream), Temporal: t}, below[t])
		}
	}
}

// learn tells the feed how many layers there are and how tall.
func (l *encoding) learn(p *packet.Packet) {
	if !l.publication.source.video() {
		return
	}
	news := l.streams == 1 && l.feed.SetLayers(l.reader.Layers())
	if p.Descriptor.Key || news {
		for s := range l.feed.Layers() {
			if height := l.reader.Height(s); height != 0 && l.feed.SetHeight(s, height) {
				news = true
			}
		}
	}
	if news {
		l.publication.resized.Store(true)
	}
}
