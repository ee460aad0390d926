//go:build !linux

package egress

import (
	"fmt"
	"net"
	"net/netip"
)

// Socket is an ordinary UDP socket where the kernel is not Linux.
type Socket struct {
	*net.UDPConn
	counts socketCounts
}

// ListenUDP binds a socket to a definite address.
func ListenUDP(address netip.AddrPort) (*Socket, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(address))
	if err != nil {
		return nil, fmt.Errorf("listen on udp %s: %w", address, err)
	}
	return &Socket{UDPConn: conn}, nil
}

// ReadFromAddrPort blocks for one datagram.
func (s *Socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	return s.ReadFromUDPAddrPort(b)
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
