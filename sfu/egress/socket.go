package egress

import "sync/atomic"

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
	refused                                          atomic.Uint32 // refusedSegments or refusedAll, 0 if nothing is
}

// What the kernel refused although it could do it when the socket was opened.
const (
	refusedSegments = 1 + iota
	refusedAll      // batches as well
)

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
	// Closed sockets take nothing any more.
	Closed bool `json:"closed"`
}

// Snapshot counts what was sent, dropped for want of room, and refused by the kernel.
func (s *Socket) Snapshot() SocketSnapshot {
	c := &s.counts
	return SocketSnapshot{
		Method: s.sends(), Sent: c.sent.Load(), Dropped: c.dropped.Load(), WriteErrors: c.writeErrors.Load(),
		ReadErrors: c.readErrors.Load(), Diverted: c.diverted.Load(), Takers: s.diversions.count(), Batched: c.batched.Load(), Bundles: c.bundles.Load(),
		Flushes: c.flushes.Load(), Unsegmented: c.unsegmented.Load(), Closed: s.closed.Load(),
	}
}

// newBatch is a batch for one shard.
func (s *Socket) newBatch() *Batch {
	most := 1
	if s.sends() == Segmented {
		most = maxSegments
	}
	return newBatch(s.newSender(), most, &s.counts)
}

// sends is how the socket sends at present: the kernel may refuse what it promised.
func (s *Socket) sends() Method {
	switch refused := s.counts.refused.Load(); {
	case s.method == Segmented && refused == 0:
		return Segmented
	case s.method != Single && refused < refusedAll:
		return Many
	}
	return Single
}
