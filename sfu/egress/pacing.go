package egress

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/pace"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// waiting is a source packet before it is numbered, or a number to be sent again.
type waiting struct {
	slot   *Slot
	feed   *Feed
	packet *packet.Packet // nil: resend number
	number uint16
}

// lane of the pacer: packets of one stream of one slot keep their order and are dropped together.
func lane(slot *Slot, stream int8) int { return slot.number*MaxLayers + int(stream) }

// offer sends a packet of a feed in its turn. A peer whose link is not measured has no queue of its own.
func (p *Peer) offer(now time.Time, slot *Slot, feed *Feed, pkt *packet.Packet) {
	if p.pacer == nil {
		p.shard.send(now, slot, feed, pkt)
		return
	}
	class := pace.Video
	if !feed.Codec.Video() {
		class = pace.Audio
	}
	p.pacer.Push(now, pace.Entry[waiting]{
		Item: waiting{slot: slot, feed: feed, packet: pkt}, Class: class, Size: len(pkt.Payload) + Overhead,
		FrameStart: pkt.Descriptor.Start, Key: pkt.Descriptor.Key, Slot: lane(slot, pkt.Stream),
	})
	p.drain(now)
}

// offerResend sends a number again in its turn.
func (p *Peer) offerResend(now time.Time, slot *Slot, number uint16) {
	if p.pacer == nil {
		slot.resend(now, number)
		return
	}
	p.pacer.Push(now, pace.Entry[waiting]{
		Item: waiting{slot: slot, number: number}, Class: pace.Repair, Size: maxPayload, Slot: lane(slot, 0),
	})
}

// drain sends what may go now, and has the shard come back for the rest.
func (p *Peer) drain(now time.Time) {
	for {
		next, ok := p.pacer.Pop(now)
		if !ok {
			break
		}
		if next.packet == nil {
			next.slot.resend(now, next.number)
			continue
		}
		p.shard.send(now, next.slot, next.feed, next.packet)
	}
	for {
		drop, ok := p.pacer.Dropped()
		if !ok {
			break
		}
		for _, slot := range p.slots {
			if slot.number == drop.Slot/MaxLayers {
				slot.forward.Break(now)
				p.shard.wake(now, slot)
			}
		}
	}
	if p.pacer.Len() > 0 {
		p.shard.busy(now, p)
	}
}
