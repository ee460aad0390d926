package egress

import (
	"net/netip"
	"sync/atomic"
)

// Front is the address of a server behind a NAT under which ports beside its media sockets are spoken of: those of relays, whose
// own address tells of the inside. A socket that has one says and takes the front's address for such a port. The numbers of ports
// are the same on both sides. Its methods are safe from any goroutine.
type Front struct {
	behind, before netip.Addr
	ports          [1 << 16 / 64]atomic.Uint64 // a bit for each
}

// NewFront has ports of the address behind spoken of by the one before; none of them at first.
func NewFront(behind, before netip.Addr) *Front { return &Front{behind: behind, before: before} }

// Open has a port spoken of by the address before.
func (f *Front) Open(port uint16) { f.ports[port/64].Or(1 << (port % 64)) }

// Shut ends that.
func (f *Front) Shut(port uint16) { f.ports[port/64].And(^(uint64(1) << (port % 64))) }

func (f *Front) has(port uint16) bool { return f.ports[port/64].Load()&(1<<(port%64)) != 0 }

// seen is how a socket speaks of where a datagram came from.
func (f *Front) seen(from netip.AddrPort) netip.AddrPort {
	if f == nil || from.Addr() != f.behind || !f.has(from.Port()) {
		return from
	}
	return netip.AddrPortFrom(f.before, from.Port())
}

// meant is where a datagram goes that a socket is to send there.
func (f *Front) meant(to netip.AddrPort) netip.AddrPort {
	if f == nil || to.Addr().Unmap() != f.before || !f.has(to.Port()) {
		return to
	}
	return netip.AddrPortFrom(f.behind, to.Port())
}
