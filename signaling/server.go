package signaling

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
	"github.com/plenum-meet/plenum/store"
)

// ErrNotLive says that nobody is in the meeting on this node.
var ErrNotLive = errors.New("the meeting is not live")

// LiveMeeting is a meeting with people in it.
type LiveMeeting struct {
	Participants []message.Participant
	StartedAt    time.Time
}

// Server takes sockets and keeps the rooms that are alive on this node.
type Server struct {
	cfg     Config
	records *store.Store
	media   *sfu.Server
	keys    *grant.Keys
	log     *slog.Logger

	spent    spentGrants
	ended    endedSignIns
	bad      *badHandshakes
	adjusted atomic.Pointer[Adjustable]
	away     *turnedAway
	sessions atomic.Uint64
	peers    peers
	streams  streams

	// base ends when Close has waited long enough.
	base   context.Context //nolint:containedctx // the life of everything that the server starts
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[room.SessionID]*Session
	rooms  map[string]*liveRoom
}

// NewServer makes a server that works at once; Close ends it. The configuration must be valid.
func NewServer(cfg Config, records *store.Store, media *sfu.Server, keys *grant.Keys, log *slog.Logger) *Server {
	base, cancel := context.WithCancel(context.Background())
	s := &Server{
		cfg: cfg, records: records, media: media, keys: keys, log: log,
		bad:  newBadHandshakes(cfg.BadHandshakes),
		away: newTurnedAway(),
		base: base, cancel: cancel,
		open: map[room.SessionID]*Session{}, rooms: map[string]*liveRoom{},
	}
	s.adjusted.Store(cfg.adjustable())
	return s
}

// ServeHTTP is the endpoint of the WebSocket. It returns when the socket is closed.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if refused := s.hasPlace(); refused != nil {
		s.turnAway(w, refused)
		return
	}
	began := time.Now()
	got, refused := s.admit(began, r)
	if refused != nil {
		s.turnAway(w, refused)
		return
	}
	upgrade := &upgrading{ResponseWriter: w}
	conn, err := websocket.Accept(upgrade, r, &websocket.AcceptOptions{
		Subprotocols:    []string{message.Subprotocol},
		OriginPatterns:  s.patterns(),
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		s.log.Warn("handshake failed", "error", err)
		return
	}
	session := s.newSession(began, conn, upgrade.wire, got)
	if !s.add(session) {
		_ = conn.Close(websocket.StatusGoingAway, "the server stops")
		return
	}
	defer s.remove(session)
	session.shake(began)
	session.run()
}

func (s *Server) turnAway(w http.ResponseWriter, refused *refusal) {
	s.away.refused[refused.reason].Add(1)
	refused.write(w)
}

func (s *Server) hasPlace() *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return &refuseStopping
	case len(s.open) >= s.adjusted.Load().MaxSockets:
		return &refuseFull
	}
	return nil
}

func (s *Server) add(session *Session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[session.id] = session
	s.wg.Add(1)
	return true
}

func (s *Server) remove(session *Session) {
	s.mu.Lock()
	delete(s.open, session.id)
	s.mu.Unlock()
	s.wg.Done()
}

// Live tells who is in a meeting; false if nobody is.
func (s *Server) Live(code string) (LiveMeeting, bool) {
	live, ok := s.live(code)
	if !ok {
		return LiveMeeting{}, false
	}
	people := live.Participants()
	return LiveMeeting{Participants: people, StartedAt: live.Meeting().StartedAt}, len(people) > 0
}

// Snapshot shows the state of a meeting's room, for debugging.
func (s *Server) Snapshot(code string) (room.Snapshot, bool) {
	live, ok := s.live(code)
	if !ok {
		return room.Snapshot{}, false
	}
	return live.Snapshot()
}

// Measured has the last stats:report of each participant in a meeting, by participant, for debugging.
func (s *Server) Measured(code string) map[string]message.StatsReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]message.StatsReport{}
	for _, session := range s.open {
		if report := session.measured.Load(); report != nil && session.claims.Code == code {
			out[session.claims.Participant] = *report
		}
	}
	return out
}

// End ends a meeting for everybody. By is a participant's or a user's id, or empty. It waits for the record
// of the occurrence to be closed, as long as ctx lasts. ErrNotLive if there is no room: then the record is the
// caller's business.
func (s *Server) End(ctx context.Context, code, by string) error {
	live, ok := s.live(code)
	if !ok || live.EndBy(by) != nil {
		return ErrNotLive
	}
	select {
	case <-live.Done():
	case <-ctx.Done():
		// The meeting is over; only its record waits for the database.
	}
	return nil
}

// Leave takes a participant out of a meeting for good. ErrNotLive if they are not in it.
func (s *Server) Leave(_ context.Context, code, participant string) error {
	live, ok := s.live(code)
	if !ok || live.SendAway(participant) != nil {
		return ErrNotLive
	}
	return nil
}

// Rename tells everybody in a meeting its new title.
func (s *Server) Rename(code, title string) {
	if live, ok := s.live(code); ok {
		_ = live.Retitle(title)
	}
}

// Configure tells everybody in a meeting settings that were changed and are stored.
func (s *Server) Configure(code string, record store.Meeting) {
	if live, ok := s.live(code); ok {
		_ = live.Configure(room.SettingsOf(record))
	}
}

// SignOut takes everybody out of every meeting who came by one of these sign-ins.
func (s *Server) SignOut(signIns []string) {
	// Life of a grant, and then the time until its socket is in a room.
	s.ended.add(time.Now(), grant.GrantLife+2*grant.Leeway+s.cfg.JoinTimeout+s.cfg.StoreTimeout, signIns)
	s.mu.Lock()
	var alive []*room.Room
	for _, live := range s.rooms {
		if live.room != nil {
			alive = append(alive, live.room)
		}
	}
	s.mu.Unlock()
	for _, r := range alive {
		r.SignOut(signIns)
	}
}

// Close tells every client that the server stops, stores what is left to store as long as ctx lasts, and
// waits for every goroutine. Meetings are not ended: clients come back with their tickets.
func (s *Server) Close(ctx context.Context) {
	closeRooms(s.refuseMore())
	if s.cfg.Emptied != nil {
		s.cfg.Emptied()
	}
	s.sayGoodBye(func(*Session) bool { return true }, "the server stops")

	gone := make(chan struct{})
	go func() {
		defer close(gone)
		s.wg.Wait()
	}()
	select {
	case <-gone:
	case <-ctx.Done():
		s.log.Warn("closing without waiting any longer")
	}
	s.cancel()
	<-gone
}

// storeWithin is how long people are kept from coming back elsewhere for the last records of their meeting.
const storeWithin = 2 * time.Second

// closeRooms has rooms take no more requests, and gives them the time to store what they have.
func closeRooms(rooms []*room.Room) {
	for _, live := range rooms {
		live.Stop()
		// Before any socket closes, or the room would take it for somebody who left.
		<-live.Ended()
	}
	over := time.NewTimer(storeWithin)
	defer over.Stop()
	for _, live := range rooms {
		select {
		case <-live.Done():
		case <-over.C:
			return
		}
	}
}

func (s *Server) sayGoodBye(to func(*Session) bool, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.open {
		if to(session) {
			session.Finish(message.CloseCode(websocket.StatusGoingAway), why)
		}
	}
}

// refuseMore lets nobody in any more and returns the rooms that are alive.
func (s *Server) refuseMore() []*room.Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var out []*room.Room
	for _, live := range s.rooms {
		// One that is being opened will find the server closed.
		if live.room != nil {
			out = append(out, live.room)
		}
	}
	return out
}
