package receive

import (
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
	if h := p.Descriptor.Height; p.Descriptor.Key && h != 0 {
		l.heights[p.Spatial] = h
	}
	if !alone || !p.Descriptor.HasLayers || p.Dependency != nil {
		return
	}
	switch {
	case p.Descriptor.Key:
		l.key, l.keyStamp, l.highest = true, p.Timestamp, p.Spatial
	case l.key && p.Timestamp == l.keyStamp:
		l.highest = max(l.highest, p.Spatial)
	case l.key && p.Timestamp > l.keyStamp:
		// The key picture is over: it had all layers that there are until the next.
		l.key, l.n = false, l.highest+1
	}
	l.n = max(l.n, p.Spatial+1)
}
