package egress

import (
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// MaxLayers is the number of spatial layers that a publication may have.
const MaxLayers = 3

// Feed is what one connection feeds a publication with. Its rings and reports have one writer, the publication.
type Feed struct {
	// ID is unique on the node: a publication that is fed anew has another feed, with numbers of another clock.
	ID uint32
	// Number of the publication; every packet carries it as CSRC.
	Number uint32
	Codec  codec.Kind
	// Clock of the RTP timestamps in Hz.
	Clock uint32
	// Layers is the number of spatial layers, 1 to MaxLayers.
	Layers    int8
	Rings     [MaxLayers]*history.Ring
	Reports   [MaxLayers]atomic.Pointer[Report]
	latest    [MaxLayers]atomic.Int64 // when a packet came, in ns since 1970
	Publisher Publisher
}

// flowing is how long after its last packet a layer counts as flowing.
const flowing = time.Second

// Put stores a packet of a layer.
func (f *Feed) Put(p *packet.Packet) {
	f.Rings[p.Stream].Put(p)
	f.latest[p.Stream].Store(p.Arrival.UnixNano())
}

// live has a bit for each layer that flows.
func (f *Feed) live(now time.Time) (layers uint8) {
	for i := range f.Layers {
		if now.UnixNano()-f.latest[i].Load() < int64(flowing) {
			layers |= 1 << i
		}
	}
	return layers
}

// Report is the latest sender report of one layer.
type Report struct {
	NTP       uint64
	Timestamp uint32
	Arrival   time.Time
}

// Publisher is what a shard asks of a publication. It must not block.
type Publisher interface {
	RequestKeyFrame(now time.Time)
	// Subscribe begins the calls of Shard.Media for this publication's feeds, Unsubscribe ends them.
	Subscribe(shard *Shard)
	Unsubscribe(shard *Shard)
}
