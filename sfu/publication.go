package sfu

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/quality"
	"github.com/plenum-meet/plenum/sfu/egress"
)

const (
	videoRing = 2048 // 2 s of a 4 Mbit/s layer and more
	audioRing = 128  // 2.5 s of 20 ms frames

	// videoHistory is how many bytes of packets a publication with pictures keeps: 4.5 s at 14 Mbit/s and more. roomHistory
	// is what all of a room keep together: of many each keeps its share.
	videoHistory = 8 << 20
	roomHistory  = 256 << 20
	audioHistory = 128 << 10
)

// feedIDs number the feeds of all publications, so that a forwarder can tell a new feed from the one before.
var feedIDs atomic.Uint32

// Publication is one participant's camera, microphone or screen. It outlives the connection that feeds it.
type Publication struct {
	number      uint32
	participant string
	source      Source
	room        *Room

	muted   atomic.Bool
	unmuted atomic.Uint32 // how often: what was dropped in between is a hole that nobody can fill
	ended   atomic.Bool
	// forbidden is the host's word, which nothing that the client does changes.
	forbidden atomic.Bool
	feed      atomic.Pointer[egress.Feed]
	past      atomic.Pointer[egress.Feed] // what is known of the feed that ended, without its packets
	feeder    atomic.Pointer[upstream]
	resized   atomic.Bool // since the room last looked
	keyless   atomic.Bool // it sends, but no key frame
	level     levelMeter
	counts    publicationCounts

	events   func(Event) // to its own participant; must not block
	wanted   wanted
	received atomic.Pointer[quality.Input] // of the last second
	judged   atomic.Int32                  // 1 + score of its participant's upstream, 0 while there is none

	mu     sync.Mutex // guards writing shards
	shards atomic.Pointer[[]*egress.Shard]
}

type publicationCounts struct {
	packets, bytes, recovered, late, muted    atomic.Uint64
	malformed, unstructured, refused, reports atomic.Uint64
	keyFramesAsked, keyFramesMissing, nacked  atomic.Uint64
}

// newPublication is not fed yet. events are for the participant that publishes it; they come from any goroutine.
func newPublication(number uint32, participant string, source Source, room *Room, events func(Event)) *Publication {
	p := &Publication{number: number, participant: participant, source: source, room: room, events: events}
	if feed := room.past.take(time.Now(), number); feed != nil {
		p.past.Store(feed)
	}
	room.server.totals.begin(p)
	return p
}

// picture names the publication by whose it is.
func (p *Publication) picture() Warm { return Warm{Participant: p.participant, Source: p.source} }

// changed tells the room that the publication is fed, muted or ended.
func (p *Publication) changed() { p.room.changed(p) }

// restate is what an answered offer says of a source: it is there, muted or not.
func (p *Publication) restate(muted bool) {
	was, ended := p.muted.Swap(muted), p.ended.Swap(false)
	if was && !muted || ended {
		p.beginEra()
	}
	if was != muted || ended {
		p.changed()
	}
}

// beginEra is for what was muted, or had ended: what was dropped is a hole that nobody can fill, and nobody is shown what was
// before.
func (p *Publication) beginEra() {
	era := p.unmuted.Add(1)
	if feed := p.feed.Load(); feed != nil {
		feed.Begin(uint16(era)) //nolint:gosec // wraps, as it may
	}
}

// live is true while there is something to forward.
func (p *Publication) live() bool {
	return !p.silent() && !p.ended.Load() && p.feed.Load() != nil
}

// silent is true while nothing of the publication may be heard or seen.
func (p *Publication) silent() bool { return p.muted.Load() || p.forbidden.Load() }

// startFeed gives the publication new rings: its numbers come from another clock from now on.
func (p *Publication) startFeed(kind codec.Kind, streams int8, feeder *upstream) *egress.Feed {
	ring := audioRing
	if p.source.video() {
		ring = videoRing
	}
	feed := egress.NewFeed(feedIDs.Add(1), p.number, kind, streams, ring, p.source.silence(), p)
	if old := p.feed.Load(); old != nil {
		feed.Inherit(old)
	} else if old = p.past.Load(); old != nil {
		feed.Inherit(old)
	}
	feed.Begin(uint16(p.unmuted.Load())) //nolint:gosec // wraps, as it may
	if p.feeder.Swap(feeder) != feeder {
		p.wanted.begin(time.Now(), kind)
	}
	p.feed.Store(feed)
	p.changed()
	return feed
}

// stopFeed forgets the feed if it comes from feeder.
func (p *Publication) stopFeed(feeder *upstream) {
	if !p.feeder.CompareAndSwap(feeder, nil) {
		return
	}
	if feed := p.feed.Swap(nil); feed != nil {
		// A page that reloads sends much the same again: its first pictures are shared out by what is known.
		// Nobody is behind it: it would keep the whole peer.
		past := egress.NewFeed(0, p.number, feed.Codec, feed.Streams, 0, p.source.silence(), nil)
		past.Inherit(feed)
		p.past.Store(past)
	}
	p.changed()
}

// RequestKeyFrame asks the publisher; requests close to each other become one.
func (p *Publication) RequestKeyFrame(now time.Time, receiver uint64, stream int8) {
	if feeder := p.feeder.Load(); feeder != nil {
		feeder.requestKeyFrame(now, p, receiver, stream)
	}
}

// expectKeyFrame asks the publisher only if a stream that it was told to send does not begin with one.
func (p *Publication) expectKeyFrame(now time.Time, stream int8) {
	if feeder := p.feeder.Load(); feeder != nil {
		feeder.expectKeyFrame(now, p, stream)
	}
}

// Subscribe has the feed's packets sent to a shard.
func (p *Publication) Subscribe(shard *egress.Shard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	shards := p.subscribers()
	if !slices.Contains(shards, shard) {
		next := append(slices.Clone(shards), shard)
		p.shards.Store(&next)
	}
}

// Unsubscribe ends what Subscribe began.
func (p *Publication) Unsubscribe(shard *egress.Shard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := slices.DeleteFunc(slices.Clone(p.subscribers()), func(s *egress.Shard) bool { return s == shard })
	p.shards.Store(&next)
}

func (p *Publication) subscribers() []*egress.Shard {
	if shards := p.shards.Load(); shards != nil {
		return *shards
	}
	return nil
}

// forward stores a packet and hands it to every shard with a slot that may want it.
func (p *Publication) forward(feed *egress.Feed, pkt *packet.Packet) {
	feed.Put(pkt)
	feed.Bound(p.mayKeep())
	p.counts.packets.Add(1)
	p.counts.bytes.Add(uint64(len(pkt.Payload)))
	if p.source == Microphone {
		p.level.add(levelOf(pkt))
	}
	if height := int32(pkt.Descriptor.Height); pkt.Descriptor.Key && height != 0 {
		if feed.SetHeight(pkt.Spatial, int(height)) {
			p.resized.Store(true)
		}
	}
	for _, shard := range p.subscribers() {
		shard.Media(feed, pkt)
	}
}

// streams has a bit for each stream that comes.
func (p *Publication) streams(now time.Time) (streams uint8) {
	feed := p.feed.Load()
	if feed == nil {
		return 0
	}
	flows := feed.Flows(now)
	for s := range feed.Layers() {
		if flows&(1<<s) != 0 {
			streams |= 1 << feed.StreamOf(s)
		}
	}
	return streams
}

// mayKeep is how many bytes of packets the publication may keep.
func (p *Publication) mayKeep() int64 {
	if !p.source.video() {
		return audioHistory
	}
	return min(videoHistory, roomHistory/max(p.room.pictures.Load(), 1))
}

// expire forgets what is old of a feed that stands still.
func (p *Publication) expire(now time.Time) {
	if feed := p.feed.Load(); feed != nil {
		feed.Expire(now)
	}
}

func (p *Publication) layerHeights() []int {
	feed := p.feed.Load()
	if feed == nil {
		return nil
	}
	heights := make([]int, feed.Layers())
	for i := range heights {
		heights[i] = feed.Height(int8(i)) //nolint:gosec // a handful
	}
	return heights
}

// unstated is the level of sound of which nobody says how loud it is, as of a stream from a studio: it is heard where louder
// voices leave a place, and has the floor of nobody. A voice that is coded as silence is silent.
const (
	unstated  = 55
	silence   = 127
	silentFor = 3 // bytes that Opus takes for it (RFC 6716 §3.1, DTX)
)

func levelOf(pkt *packet.Packet) uint8 {
	switch {
	case pkt.HasLevel:
		return pkt.Level
	case len(pkt.Payload) <= silentFor:
		return silence
	}
	return unstated
}

// levelMeter gathers RFC 6464 levels between two looks of the room.
type levelMeter struct{ sumAndCount atomic.Uint64 }

func (m *levelMeter) add(level uint8) { m.sumAndCount.Add(uint64(level)<<32 | 1) }

// take returns the mean level since the last call, 127 if there was no packet.
func (m *levelMeter) take() uint8 {
	v := m.sumAndCount.Swap(0)
	count := v & 0xffffffff
	if count == 0 {
		return silence
	}
	return uint8(min((v>>32)/count, silence)) //nolint:gosec // at most 127
}
