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
	lane   int            // of video
	number uint16
}

// sources are the feeds whose video may wait for a slot at once, by id: what it shows, and what it is to show.
type sources [2]uint32

// lane of the pacer: packets of one stream of one feed for one slot keep their order and are dropped together.
func lane(slot *Slot, source int, stream int8) int {
	return (slot.number*len(slot.sources)+source)*MaxLayers + int(stream)
}

// laneOf finds the lane of a feed's stream. A feed that is new to the slot takes the place of one that is gone.
func (p *Peer) laneOf(slot *Slot, feed *Feed, stream int8) int {
	for i, id := range slot.sources {
		if id == feed.ID {
			return lane(slot, i, stream)
		}
	}
	source := len(slot.sources) - 1
	shown, _ := slot.forward.Current()
	for i, id := range slot.sources {
		if id == 0 || id != shown && (slot.shown == nil || id != slot.shown.ID) {
			source = i
			break
		}
	}
	for stream := range int8(MaxLayers) {
		p.pacer.Clear(lane(slot, source, stream))
	}
	slot.sources[source] = feed.ID
	return lane(slot, source, stream)
}

// offer sends a packet of a feed in its turn. A peer whose link is not measured has no queue of its own.
func (p *Peer) offer(now time.Time, slot *Slot, feed *Feed, pkt *packet.Packet) {
	if p.pacer == nil {
		p.shard.send(now, slot, feed, pkt)
		return
	}
	e := pace.Entry[waiting]{
		Item: waiting{slot: slot, feed: feed, packet: pkt, lane: -1}, Class: pace.Audio, Size: len(pkt.Payload) + Overhead,
	}
	if feed.Codec.Video() {
		e.Class, e.Lane = pace.Video, p.laneOf(slot, feed, pkt.Stream)
		e.Item.lane = e.Lane
		if !p.prepare(now, &e) {
			return
		}
	}
	gap, ok := p.pacer.Through(now, &e)
	if ok {
		p.release(now, &e.Item, gap)
		return
	}
	if !p.pacer.Push(now, e) && e.Class == pace.Video {
		p.dropped(now, &e.Item)
	}
	p.drain(now)
}

// prepare has a slot look at a packet of video that comes, false if that is all there is to do with it.
func (p *Peer) prepare(now time.Time, e *pace.Entry[waiting]) bool {
	w := &e.Item
	e.FrameStart, e.Key = w.packet.Descriptor.Start, w.packet.Descriptor.Key
	first := !p.pacer.Waits(w.lane)
	if w.slot.forward.Hopeless(w.feed.ID, w.packet, first) {
		if first {
			p.pacer.Spend(p.dispatch(now, w))
			p.drain(now)
			return false
		}
		e.Size = 0
	}
	// Others may pass it by, and must not make the slot believe that its stream has stopped.
	w.slot.forward.Saw(now, w.feed.ID, w.packet)
	return true
}

// offerResend sends a number again in its turn, if it may be.
func (p *Peer) offerResend(now time.Time, slot *Slot, number uint16) {
	if p.pacer == nil {
		slot.resend(now, number)
		return
	}
	size, ok := slot.forward.Resendable(now, number)
	if !ok || slot.line.RTX == 0 {
		return
	}
	p.pacer.Push(now, pace.Entry[waiting]{Item: waiting{slot: slot, number: number, lane: -1}, Class: pace.Repair, Size: size + Overhead})
}

// drain sends what may go now, and has the shard come back for the rest.
func (p *Peer) drain(now time.Time) {
	for {
		next, gap, ok := p.pacer.Pop(now)
		if !ok {
			break
		}
		p.release(now, &next, gap)
		// What comes is dropped to the next key frame, and now all that was before it is sent.
		if p.pacer.Refuses(next.lane) {
			p.dropped(now, &next)
		}
	}
	for {
		drop, ok := p.pacer.Dropped()
		if !ok {
			break
		}
		if p.pacer.Refuses(drop.Lane) {
			p.dropped(now, &drop.Item)
		}
	}
	if p.pacer.Len() > 0 {
		p.shard.busy(now, p)
	}
}

// release sends what the pacer lets go.
func (p *Peer) release(now time.Time, w *waiting, gap bool) {
	if gap {
		w.slot.forward.Skipped(now, w.feed.ID, w.packet)
	}
	p.pacer.Settle(p.dispatch(now, w))
}

// dispatch sends what had its turn, if it is still to be sent, and returns how many bytes that took on the wire.
func (p *Peer) dispatch(now time.Time, w *waiting) int {
	before := w.slot.built
	if w.packet == nil {
		w.slot.resend(now, w.number)
	} else {
		p.shard.send(now, w.slot, w.feed, w.packet)
	}
	return w.slot.built - before
}

// dropped tells the slot of a packet that was dropped, and that those after it are to the next key frame. What waits in
// the lane is from before it, and goes out first: a key frame that is asked for earlier would only wait behind it.
func (p *Peer) dropped(now time.Time, w *waiting) {
	if p.pacer.Waits(w.lane) {
		return
	}
	w.slot.forward.Missed(now, w.feed.ID, w.packet)
	p.shard.wake(now, w.slot)
}

// keyWaits reports whether a key frame of what the slot shows is on its way to the viewer: a page of a screen can take
// longer than a browser has patience, and a second one would only take as long again.
func (p *Peer) keyWaits(slot *Slot) bool {
	if p.pacer == nil {
		return false
	}
	publication, shown := slot.forward.Current()
	for source, id := range slot.sources {
		feed := slot.feed(id)
		if id != 0 && id == publication && feed != nil && p.pacer.KeyWaits(lane(slot, source, feed.StreamOf(shown.Spatial))) {
			return true
		}
	}
	return false
}

// prune drops what waits of streams that the slot does not need any more, or cannot begin with.
func (p *Peer) prune(slot *Slot) {
	if p.pacer == nil || p.pacer.Len() == 0 {
		return
	}
	for source, id := range slot.sources {
		wanted := slot.forward.Wants(id)
		for stream := range int8(MaxLayers) {
			switch at := lane(slot, source, stream); {
			case wanted&(1<<stream) == 0:
				p.pacer.Clear(at)
			case !slot.forward.Shows(id, stream):
				p.pacer.Trim(at)
			}
		}
	}
}
