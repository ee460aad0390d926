package signaling

import (
	"context"
	"slices"
	"strings"

	"github.com/plenum-meet/plenum/signaling/room"
)

// Load is what the sockets and meetings of this node have to do at one moment.
type Load struct {
	Sockets int `json:"sockets"`
	// Opened sockets, since the start.
	Opened uint64 `json:"opened"`
	// Refused handshakes by reason, and sockets closed because their client read too slowly, since the start.
	Refused map[string]uint64 `json:"refused"`
	Slow    uint64            `json:"slow"`
	// QueuedMessages and QueuedBytes wait to be written to all sockets.
	QueuedMessages int         `json:"queuedMessages"`
	QueuedBytes    int         `json:"queuedBytes"`
	Meetings       []room.Load `json:"meetings"`
	// QueuedWrites are records that wait for the database, of meetings that are over too.
	QueuedWrites int `json:"queuedWrites"`
}

// Load counts what there is to do. A room that does not answer while ctx lasts is left out.
func (s *Server) Load(ctx context.Context) Load {
	s.mu.Lock()
	load := Load{Sockets: len(s.open), Opened: s.sessions.Load(), Refused: s.away.byReason(), Slow: s.away.slow.Load()}
	for _, session := range s.open {
		messages, bytes := session.out.waiting()
		load.QueuedMessages += messages
		load.QueuedBytes += bytes
	}
	rooms := make([]*room.Room, 0, len(s.rooms))
	for _, live := range s.rooms {
		if live.room != nil {
			rooms = append(rooms, live.room)
		}
	}
	s.mu.Unlock()
	for _, r := range rooms {
		meeting, alive := r.Load(ctx)
		load.QueuedWrites += meeting.QueuedWrites
		if alive {
			load.Meetings = append(load.Meetings, meeting)
		}
	}
	slices.SortFunc(load.Meetings, func(a, b room.Load) int { return strings.Compare(a.Code, b.Code) })
	return load
}

// Crowd is how much there is on this node beside how much there may be.
type Crowd struct{ Sockets, MaxSockets, Rooms, MaxRooms int }

// Crowd counts without asking any room, so that it may be asked often.
func (s *Server) Crowd() Crowd {
	limits := s.adjusted.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	return Crowd{Sockets: len(s.open), MaxSockets: limits.MaxSockets, Rooms: len(s.rooms), MaxRooms: limits.MaxRooms}
}
