package egress

import (
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Taker handles a datagram in the socket's reader and says whether it was for it. It must not block nor keep what it is
// given.
type Taker func(now time.Time, datagram []byte) bool

// quarters is into how many parts the addresses are divided: one that changes is copied, and a thousand that join at once
// must not copy a thousand each.
const quarters = 256

// diversions are the takers by the address that they listen to. Reading them takes no lock.
type diversions struct {
	changing sync.Mutex
	parts    [quarters]atomic.Pointer[map[netip.AddrPort]*diversion]
}

// Packet types 192 to 223 are RTCP (RFC 5761 §4).
const (
	firstControl = 192
	controlTypes = 32
)

type diversion struct{ control, media Taker }

// part is where an address is to be found.
func (d *diversions) part(from netip.AddrPort) *atomic.Pointer[map[netip.AddrPort]*diversion] {
	address, port := from.Addr().As16(), from.Port()
	return &d.parts[address[15]^address[14]^byte(port)^byte(port>>8)]
}

func (d *diversions) find(from netip.AddrPort) *diversion {
	if known := d.part(from).Load(); known != nil {
		return (*known)[from]
	}
	return nil
}

func (d *diversions) count() (n int) {
	for i := range d.parts {
		if known := d.parts[i].Load(); known != nil {
			n += len(*known)
		}
	}
	return n
}

func (d *diversions) change(from netip.AddrPort, apply func(takers map[netip.AddrPort]*diversion)) {
	d.changing.Lock()
	defer d.changing.Unlock()
	part, next := d.part(from), map[netip.AddrPort]*diversion{}
	if now := part.Load(); now != nil {
		maps.Copy(next, *now)
	}
	apply(next)
	part.Store(&next)
}

// Divert gives the control packets of one address (RTCP, RFC 5761 §4) to a taker, in place of the one before, until end
// is called. end leaves alone who came after: behind a NAT another client may have got the address.
func (s *Socket) Divert(from netip.AddrPort, control Taker) (end func()) {
	return s.DivertAll(from, control, nil)
}

// DivertAll is Divert for media as well.
func (s *Socket) DivertAll(from netip.AddrPort, control, media Taker) (end func()) {
	mine := &diversion{control: control, media: media}
	s.diversions.change(from, func(takers map[netip.AddrPort]*diversion) { takers[from] = mine })
	return func() {
		s.diversions.change(from, func(takers map[netip.AddrPort]*diversion) {
			if takers[from] == mine {
				delete(takers, from)
			}
		})
	}
}

// divert reports whether a datagram was handled here.
func (s *Socket) divert(now time.Time, datagram []byte, from netip.AddrPort) bool {
	if len(datagram) < 8 || datagram[0]>>6 != 2 {
		return false
	}
	known := s.diversions.find(from)
	if known == nil {
		return false
	}
	take := known.media
	if datagram[1]-firstControl < controlTypes {
		take = known.control
	}
	if take == nil || !take(now, datagram) {
		return false
	}
	s.counts.diverted.Add(1)
	return true
}
