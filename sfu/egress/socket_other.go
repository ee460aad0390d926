//go:build !linux

package egress

import (
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// Socket is an ordinary UDP socket where the kernel is not Linux.
type Socket struct {
	*net.UDPConn
	method     Method
	counts     socketCounts
	diversions diversions
	closed     atomic.Bool
}

// Stand does nothing: relays are spoken of by their own address on this system.
func (s *Socket) Stand(*Front) bool { return false }

// ListenUDP binds a socket to a definite address.
func ListenUDP(address netip.AddrPort) (*Socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(address))
	if err != nil {
		return nil, fmt.Errorf("listen on udp %s: %w", address, err)
	}
	return &Socket{UDPConn: conn, method: Single}, nil
}

// Close releases the port.
func (s *Socket) Close() error {
	s.closed.Store(true)
	return s.UDPConn.Close()
}

// Address that the socket is bound to.
func (s *Socket) Address() netip.AddrPort {
	at := s.LocalAddr().(*net.UDPAddr).AddrPort() //nolint:forcetypeassert // a UDP socket
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// ReadFromAddrPort blocks for one datagram that no taker takes.
func (s *Socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := s.ReadFromUDPAddrPort(b)
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if err != nil || !s.divert(time.Now(), b[:n], from) {
			return n, from, err
		}
	}
}

// WriteToAddrPort sends one datagram.
func (s *Socket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	n, err := s.WriteToUDPAddrPort(b, to)
	if err != nil {
		s.counts.writeErrors.Add(1)
		return n, err
	}
	s.counts.sent.Add(1)
	return n, nil
}

// newSender sends packet by packet.
func (s *Socket) newSender() sender { return &scatterer{socket: s} }
