package egress

import (
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// peerIDs number the downstream connections of the node.
var peerIDs atomic.Uint64

// Peer is one downstream connection as its shard sees it.
type Peer struct {
	id       uint64 // from 1, unique on the node: publications limit what one receiver asks of them
	shard    *Shard
	reporter Reporter
	failed   func()

	// The rest belongs to the shard's loop.
	slots  map[string]*Slot
	bySSRC map[packet.SSRC]*Slot
	broken bool
}

// NewPeer gives the shard a downstream connection. failed is told, from the loop, if the peer's code panics.
func (s *Shard) NewPeer(reporter Reporter, failed func()) *Peer {
	p := &Peer{id: peerIDs.Add(1), shard: s, reporter: reporter, failed: failed, slots: map[string]*Slot{}, bySSRC: map[packet.SSRC]*Slot{}}
	p.do(func(time.Time) { s.peers[p] = struct{}{} })
	return p
}

// ID names the connection to publications.
func (p *Peer) ID() uint64 { return p.id }

func (p *Peer) do(step func(now time.Time)) {
	if !p.shard.box.Put(message{step: step, peer: p}) {
		// A full control queue means that the loop is stuck; the peer cannot be kept in step with it.
		p.failed()
	}
}

// Open gives a slot its negotiated line. A slot that is open already keeps its numbers.
func (p *Peer) Open(mid string, video bool, line Line) {
	p.do(func(time.Time) {
		if _, ok := p.slots[mid]; ok {
			return
		}
		slot := newSlot(p, mid, video, line)
		p.slots[mid] = slot
		p.bySSRC[line.SSRC] = slot
		if line.RTX != 0 {
			p.bySSRC[line.RTX] = slot
		}
	})
}

// Show makes a slot carry a publication from its next key frame on; a nil feed empties the slot.
func (p *Peer) Show(mid string, feed *Feed, target packet.Layer) {
	p.do(func(now time.Time) {
		slot, ok := p.slots[mid]
		if !ok {
			return
		}
		if feed != nil && slot.shown == feed {
			slot.forward.SetTarget(now, target)
		} else {
			slot.show(now, feed, target)
		}
		p.shard.refresh(now, slot)
	})
}

// Nack asks for resends of packets of the slot that sends ssrc.
func (p *Peer) Nack(ssrc packet.SSRC, numbers []uint16) {
	p.do(func(now time.Time) {
		if slot, ok := p.bySSRC[ssrc]; ok {
			for _, number := range numbers {
				slot.resend(now, number)
			}
		}
	})
}

// RequestKeyFrame passes a viewer's request (PLI or FIR) to the publisher that the slot shows.
func (p *Peer) RequestKeyFrame(ssrc packet.SSRC) {
	p.do(func(now time.Time) {
		slot, ok := p.bySSRC[ssrc]
		if !ok {
			return
		}
		if publication, shown := slot.forward.Current(); publication != 0 {
			if feed := slot.feed(publication); feed != nil {
				feed.Publisher.RequestKeyFrame(now, p.id, feed.StreamOf(shown.Spatial))
			}
		}
	})
}

// Close takes the peer off the shard.
func (p *Peer) Close() {
	p.do(func(time.Time) { p.shard.remove(p) })
}

// Snapshot hands the state of the peer's slots to reply, from the loop.
func (p *Peer) Snapshot(reply func([]SlotSnapshot)) {
	p.do(func(time.Time) {
		snapshots := make([]SlotSnapshot, 0, len(p.slots))
		for _, slot := range p.slots {
			snapshots = append(snapshots, slot.snapshot())
		}
		reply(snapshots)
	})
}
