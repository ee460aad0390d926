package sfu

import (
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/demand"
	"github.com/plenum-meet/plenum/sfu/core/loss"
)

// allLayers is what a publisher sends unless it is told otherwise.
const allLayers = 0xff

// latecomer is a receiver that does not exist: what it wanted is kept for the time that every layer is kept.
const latecomer = ^uint64(0)

// wanted is what receivers want of a publication, and what its publisher was told of it. No other lock is taken while its
// own is held.
type wanted struct {
	mu     sync.Mutex
	demand *demand.Demand
	codecs demand.Codecs
	asked  uint8 // layers the publisher was asked for last
	codec  codec.Kind
	fresh  time.Time // when a key frame was last asked for that nobody waits for
}

// layers the publisher was asked for last.
func (w *wanted) layers() uint8 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}

// begin starts over with a publisher who has been told nothing: it sends everything, in a codec of its choice.
func (w *wanted) begin(now time.Time, kind codec.Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.demand == nil {
		w.demand = demand.New(now, allLayers)
	} else {
		w.demand.Set(now, latecomer, allLayers)
		w.demand.Set(now, latecomer, 0)
	}
	w.codecs.SetPrimary(kind)
	w.asked, w.codec = allLayers, kind
}

// SetDemand says which layers of the publication a receiver wants, a bit for each spatial layer, lowest first; 0 for none.
// The publisher is told at once of what is wanted in addition, later of what nobody wants any more.
func (p *Publication) SetDemand(now time.Time, receiver uint64, layers uint8) {
	p.want(now, func(d *demand.Demand) { d.Set(now, receiver, layers) })
}

// Warm says that a receiver is shown nothing of the publication and may be any moment: its lowest layer comes, and is kept.
// SetDemand takes it back.
func (p *Publication) Warm(now time.Time, receiver uint64) {
	p.want(now, func(d *demand.Demand) { d.Warm(now, receiver) })
}

func (p *Publication) want(now time.Time, change func(*demand.Demand)) {
	if !p.source.video() {
		return
	}
	p.wanted.mu.Lock()
	if p.wanted.demand == nil {
		p.wanted.demand = demand.New(now, allLayers)
	}
	change(p.wanted.demand)
	p.wanted.mu.Unlock()
	p.tell(now)
}

// freshen asks for a key frame of a camera that nobody sees and somebody may turn to, before the latest is too old to begin
// with. A screen's are too large for that.
func (p *Publication) freshen(now time.Time) {
	feed := p.feed.Load()
	if feed == nil || p.source != Camera || p.silent() || feed.Flows(now)&1 == 0 {
		return
	}
	var key time.Time
	if seq, ok := feed.Rings[0].LatestKey(); ok {
		if latest := feed.Rings[0].Get(seq); latest != nil {
			key = latest.Arrival
		}
	}
	w := &p.wanted
	w.mu.Lock()
	if w.fresh.After(key) {
		key = w.fresh
	}
	stale := w.demand != nil && w.demand.Stale(now, key)
	if stale {
		w.fresh = now
	}
	w.mu.Unlock()
	if stale {
		p.RequestKeyFrame(now, loss.Server, 0)
	}
}

// SetReceiverCodecs says what a receiver that is to see the publication can decode; no codecs for one that is gone.
func (p *Publication) SetReceiverCodecs(now time.Time, receiver uint64, kinds ...codec.Kind) {
	if !p.source.video() {
		return
	}
	p.wanted.mu.Lock()
	p.wanted.codecs.Set(receiver, kinds...)
	p.wanted.mu.Unlock()
	p.tell(now)
}

// tell has the publisher told if what is wanted of it has changed.
func (p *Publication) tell(now time.Time) {
	feed := p.feed.Load()
	if feed == nil || !p.source.video() {
		return
	}
	w := &p.wanted
	w.mu.Lock()
	if w.demand == nil {
		w.mu.Unlock()
		return
	}
	all := uint8(1)<<feed.Layers() - 1
	layers, kind := w.demand.Layers(now)&all, w.codecs.Choose(now)
	if layers == w.asked&all && kind == w.codec {
		w.mu.Unlock()
		return
	}
	raised := layers &^ w.asked
	feed.Pause(w.asked & all &^ layers)
	w.asked, w.codec = layers, kind
	// Told while the lock is held: of two changes the later must arrive last.
	p.events(LayersWanted{Source: p.source, Codec: kind, Layers: layers})
	w.mu.Unlock()
	flows := feed.Flows(now)
	for s := range feed.Layers() {
		switch bit := uint8(1) << s; {
		case raised&bit == 0:
		case flows&bit == 0:
			p.expectKeyFrame(now, feed.StreamOf(s))
		default: // it had not stopped yet
			p.RequestKeyFrame(now, loss.Server, feed.StreamOf(s))
		}
	}
}

// emit hands an event of another goroutine to the peer's owner, who hears nothing after PeerClosed.
func (p *Peer) emit(event Event) {
	select {
	case <-p.closing:
	default:
		p.events(event)
	}
}
