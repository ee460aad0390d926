package egress

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	// cacheAge is how old a key frame may be to start a slot with. What it costs is bounded in bytes, half a second of what the
	// link carries: a small layer's four seconds are no more than that.
	cacheAge = 4 * time.Second
	// preRoll is how much of a voice is sent from before its slot was given to it; more is heard as delay.
	preRoll = 100 * time.Millisecond
)

// Cached returns the packets of a stream from its latest key frame on, oldest first, with which a slot can start without
// waiting for the publisher. It returns nil if the key frame has a hole, is too old, or more than so many packets or
// bytes behind. For any goroutine.
func (f *Feed) Cached(now time.Time, stream int8, packets, bytes int) []*packet.Packet {
	if stream < 0 || stream >= f.Streams {
		return nil
	}
	ring := f.Rings[stream]
	first, ok := ring.LatestKey()
	newest, _ := ring.Newest()
	if !ok || newest-first >= packet.Seq(packets) {
		return nil
	}
	key := ring.Get(first)
	if key == nil || uint32(key.Feed) != f.era.Load() || now.Sub(key.Arrival) > cacheAge {
		return nil
	}
	cached := make([]*packet.Packet, 0, newest-first+1)
	complete := false
	for seq := first; seq <= newest; seq++ {
		p := ring.Get(seq)
		switch {
		case p == nil && !complete:
			return nil
		case p == nil:
			continue // of a later picture: it may still come, and the viewer asks for it
		case p.Feed != key.Feed:
			return nil
		}
		complete = complete || p.Marker || p.Timestamp != key.Timestamp
		if bytes -= len(p.Payload); bytes < 0 {
			return nil
		}
		cached = append(cached, p)
	}
	// A key frame that is still coming in goes on live.
	return cached
}

// Start returns the stream that a slot can begin with at once: that of the target, or the nearest below whose past is short
// enough. It is MaxLayers if there is none. For any goroutine.
func (f *Feed) Start(now time.Time, target int8, packets, bytes int) int8 {
	for stream := target; stream >= 0; stream-- {
		if f.Cached(now, stream, packets, bytes) != nil {
			return stream
		}
	}
	return MaxLayers
}

// PreRoll returns the latest packets of a voice, oldest first: what was said just before it got a slot. For any goroutine.
func (f *Feed) PreRoll(now time.Time) []*packet.Packet {
	ring := f.Rings[0]
	newest, ok := ring.Newest()
	if !ok {
		return nil
	}
	last := ring.Get(newest)
	if last == nil || uint32(last.Feed) != f.era.Load() {
		return nil
	}
	first := newest
	for seq := newest; seq > 0; seq-- {
		p := ring.Get(seq)
		if p == nil || p.Feed != last.Feed || now.Sub(p.Arrival) > preRoll {
			break
		}
		first = seq
	}
	var said []*packet.Packet
	for seq := first; seq <= newest; seq++ {
		if p := ring.Get(seq); p != nil && now.Sub(p.Arrival) <= preRoll && !p.PaddingOnly() {
			said = append(said, p)
		}
	}
	return said
}
