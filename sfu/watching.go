package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/layer"
)

// watch tells publications what the participant would like to see of them, whatever the link carries at this moment: what
// is not sent cannot be chosen once it carries more.
func (p *Peer) watch(now time.Time) {
	wants := make(map[*Publication]uint8, len(p.slots))
	decoder := make(map[*Publication]string, len(p.slots))
	for _, slot := range p.slots {
		if publication := p.shown[slot.MID]; publication != nil && slot.Kind.video() {
			wants[publication] |= p.layersFor(slot, publication)
			decoder[publication] = slot.MID
		}
	}
	receiver := p.down.egress.ID()
	for publication, layers := range wants {
		if told, ok := p.down.watched[publication]; ok && told == layers {
			continue
		}
		// A slot that is not open yet decodes nothing that we know of.
		kinds := p.down.link.kinds(decoder[publication])
		if len(kinds) == 0 {
			continue
		}
		p.down.watched[publication] = layers
		publication.SetReceiverCodecs(now, receiver, kinds...)
		publication.SetDemand(now, receiver, layers)
	}
	for publication := range p.down.watched {
		if _, ok := wants[publication]; !ok {
			p.forget(now, publication)
		}
	}
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
