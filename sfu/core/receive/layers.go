package receive

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// layers is what is known of a publication's spatial layers.
type layers struct {
	n       int8
	heights [MaxLayers]uint16

	key      bool // packets of a key picture are coming
	keyStamp packet.Timestamp
	highest  int8 // seen of it
}

// announced takes what a structure says.
func (l *layers) announced(s *dependency.Structure, stream int8, alone bool) {
	top := int8(0)
	for i := range s.Templates {
		top = max(top, s.Templates[i].Spatial)
	}
	if alone {
		l.n = min(top+1, MaxLayers)
		for i := range l.heights {
			if i < len(s.Heights) {
				l.heights[i] = s.Heights[i]
			}
		}
	} else if len(s.Heights) > 0 {
		l.heights[stream] = s.Heights[len(s.Heights)-1]
	}
}

// seen learns from a packet whose payload says its layer and size.
func (l *layers) seen(p *packet.Packet, alone bool) {
	d := &p.Descriptor
	switch {
	case !d.Key:
	case d.HasSizes:
		l.sized(p, alone)
	case d.Height == 0 || p.Dependency != nil && len(p.Dependency.Structure.Heights) > 0:
	case p.Dependency != nil && alone:
		l.heights[l.n-1] = d.Height // AV1's sequence header has the size of the highest layer
	default:
		l.heights[p.Spatial] = d.Height
	}
	if !alone || !d.HasLayers || p.Dependency != nil {
		return
	}
	switch {
	case d.Key:
		l.key, l.keyStamp, l.highest = true, p.Timestamp, p.Spatial
	case l.key && p.Timestamp == l.keyStamp:
		l.highest = max(l.highest, p.Spatial)
	case l.key && p.Timestamp > l.keyStamp:
		// The key picture is over: it had all layers that there are until the next.
		l.key, l.n = false, l.highest+1
	}
	l.n = max(l.n, p.Spatial+1)
}

// sized takes the sizes of all layers, which a VP9 key picture announces.
func (l *layers) sized(p *packet.Packet, alone bool) {
	sizes := codec.VP9Sizes(p.Payload, p.Descriptor)
	if !alone {
		l.heights[p.Stream] = sizes.Heights[max(sizes.Layers-1, 0)]
		return
	}
	if p.Dependency == nil {
		l.n = int8(min(max(sizes.Layers, 1), MaxLayers)) //nolint:gosec // bounded
	}
	copy(l.heights[:], sizes.Heights[:])
}
