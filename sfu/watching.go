package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/shed"
)

// warmth stands in the place of layers for a publication that is not shown and is to be at hand. No layer has this bit alone.
const warmth = uint8(1) << 7

// watch tells publications what the participant would like to see of them, whatever the link carries at this moment: what
// is not sent cannot be chosen once it carries more.
func (p *Peer) watch(now time.Time, paused bool) {
	wants := make(map[*Publication]uint8, len(p.slots)+len(p.warm))
	decoder := make(map[*Publication]string, len(p.slots)+len(p.warm))
	for _, slot := range p.slots {
		if publication := p.shown[slot.MID]; publication != nil && slot.Kind.video() {
			wants[publication] |= p.layersFor(slot, publication)
			decoder[publication] = slot.MID
		}
	}
	for _, publication := range p.warm {
		if _, shown := wants[publication]; !shown && p.mayWarm(paused) {
			wants[publication] = warmth
			decoder[publication] = p.slotFor(publication)
		}
	}
	receiver := p.down.egress.ID()
	for publication, want := range wants {
		if told, ok := p.down.watched[publication]; ok && told == want {
			continue
		}
		// A slot that is not open yet decodes nothing that we know of.
		kinds := p.down.link.kinds(decoder[publication])
		if len(kinds) == 0 {
			continue
		}
		p.down.watched[publication] = want
		publication.SetReceiverCodecs(now, receiver, kinds...)
		if want == warmth {
			publication.Warm(now, receiver)
		} else {
			publication.SetDemand(now, receiver, want)
		}
	}
	for publication := range p.down.watched {
		if _, ok := wants[publication]; !ok {
			p.forget(now, publication)
		}
	}
}

// mayWarm reports whether pages to come are kept at hand: not for who wants no pictures, nor where those of this page do not
// get through, nor while this machine has too much to do.
func (p *Peer) mayWarm(paused bool) bool {
	return !p.saving.audioOnly && !paused && p.down.strain < shed.Sizes
}

// slotFor is a slot that could show a publication, empty for none.
func (p *Peer) slotFor(publication *Publication) string {
	kind := VideoSlot
	if publication.source == Screen {
		kind = ScreenSlot
	}
	for _, slot := range p.slots {
		if slot.Kind == kind && len(p.down.link.decodes[slot.MID]) > 0 {
			return slot.MID
		}
	}
	return ""
}

// layersFor are the spatial layers up to the one that fills the slot as wished.
func (p *Peer) layersFor(slot SlotSpec, publication *Publication) uint8 {
	if p.saving.audioOnly {
		return 0
	}
	height := unwished
	for _, wish := range p.wishes {
		if wish.MID == slot.MID && wish.Height > 0 {
			height = wish.Height
		}
	}
	if p.small() {
		height = min(height, saverHeight)
	}
	heights := publication.layerHeights()
	if len(heights) == 0 {
		return allLayers
	}
	return 1<<(layer.ForHeight(height, heights)+1) - 1
}

func (p *Peer) forget(now time.Time, publication *Publication) {
	delete(p.down.watched, publication)
	publication.SetDemand(now, p.down.egress.ID(), 0)
	publication.SetReceiverCodecs(now, p.down.egress.ID())
}

// unwatch says that the downstream connection receives nothing any more.
func (p *Peer) unwatch(now time.Time) {
	for publication := range p.down.watched {
		p.forget(now, publication)
	}
}
