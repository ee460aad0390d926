package egress

import (
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/meter"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// keep is how long packets are kept: a key frame to start from may be 4 s old, and what is asked for again is younger.
const keep = cacheAge + 500*time.Millisecond

// MaxLayers is the number of spatial layers that a publication may have.
const MaxLayers = meter.MaxSpatial

// Feed is what one connection feeds a publication with. It has one writer, the publication; everybody may read.
type Feed struct {
	// ID is unique on the node: a publication that is fed anew has another feed, with numbers of another clock.
	ID uint32
	// Number of the publication; every packet carries it as CSRC.
	Number uint32
	Codec  codec.Kind
	// Clock of the RTP timestamps in Hz.
	Clock uint32
	// Streams is the number of encodings with an SSRC, numbers and a ring of their own, 1 to MaxLayers: the layers of
	// simulcast, one for SVC.
	Streams   int8
	Rings     [MaxLayers]*history.Ring          // by stream
	Reports   [MaxLayers]atomic.Pointer[Report] // by stream
	Publisher Publisher

	rtt      atomic.Int64  // to the publisher, 0 unknown
	era      atomic.Uint32 // packets of an earlier one are not shown to newcomers
	scaled   atomic.Int32  // spatial layers of one stream, 0 while there is one at most
	heights  [MaxLayers]atomic.Int32
	measured measured
}

// Report is the latest sender report of one stream.
type Report struct {
	NTP       uint64 // on the server's timeline
	Timestamp uint32
	Arrival   time.Time
}

// Publisher is what a shard asks of a publication. It must not block.
type Publisher interface {
	// RequestKeyFrame asks for a key frame of a stream. Requests of one receiver are limited; 0 is the server itself,
	// whose requests are limited only with all others.
	RequestKeyFrame(now time.Time, receiver uint64, stream int8)
	// Subscribe begins the calls of Shard.Media for this publication's feeds, Unsubscribe ends them.
	Subscribe(shard *Shard)
	Unsubscribe(shard *Shard)
}

// NewFeed returns a feed with rings of the given number of packets.
func NewFeed(id, number uint32, kind codec.Kind, streams int8, ring int, still time.Duration, publisher Publisher) *Feed {
	f := &Feed{ID: id, Number: number, Codec: kind, Clock: kind.Clock(), Streams: streams, Publisher: publisher}
	for i := range streams {
		f.Rings[i] = history.NewRing(ring)
	}
	f.measured = measured{still: still, meter: meter.New(streams == 1)}
	return f
}

// SetRTT says how far the publisher is. For the writer.
func (f *Feed) SetRTT(rtt time.Duration) { f.rtt.Store(int64(rtt)) }

// RTT is the round trip to the publisher, 0 while it is not known.
func (f *Feed) RTT() time.Duration { return time.Duration(f.rtt.Load()) }

// Begin says that packets with a lower Packet.Feed are from before a break: nobody is to be shown them any more.
func (f *Feed) Begin(era uint16) { f.era.Store(uint32(era)) }

// Layers is the number of spatial layers. Of a scalable stream it is known from the first key frame on, and may change.
func (f *Feed) Layers() int8 { return max(f.Streams, int8(f.scaled.Load())) } //nolint:gosec // MaxLayers at most

// Scalable reports whether one stream carries several spatial layers (SVC).
func (f *Feed) Scalable() bool { return f.Streams == 1 && f.scaled.Load() > 1 }

// SetLayers says how many spatial layers the one stream has, and reports whether that is news. For the writer.
func (f *Feed) SetLayers(n int8) bool {
	if f.Streams != 1 {
		return false
	}
	next := int32(min(max(n, 1), MaxLayers))
	return max(f.scaled.Swap(next), 1) != next
}

// StreamOf is the stream that carries a spatial layer.
func (f *Feed) StreamOf(spatial int8) int8 { return min(max(spatial, 0), f.Streams-1) }

// Height of the pictures of a spatial layer, 0 if not known.
func (f *Feed) Height(spatial int8) int {
	if spatial < 0 || spatial >= MaxLayers {
		return 0
	}
	return int(f.heights[spatial].Load())
}

// SetHeight reports whether the height is news. For the writer.
func (f *Feed) SetHeight(spatial int8, height int) bool {
	return f.heights[spatial].Swap(int32(height)) != int32(height) //nolint:gosec // 16 bits on the wire
}

// Bound forgets the oldest packets until no more than that many bytes are kept. For any goroutine.
func (f *Feed) Bound(bytes int64) { history.Bound(f.Rings[:f.Streams], bytes) }

// Expire forgets packets that are of no use any more: for a feed that nothing is put into. For any goroutine.
func (f *Feed) Expire(now time.Time) {
	for _, ring := range f.Rings[:f.Streams] {
		ring.Expire(now.Add(-keep))
	}
}

// Kept is how many bytes of packets are kept.
func (f *Feed) Kept() (bytes int64) {
	for _, ring := range f.Rings[:f.Streams] {
		bytes += ring.Bytes()
	}
	return bytes
}

// Put stores a packet and measures it. For the writer.
func (f *Feed) Put(p *packet.Packet) {
	f.Rings[p.Stream].Put(p)
	f.Rings[p.Stream].Expire(p.Arrival.Add(-keep))
	if !p.PaddingOnly() {
		f.measured.add(p)
	}
}

// Rate is what a viewer of a layer is sent, without headers: as measured, of a layer that stopped the latest value;
// before that as the publisher announced it, 0 if neither is known. Temporal layers beyond the highest are the highest.
func (f *Feed) Rate(l packet.Layer) packet.Bitrate { return f.measured.rateOf(l) }

// FPS is how many pictures a second a viewer of a layer gets, 0 if not known.
func (f *Feed) FPS(l packet.Layer) int { return f.measured.fpsOf(l) }

// Temporals is the number of temporal layers seen so far, at least 1.
func (f *Feed) Temporals() int8 { return max(1, int8(f.measured.temporals.Load())) } //nolint:gosec // a handful

// Flows has a bit for each spatial layer that flows.
func (f *Feed) Flows(now time.Time) (layers uint8) { return f.measured.flows(now) }

// Known has a bit for each spatial layer that ever came.
func (f *Feed) Known() (layers uint8) { return f.measured.known() }

// live has a bit for each stream that flows.
func (f *Feed) live(now time.Time) (streams uint8) {
	layers := f.Flows(now)
	if f.Streams == 1 && layers != 0 {
		return 1
	}
	return layers
}

// Announce takes the rate at which the publisher says it will send a layer. For the writer.
func (f *Feed) Announce(l packet.Layer, rate packet.Bitrate) { f.measured.announce(l, rate) }

// Announced is the rate at which the publisher said it would send a layer, 0 if it did not.
func (f *Feed) Announced(l packet.Layer) packet.Bitrate { return f.measured.announced(l) }

// Pause says which spatial layers the publisher was asked not to send. For any goroutine.
func (f *Feed) Pause(layers uint8) { f.measured.paused.Or(uint32(layers)) }

// Inherit takes over what is known of a feed that this one follows, until it is measured itself. For the writer.
func (f *Feed) Inherit(old *Feed) {
	if old.Codec != f.Codec || old.Streams != f.Streams {
		return
	}
	f.scaled.Store(old.scaled.Load())
	for i := range f.heights {
		f.heights[i].Store(old.heights[i].Load())
	}
	f.measured.inherit(&old.measured)
}
