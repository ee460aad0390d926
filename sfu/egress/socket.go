package egress

import (
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Method is how a socket sends batches; each is faster than the one before.
type Method string

// The methods. A socket uses the best that the kernel has.
const (
	Single    Method = "sendto"   // packet by packet
	Many      Method = "sendmmsg" // a batch in one call
	Segmented Method = "gso"      // a batch in one call, of messages that the kernel cuts into packets
)

type socketCounts struct {
	sent, dropped, writeErrors, readErrors, diverted atomic.Uint64
	flushes, bundles, batched                        atomic.Uint64
	unsegmented                                      atomic.Uint64
}

// SocketSnapshot counts the datagrams of a socket.
type SocketSnapshot struct {
	Method      Method `json:"method"`
	Sent        uint64 `json:"sent"`
	Dropped     uint64 `json:"dropped"`
	WriteErrors uint64 `json:"writeErrors"`
	ReadErrors  uint64 `json:"readErrors"`
	// Diverted were handled by their takers, without pion.
	Diverted uint64 `json:"diverted"`
	// Takers are the addresses that have one.
	Takers int `json:"takers"`
	// Batched packets left in so many bundles, by so many flushes.
	Batched uint64 `json:"batched"`
	Bundles uint64 `json:"bundles"`
	Flushes uint64 `json:"flushes"`
	// Unsegmented destinations take no bundles: their route or their path cannot.
	Unsegmented uint64 `json:"unsegmented"`
}

// Snapshot counts what was sent, dropped for want of room, and refused by the kernel.
func (s *Socket) Snapshot() SocketSnapshot {
	c := &s.counts
	takers := 0
	if now := s.diversions.takers.Load(); now != nil {
		takers = len(*now)
	}
	return SocketSnapshot{
		Method: s.method, Sent: c.sent.Load(), Dropped: c.dropped.Load(), WriteErrors: c.writeErrors.Load(),
		ReadErrors: c.readErrors.Load(), Diverted: c.diverted.Load(), Takers: takers, Batched: c.batched.Load(), Bundles: c.bundles.Load(),
		Flushes: c.flushes.Load(), Unsegmented: c.unsegmented.Load(),
	}
}

// Taker handles a datagram in the socket's reader and says whether it was for it. It must not block nor keep what it is
// given.
type Taker func(now time.Time, datagram []byte) bool

// diversions are the takers by the address that they listen to. Reading them takes no lock.
type diversions struct {
	changing sync.Mutex
	takers   atomic.Pointer[map[netip.AddrPort]*diversion]
}

type diversion struct{ control, media Taker }

// Divert gives the control packets of one address (RTCP, RFC 5761 §4) to a taker, in place of the one before, until end
// is called. end leaves alone who came after: behind a NAT another client may have got the address.
func (s *Socket) Divert(from netip.AddrPort, control Taker) (end func()) {
	return s.DivertAll(from, control, nil)
}

// DivertAll is Divert for media as well.
func (s *Socket) DivertAll(from netip.AddrPort, control, media Taker) (end func()) {
	mine := &diversion{control: control, media: media}
	s.diversions.change(func(takers map[netip.AddrPort]*diversion) { takers[from] = mine })
	return func() {
		s.diversions.change(func(takers map[netip.AddrPort]*diversion) {
			if takers[from] == mine {
				delete(takers, from)
			}
		})
	}
}

func (d *diversions) change(apply func(takers map[netip.AddrPort]*diversion)) {
	d.changing.Lock()
	defer d.changing.Unlock()
	next := map[netip.AddrPort]*diversion{}
	if now := d.takers.Load(); now != nil {
		maps.Copy(next, *now)
	}
	apply(next)
	d.takers.Store(&next)
}

// divert reports whether a datagram was handled here.
func (s *Socket) divert(datagram []byte, from netip.AddrPort) bool {
	const control, controls = 192, 32 // packet types 192 to 223 are RTCP
	if len(datagram) < 8 || datagram[0]>>6 != 2 {
		return false
	}
	takers := s.diversions.takers.Load()
	if takers == nil {
		return false
	}
	known := (*takers)[from]
	if known == nil {
		return false
	}
	take := known.media
	if datagram[1]-control < controls {
		take = known.control
	}
	if take == nil || !take(time.Now(), datagram) {
		return false
	}
	s.counts.diverted.Add(1)
	return true
}

// newBatch is a batch for one shard.
func (s *Socket) newBatch() *Batch {
	most := 1
	if s.method == Segmented {
		most = maxSegments
	}
	return newBatch(s.newSender(), most, &s.counts)
}
