package signaling

import (
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
	"github.com/plenum-meet/plenum/store"
)

// What a room does to a session, beside what session.go has: the rest of room.Outbox. All of it comes from the room's
// loop and does not block.

// Place implements room.Outbox: in the lobby there is no media, and no relay to look for.
func (s *Session) Place(inside bool) {
	s.inside.Store(inside)
	if !inside {
		s.media.Swap(newMedia(s)).close()
		return
	}
	if s.server.cfg.Relays != nil {
		s.tell(0, message.WebRTCICEServers{Servers: s.server.cfg.Relays(s.claims.Participant)})
	}
}

// Enforce implements room.Outbox.
func (s *Session) Enforce(states []room.SourceState) { s.media.Load().enforce(states) }

// Inherit implements room.Outbox.
func (s *Session) Inherit(from room.Outbox) {
	before := from.(*Session)
	nothing := newMedia(before)
	nothing.close()
	kept := before.media.Swap(nothing)
	s.media.Store(kept)
	s.inside.Store(true)
	kept.moveTo(s)
	before.out.finish(message.CloseTakenOver, "joined from another place")
}

// Quality implements room.Outbox.
func (s *Session) Quality() store.Quality { return s.quality.summary() }
