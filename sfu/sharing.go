package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// everything is the target of a slot that has no layers to choose from.
var everything = packet.Layer{Temporal: allocate.All}

// plan shares the link among the slots, and has them show it.
func (p *Peer) plan(now time.Time) {
	if p.down == nil {
		return
	}
	in := allocate.Input{AudioOnly: p.saving.audioOnly}
	if p.small() {
		in.MaxHeight = saverHeight
	}
	// By the slot's place in the pool, under which the allocator remembers it: others come and go.
	feeds := make([]*egress.Feed, len(p.slots))
	mids := make([]string, len(p.slots))
	for i, slot := range p.slots {
		feed := p.feedFor(slot)
		switch {
		case !slot.Kind.video():
			if feed != nil {
				in.Audio += voiceRate(feed.Rate(everything))
			}
			p.show(slot.MID, showing{feed: feed, target: everything}, false)
		case feed == nil:
			p.show(slot.MID, showing{}, false)
		default:
			in.Slots = append(in.Slots, p.describe(now, i, slot, feed))
			feeds[i], mids[i] = feed, slot.MID
		}
	}
	if in.Audio > 0 {
		in.Audio = max(in.Audio, audioRate) // somebody will speak
	}
	paused := false
	for _, d := range p.down.link.share(now, in, mids).Slots {
		feed := feeds[d.ID]
		paused = paused || d.Reason.Kind == allocate.Paused
		p.show(mids[d.ID], showing{feed: feed, target: d.Target, layers: feed.Layers()}, d.Cut)
	}
	p.watch(now, paused)
	p.probe(now)
}

// small reports whether large pictures are left out: the client wants none, or this machine cannot send them.
func (p *Peer) small() bool { return p.saving.data || p.down != nil && p.down.strain >= shed.Sizes }

// feedFor is what the slot is to show, nil for nothing or what the client cannot decode.
func (p *Peer) feedFor(slot SlotSpec) *egress.Feed {
	publication := p.shown[slot.MID]
	if publication == nil {
		return nil
	}
	feed := publication.feed.Load()
	if feed == nil || !p.down.link.canShow(slot.MID, feed.Codec) {
		return nil
	}
	return feed
}

// describe says to the allocator what a slot could show.
func (p *Peer) describe(now time.Time, id int, slot SlotSpec, feed *egress.Feed) allocate.Slot {
	s := allocate.Slot{
		ID: id, Publication: feed.ID, Screen: slot.Kind == ScreenSlot, Height: unwished,
		Current: p.down.link.shownIn(slot.MID),
	}
	for _, wish := range p.wishes {
		if wish.MID == slot.MID && wish.Height > 0 {
			s.Height, s.Priority = wish.Height, wish.Priority
		}
	}
	flows := feed.Flows(now)
	for spatial := range feed.Layers() {
		for temporal := range feed.Temporals() {
			l := packet.Layer{Spatial: spatial, Temporal: temporal}
			s.Layers = append(s.Layers, allocate.Layer{
				Layer: l, Rate: withHeaders(feed.Rate(l), feed.FPS(l)), Height: feed.Height(spatial), FPS: feed.FPS(l),
				Live: flows&(1<<spatial) != 0,
			})
		}
	}
	s.Single = len(s.Layers) == 1
	return s
}

// voiceRate is kept for a voice of so many bit/s: headers are half of it, and silence is sent now and then.
func voiceRate(rate packet.Bitrate) packet.Bitrate { return min(2*rate, audioRate) }

// typicalPayload is the size of most packets of a picture, in bytes.
const typicalPayload = 1100

// withHeaders is what a stream takes on the wire: each picture ends with a packet that is not full.
func withHeaders(rate packet.Bitrate, fps int) packet.Bitrate {
	if rate == 0 {
		return 0
	}
	return rate + rate*egress.Overhead/typicalPayload + packet.Bitrate(fps)*egress.Overhead*8/2
}

// show brings what a slot sends in line with the plan.
func (p *Peer) show(mid string, next showing, cut bool) {
	last, ok := p.down.showing[mid]
	if ok && last == next && !cut {
		return
	}
	p.down.showing[mid] = next
	p.down.egress.Show(mid, next.feed, next.target, cut && last.feed == next.feed)
}

// probe sends what is worth trying, and tells the shard what is known of the link.
func (p *Peer) probe(now time.Time) { p.down.carryOut(p.down.link.orders(now)) }

// tick does what is due by time.
func (p *Peer) tick(now time.Time) {
	if p.down == nil {
		return
	}
	if p.down.link.tick(now) {
		p.plan(now)
		return
	}
	p.probe(now)
}

// deadline is when the loop has something to do whatever happens.
func (p *Peer) deadline() time.Time {
	if p.down == nil {
		return p.judged.due
	}
	return p.down.link.deadline(p.judged.due)
}
