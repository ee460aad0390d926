package relay

import (
	"errors"
	"net"
	"net/netip"
)

// errNowhere is a configuration that would leave a relay without anywhere to lead to.
var errNowhere = errors.New("the relay has no media socket to lead to")

// targets are where relays lead: our media sockets, by the addresses that clients are told.
type targets struct {
	// order is what clients are told, the preferred first.
	order   []netip.AddrPort
	sockets map[netip.AddrPort]netip.AddrPort // by what is told
	told    map[netip.AddrPort]netip.AddrPort // by socket
}

// newTargets pairs what clients are told with the sockets behind. An address of our own is its own socket. Any other, as in
// front of a NAT, gets one of the same family to itself: all of them serve every client.
func newTargets(told, sockets []netip.AddrPort) (targets, error) {
	t := targets{sockets: map[netip.AddrPort]netip.AddrPort{}, told: map[netip.AddrPort]netip.AddrPort{}}
	own := map[netip.AddrPort]bool{}
	for _, socket := range sockets {
		own[socket] = true
	}
	for _, at := range told {
		if own[at] && (!at.Addr().IsLoopback() || onlyLoopback(told, at.Addr().Is4())) {
			t.pair(at, at)
		}
	}
	for _, loopback := range []bool{false, true} {
		for _, at := range told {
			if own[at] || t.sockets[at].IsValid() {
				continue
			}
			for _, socket := range sockets {
				if socket.Addr().Is4() == at.Addr().Is4() && socket.Addr().IsLoopback() == loopback && !t.told[socket].IsValid() {
					t.pair(at, socket)
					break
				}
			}
		}
	}
	if len(t.order) == 0 {
		return t, errNowhere
	}
	return t, nil
}

func (t *targets) pair(told, socket netip.AddrPort) {
	t.order = append(t.order, told)
	t.sockets[told], t.told[socket] = socket, told
}

// onlyLoopback is true of a server for this machine alone. Elsewhere nobody is led to what listens on loopback.
func onlyLoopback(told []netip.AddrPort, v4 bool) bool {
	for _, at := range told {
		if at.Addr().Is4() == v4 && !at.Addr().IsLoopback() {
			return false
		}
	}
	return true
}

// permits reports whether an address is one that clients are told. An address in another's clothes is none: IPv4 inside
// IPv6 (mapped, NAT64, 6to4) is unwrapped or refused.
func (t targets) permits(ip netip.Addr) bool {
	ip = ip.Unmap()
	for _, at := range t.order {
		if at.Addr() == ip {
			return true
		}
	}
	return false
}

// socket is what is behind an address that clients are told.
func (t targets) socket(told netip.AddrPort) (netip.AddrPort, bool) {
	socket, ok := t.sockets[netip.AddrPortFrom(told.Addr().Unmap(), told.Port())]
	return socket, ok
}

// first is the preferred target of a family.
func (t targets) first(v4 bool) (told netip.AddrPort, ok bool) {
	for _, at := range t.order {
		if at.Addr().Is4() == v4 {
			return at, true
		}
	}
	return netip.AddrPort{}, false
}

// addrPortOf is an address of UDP or TCP.
func addrPortOf(a net.Addr) netip.AddrPort {
	known, ok := a.(interface{ AddrPort() netip.AddrPort })
	if !ok {
		return netip.AddrPort{}
	}
	at := known.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
