package estimate

import "github.com/plenum-meet/plenum/sfu/core/prefetch"

// Prefetch says that packets are put soon.
func (h *History) Prefetch() {
	prefetch.Of(h, 2)
	prefetch.Of(h.at(h.next), 3)
}
