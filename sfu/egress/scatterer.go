package egress

import "net/netip"

// scatterer sends a batch packet by packet, where the kernel has nothing better.
type scatterer struct {
	socket interface {
		WriteToAddrPort(b []byte, to netip.AddrPort) (int, error)
	}
}

func (s *scatterer) send(b *Batch, bundles []bundle) (int, error) {
	for i := range bundles {
		b.scatter(&bundles[i])
	}
	// Single has counted them.
	return len(bundles), nil
}

func (s *scatterer) single(packet []byte, to netip.AddrPort) {
	_, _ = s.socket.WriteToAddrPort(packet, to)
}

func (s *scatterer) wait() {}

func (s *scatterer) judge(error) verdict { return skip }
