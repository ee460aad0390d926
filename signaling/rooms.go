package signaling

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
)

// TestLife is how long the room of a connection test lives.
const TestLife = 30 * time.Second

// liveRoom is a room in the server's list: being opened, alive, or storing its last records.
type liveRoom struct {
	// opened is closed when room or err is set.
	opened chan struct{}
	room   *room.Room
	err    error
	// test of a connection, which is no meeting.
	test bool

	// speakers as the media side last said, for newcomers.
	speakers atomic.Pointer[[]string]
}

// live finds a room that takes requests.
func (s *Server) live(code string) (*room.Room, bool) {
	s.mu.Lock()
	live, ok := s.rooms[code]
	s.mu.Unlock()
	if !ok {
		return nil, false
	}
	select {
	case <-live.opened:
		return live.room, live.room != nil
	default:
		return nil, false
	}
}

// Has says whether a meeting has a room here: one that takes requests, or is about to.
func (s *Server) Has(code string) bool {
	s.mu.Lock()
	live, ok := s.rooms[code]
	s.mu.Unlock()
	if !ok {
		return false
	}
	select {
	case <-live.opened:
	default:
		return true
	}
	if live.room == nil {
		return false
	}
	select {
	case <-live.room.Ended():
		return false
	default:
		return true
	}
}

// Codes are those of all meetings that have a room here. Connection tests are none.
func (s *Server) Codes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	codes := make([]string, 0, len(s.rooms))
	for code, live := range s.rooms {
		if !live.test {
			codes = append(codes, code)
		}
	}
	return codes
}

// LetGo closes the room of a meeting that lives on another node now. Its people come back there, with their tickets. It does not wait.
func (s *Server) LetGo(code string) {
	live, ok := s.live(code)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.wg.Go(func() {
		closeRooms([]*room.Room{live})
		s.sayGoodBye(func(of *Session) bool { return of.claims.Code == code }, "the meeting has moved")
	})
}

// enter returns the room that the claims name, opened if need be. A room that is storing its last records is
// waited for: the next one counts its chat on.
func (s *Server) enter(ctx context.Context, claims grant.Claims) (*liveRoom, error) {
	for {
		live, mine, err := s.find(claims, claims.Test || s.cfg.Mine == nil || s.cfg.Mine(claims.Code))
		if err != nil {
			return nil, err
		}
		if mine {
			s.start(live, claims)
		}
		select {
		case <-live.opened:
		case <-ctx.Done():
			return nil, errBusy
		}
		if live.err != nil {
			if !mine && hasEnded(live.err) {
				continue // it had ended for the one who came first, with claims of an earlier time
			}
			return nil, live.err
		}
		select {
		case <-live.room.Ended():
		default:
			return live, nil
		}
		select {
		case <-live.room.Done():
			s.forget(claims.Code, live)
		case <-ctx.Done():
			return nil, errBusy
		}
	}
}

func hasEnded(err error) bool {
	refused, ok := errors.AsType[message.Error](err)
	return ok && refused.Code == message.EndedMeeting
}

var errBusy = message.Refuse(message.Unavailable, "The meeting cannot be opened at the moment; try again.")

// find returns the room in the list; mine if it is new and the caller has to start it.
func (s *Server) find(claims grant.Claims, mayOpen bool) (live *liveRoom, mine bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false, message.Refuse(message.Unavailable, "The server is stopping; try again.")
	}
	live, ok := s.rooms[claims.Code]
	if !ok && !mayOpen {
		return nil, false, errBusy
	}
	if !ok {
		if len(s.rooms) >= s.adjusted.Load().MaxRooms {
			return nil, false, message.Refuse(message.Unavailable, "The server has as many meetings as it may; try again later.")
		}
		live = &liveRoom{opened: make(chan struct{}), test: claims.Test}
		s.rooms[claims.Code] = live
	}
	return live, !ok, nil
}

// start opens a room for everybody who waits for it, so it does not depend on the one who came first.
func (s *Server) start(live *liveRoom, claims grant.Claims) {
	ctx, cancel := context.WithTimeout(s.base, s.cfg.StoreTimeout)
	defer cancel()
	var opened *room.Room
	var err error
	adjusted := s.adjusted.Load()
	cfg := s.cfg.with(*adjusted).Room
	if claims.Test {
		opened = room.OpenTest(time.Now(), cfg, claims.Code, TestLife, s.log)
	} else {
		opened, err = room.Open(ctx, time.Now(), cfg, s.records, claims.Meeting, claims.Occurrence, s.log)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(live.opened)
	if err != nil || s.closed {
		if live.err = err; err == nil {
			live.err = errBusy
		}
		delete(s.rooms, claims.Code)
		return
	}
	live.room = opened
	s.wg.Go(func() {
		opened.Run(s.base)
		s.forget(claims.Code, live)
	})
	if now := s.adjusted.Load(); now != adjusted {
		s.wg.Go(func() { opened.Adjust(now.MaxParticipants, now.ResumeFor) })
	}
}

func (s *Server) forget(code string, live *liveRoom) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rooms[code] == live {
		delete(s.rooms, code)
	}
}
