package egress

import "sync/atomic"

type socketCounts struct {
	sent, dropped, writeErrors, readErrors atomic.Uint64
}

// SocketSnapshot counts the datagrams of a socket.
type SocketSnapshot struct {
	Sent        uint64 `json:"sent"`
	Dropped     uint64 `json:"dropped"`
	WriteErrors uint64 `json:"writeErrors"`
	ReadErrors  uint64 `json:"readErrors"`
}

// Snapshot counts what was sent, dropped for want of room, and refused by the kernel.
func (s *Socket) Snapshot() SocketSnapshot {
	return SocketSnapshot{
		Sent: s.counts.sent.Load(), Dropped: s.counts.dropped.Load(),
		WriteErrors: s.counts.writeErrors.Load(), ReadErrors: s.counts.readErrors.Load(),
	}
}
