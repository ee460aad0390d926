package egress

import (
	"errors"
	"net/netip"
)

// scatterer sends a batch packet by packet, where the kernel has nothing better.
type scatterer struct {
	socket interface {
		WriteToAddrPort(b []byte, to netip.AddrPort) (int, error)
	}
}

// send leaves it to single, which counts.
func (s *scatterer) send(*Batch, []bundle) (int, error) { return 0, errors.ErrUnsupported }

func (s *scatterer) single(packet []byte, to netip.AddrPort) {
	_, _ = s.socket.WriteToAddrPort(packet, to)
}

func (s *scatterer) wait() {}

func (s *scatterer) judge(error) verdict { return never }
