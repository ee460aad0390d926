package loadtest

import (
	"fmt"
	"net"
)

// spareDescriptors are for everything but bots: the program itself, REST calls on their way, bridges.
const spareDescriptors = 128

// limits is what the system says of open files.
type limits interface {
	// files is how many this process may have open now, and how many it may allow itself.
	files() (now, most uint64, err error)
	raise(to uint64) error
	// addresses on which a media connection opens a socket.
	addresses() int
}

// system is this machine. Plain bots open a socket on each of its addresses, others on one.
type system struct{ plain bool }

func (s system) addresses() int {
	if !s.plain {
		return 1
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return 4
	}
	return max(1, len(all))
}

// descriptors that a scenario needs at its fullest.
func (s Scenario) descriptors(addresses int) uint64 {
	n := 0
	for _, g := range s.Bots {
		each := 1 + g.connections()*addresses // the WebSocket; one socket for each address
		if g.Link != "" {
			each += g.connections() // of the bridge
		}
		n += each * g.Count
	}
	return uint64(n*s.Rooms + spareDescriptors)
}

// ensureDescriptors raises the limit of open files as far as needed, or says by how much it falls short.
func ensureDescriptors(s Scenario, of limits) error {
	now, most, err := of.files()
	if err != nil {
		return nil //nolint:nilerr // a system without such limits has nothing to say
	}
	need := s.descriptors(of.addresses())
	if need <= now {
		return nil
	}
	if need > most {
		return fmt.Errorf("scenario %s needs about %d open files, and this process may open %d: allow more with 'ulimit -n %d', or share the bots among several machines",
			s.Name, need, most, need)
	}
	if err := of.raise(most); err != nil {
		return fmt.Errorf("scenario %s needs about %d open files, and the limit of %d could not be raised: %w", s.Name, need, now, err)
	}
	return nil
}
