package relay

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// strangerAnswers is how many answers a second an address gets that has proved nothing: they are larger than what asks for
// them, and the address may be somebody else's.
const strangerAnswers = 100

// strangers is a UDP socket that holds back such answers: refusals, and what a STUN server says.
type strangers struct {
	net.PacketConn
	counts *counts

	mu     sync.Mutex
	second int64
	given  map[netip.Prefix]int
}

// WriteTo sends unless it is one answer too many.
func (s *strangers) WriteTo(b []byte, to net.Addr) (int, error) {
	if unproved(b) && !s.may(time.Now(), addrPortOf(to).Addr()) {
		s.counts.held.Add(1)
		return len(b), nil
	}
	return s.PacketConn.WriteTo(b, to)
}

func (s *strangers) may(now time.Time, to netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if second := now.Unix(); second != s.second || s.given == nil {
		s.second, s.given = second, map[netip.Prefix]int{}
	}
	s.given[networkOf(to)]++
	return s.given[networkOf(to)] <= strangerAnswers
}

// unproved is an error response, or the success of a binding request (RFC 8489 §5).
func unproved(b []byte) bool {
	if len(b) < 20 || b[0]&0xc0 != 0 {
		return false // no STUN message: what is relayed
	}
	kind := uint16(b[0])<<8 | uint16(b[1])
	return kind&0x0110 == 0x0110 || kind == 0x0101
}
