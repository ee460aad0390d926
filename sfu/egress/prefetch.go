package egress

import (
	"unsafe"

	"github.com/plenum-meet/plenum/sfu/core/prefetch"
)

const (
	cacheLine = 64 // bytes that the processor fetches at once
	peerLines = int(unsafe.Sizeof(Peer{})+cacheLine-1) / cacheLine
	slotLines = int(unsafe.Sizeof(Slot{})+cacheLine-1) / cacheLine
)

// prefetch says that the peer is worked for soon.
func (p *Peer) prefetch() {
	prefetch.Of(p, peerLines)
	if len(p.came) > 0 {
		prefetch.Of(p.came[0].slot, slotLines)
	}
}

// prefetch says that the slot sends soon.
func (s *Slot) prefetch() {
	s.forward.Prefetch()
	if p := s.peer; p.pacer != nil {
		p.pacer.Prefetch()
		p.history.Prefetch()
	}
}
