package estimate

import (
	"unsafe"

	"github.com/plenum-meet/plenum/sfu/core/prefetch"
)

// Prefetch says that packets are put soon.
func (h *History) Prefetch() {
	prefetch.Lines(unsafe.Pointer(h), 2)
	prefetch.Lines(unsafe.Pointer(h.at(h.next)), 3)
}
