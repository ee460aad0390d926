package signaling

import (
	"fmt"
	"net/url"
	"time"

	"github.com/plenum-meet/plenum/signaling/room"
)

// Adjustable are the settings that can change while the server runs.
type Adjustable struct {
	// Origins, MaxSockets and MaxRooms are those of Config.
	Origins              []string
	MaxSockets, MaxRooms int
	// MaxParticipants and ResumeFor are those of its Room.
	MaxParticipants int
	ResumeFor       time.Duration
}

func (c Config) adjustable() *Adjustable {
	return &Adjustable{
		Origins: c.Origins, MaxSockets: c.MaxSockets, MaxRooms: c.MaxRooms,
		MaxParticipants: c.Room.MaxParticipants, ResumeFor: c.Room.ResumeFor,
	}
}

// with is the configuration with other settings.
func (c Config) with(a Adjustable) Config {
	c.Origins, c.MaxSockets, c.MaxRooms = a.Origins, a.MaxSockets, a.MaxRooms
	c.Room.MaxParticipants, c.Room.ResumeFor = a.MaxParticipants, a.ResumeFor
	return c
}

// Adjusted are the settings that hold.
func (s *Server) Adjusted() Adjustable { return *s.adjusted.Load() }

// Adjust takes other settings: all of them or, with an error, none. They hold in rooms that are alive, too; who is in stays in.
func (s *Server) Adjust(a Adjustable) error {
	if err := s.cfg.with(a).Validate(); err != nil {
		return err
	}
	s.adjusted.Store(&a)
	s.mu.Lock()
	var alive []*room.Room
	for _, live := range s.rooms {
		// One that is being opened looks by itself.
		if live.room != nil {
			alive = append(alive, live.room)
		}
	}
	s.mu.Unlock()
	for _, r := range alive {
		r.Adjust(a.MaxParticipants, a.ResumeFor)
	}
	return nil
}

func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		return fmt.Errorf("signaling: origin %q is not scheme://host[:port]", origin)
	}
	return nil
}
