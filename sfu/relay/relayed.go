package relay

import (
	"net"
	"sync"
	"time"
)

// relayed is the socket of one allocation. To pion it speaks of the addresses that clients are told; the kernel sees the
// media sockets behind. What is meant for anything else is counted and dropped.
type relayed struct {
	*net.UDPConn
	targets targets
	counts  *counts
	release func()
	once    sync.Once

	participant string
	opened      time.Time
	up, down    *flow
}

// WriteTo sends a client's datagram to the media socket that it is meant for.
func (r *relayed) WriteTo(b []byte, to net.Addr) (int, error) {
	socket, ok := r.targets.socket(addrPortOf(to))
	if !ok {
		r.counts.refused.Add(1)
		return len(b), nil
	}
	if !r.up.carries(len(b)) {
		r.counts.shed.Add(1)
		return len(b), nil
	}
	r.counts.up.Add(uint64(len(b)))
	return r.WriteToUDPAddrPort(b, socket)
}

// ReadFrom waits for a datagram of a media socket.
func (r *relayed) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := r.UDPConn.ReadFrom(b)
		if err != nil {
			return n, from, err
		}
		told, ok := r.targets.told[addrPortOf(from)]
		if !ok {
			r.counts.refused.Add(1)
			continue
		}
		if !r.down.carries(n) {
			r.counts.shed.Add(1)
			continue
		}
		r.counts.down.Add(uint64(n)) //nolint:gosec // a length
		return n, net.UDPAddrFromAddrPort(told), nil
	}
}

// Close gives the participant's place back.
func (r *relayed) Close() error {
	r.once.Do(r.release)
	return r.UDPConn.Close()
}
