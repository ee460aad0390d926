package sfu

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/egress"
)

// Config bounds a server.
type Config struct {
	// Shards is the number of goroutines that send media; 0 means one for each core.
	Shards int
	// PeersPerRoom is the most participants of one room on this node.
	PeersPerRoom int
	// AudioSlots is how many microphones a room forwards at once.
	AudioSlots int
	// FirstPicture is told how long a participant waited for the first picture: from the moment at which there was one to be
	// sent, the making of the connection included. It is called from a loop and must not block; nil is not told.
	FirstPicture func(time.Duration)
}

// Default is a server for the machine it runs on.
func Default() Config {
	return Config{Shards: runtime.GOMAXPROCS(0), PeersPerRoom: 2000, AudioSlots: 4}
}

// Validate says in one sentence what cannot work.
func (c Config) Validate() error {
	switch {
	case c.Shards < 0:
		return errors.New("the number of shards cannot be negative")
	case c.PeersPerRoom < 1:
		return errors.New("a room must have space for at least one participant")
	case c.AudioSlots < 1:
		return errors.New("a room must forward at least one microphone")
	}
	return nil
}

// Server holds the rooms of this node.
type Server struct {
	config    Config
	transport Transport
	log       *slog.Logger
	gate      gate
	shards    []*egress.Shard
	nextShard atomic.Uint32
	workers   workers
	totals    totals

	mu     sync.Mutex // guards rooms and closed
	rooms  map[string]*Room
	closed bool
}

// NewServer starts the shards.
func NewServer(config Config, transport Transport, log *slog.Logger) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("media server: %w", err)
	}
	if config.Shards == 0 {
		config.Shards = runtime.GOMAXPROCS(0)
	}
	s := &Server{config: config, transport: transport, log: log, gate: newGate(), workers: newWorkers(), totals: newTotals(), rooms: map[string]*Room{}}
	for i := range config.Shards {
		s.shards = append(s.shards, egress.NewShard(log.With("shard", i)))
	}
	return s, nil
}

// Room returns the live room, made if absent. It ends when its last peer leaves.
func (s *Server) Room(code string) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	room, ok := s.rooms[code]
	if !ok {
		room = newRoom(code, s)
		if s.closed {
			room.end()
			return room
		}
		s.rooms[code] = room
	}
	return room
}

// Join puts a participant into a room, made if absent. events is called from the peer's loops and must not block.
func (s *Server) Join(code, participant string, events func(Event)) (*Peer, error) {
	for {
		peer, err := s.Room(code).Join(participant, events)
		if !errors.Is(err, ErrClosed) || s.isClosed() {
			return peer, err
		}
		// The room ended between the two steps; there is a new one under its name.
	}
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

func (s *Server) forget(room *Room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rooms[room.code] == room {
		delete(s.rooms, room.code)
	}
}

// Rooms lists the codes of the live rooms.
func (s *Server) Rooms() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	codes := make([]string, 0, len(s.rooms))
	for code := range s.rooms {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// shard picks the sending goroutine of a new peer: the next in turn.
func (s *Server) shard() *egress.Shard {
	return s.shards[s.nextShard.Add(1)%uint32(len(s.shards))] //nolint:gosec // a handful
}

// Close ends every room and waits for every goroutine.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	rooms := make([]*Room, 0, len(s.rooms))
	for _, room := range s.rooms {
		rooms = append(rooms, room)
	}
	s.mu.Unlock()
	for _, room := range rooms {
		room.close()
	}
	for _, shard := range s.shards {
		shard.Close()
	}
	s.workers.close()
}
