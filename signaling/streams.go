package signaling

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
	"github.com/plenum-meet/plenum/store"
)

// StreamLimits bound what comes by WHIP and WHEP. A zero value takes its default.
type StreamLimits struct {
	// Node is how many there may be on this node: 500.
	Node int
	// Address is how many from one address: 32.
	Address int
	// Players is how many may play by one token: 8. Only one may publish.
	Players int
	// Silence is how long one that publishes may bring nothing: 30 s.
	Silence time.Duration
	// Stale is after how long without media it gives way to another of the same token: 5 s.
	Stale time.Duration
}

func (l StreamLimits) orDefault() StreamLimits {
	for _, n := range []struct {
		value    *int
		standard int
	}{{&l.Node, 500}, {&l.Address, 32}, {&l.Players, 8}} {
		if *n.value <= 0 {
			*n.value = n.standard
		}
	}
	if l.Silence <= 0 {
		l.Silence = 30 * time.Second
	}
	if l.Stale <= 0 {
		l.Stale = 5 * time.Second
	}
	return l
}

const (
	// A session may be patched this often in a second, and so many times at once: a restart and some candidates.
	patchesPerSecond = 5
	patchBurst       = 20
	// A token may open sessions this often in a minute, and so many times at once.
	opensPerMinute = 12
	openBurst      = 10
	// watchEvery is how often it is looked whether media comes.
	watchEvery = time.Second
)

// streams are those that are open here, and those being opened.
type streams struct {
	mu    sync.Mutex
	open  map[string]*Stream       // by id
	opens map[string]*rate.Limiter // by grant, of those with a stream and of those that tried lately
}

// add takes a stream in unless there are too many. One that publishes takes the place of one whose media has stopped: what
// was cut off comes back before the server knows.
func (t *streams) add(now time.Time, s *Stream, limits StreamLimits) (stale *Stream, refused *problem) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open, t.opens = map[string]*Stream{}, map[string]*rate.Limiter{}
	}
	if len(t.open) >= limits.Node {
		return nil, &problemFull
	}
	if !t.mayOpen(now, s.grant.ID) {
		return nil, &problemTooOften
	}
	together, same := 0, 0
	for _, other := range t.open {
		if other.address == s.address {
			together++
		}
		if other.grant.ID != s.grant.ID {
			continue
		}
		same++
		if s.grant.Way == grant.Publish {
			if other.quiet(now) < limits.Stale {
				return nil, &problemTaken
			}
			stale = other
		}
	}
	if together >= limits.Address || s.grant.Way == grant.Play && same >= limits.Players {
		return nil, &problemTooMany
	}
	t.open[s.id] = s
	return stale, nil
}

// mayOpen counts against the token.
func (t *streams) mayOpen(now time.Time, id string) bool {
	if len(t.opens) >= maxAddresses {
		clear(t.opens)
	}
	limiter, ok := t.opens[id]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(time.Minute/opensPerMinute), openBurst)
		t.opens[id] = limiter
	}
	return limiter.AllowN(now, 1)
}

func (t *streams) remove(s *Stream) {
	t.mu.Lock()
	_, there := t.open[s.id]
	delete(t.open, s.id)
	t.mu.Unlock()
	if there {
		s.server.wg.Done()
	}
}

func (t *streams) find(id string) *Stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open[id]
}

// of lists those that hang on an invitation.
func (t *streams) of(invitation string) (list []*Stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.open {
		if s.grant.ID == invitation {
			list = append(list, s)
		}
	}
	return list
}

// EndStreams ends what came by an invitation that was revoked.
func (s *Server) EndStreams(invitation string) {
	for _, stream := range s.streams.of(invitation) {
		stream.end()
	}
}

// end takes a stream out of its meeting, or off the list if it is not there yet.
func (s *Stream) end() {
	s.mu.Lock()
	joined := s.live != nil
	s.mu.Unlock()
	if joined {
		s.leave()
	} else {
		s.close("ended while it was opened")
	}
}

// reserve keeps a place for a stream until it is closed.
func (s *Server) reserve(now time.Time, g grant.Stream, token [sha256.Size]byte, from netip.Prefix) (*Stream, *problem) {
	stream := &Stream{
		id: strings.ToLower(rand.Text()), server: s, grant: g, token: token, address: from,
		session: room.SessionID(s.sessions.Add(1)), patches: rate.NewLimiter(patchesPerSecond, patchBurst),
		ended: make(chan struct{}), states: map[message.Source]room.SourceState{},
		log: s.log.With("room", g.Code, "stream", string(g.Way)),
	}
	stream.heard.Store(now.UnixNano())
	// Counted among what Close waits for before Close can begin to wait.
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, &problemStopping
	}
	s.wg.Add(1)
	s.mu.Unlock()
	stale, refused := s.streams.add(now, stream, s.cfg.Streams.orDefault())
	if refused != nil {
		s.wg.Done()
		return nil, refused
	}
	if stale != nil {
		s.log.Info("a stream gives way to another of its token", "room", g.Code)
		stale.end()
	}
	return stream, nil
}

// enterStream makes a stream a participant of its meeting.
func (s *Server) enterStream(ctx context.Context, now time.Time, stream *Stream) *problem {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.StoreTimeout)
	defer cancel()
	g := stream.grant
	if _, live := s.live(g.Code); !live && g.Way == grant.Play {
		return &problemNothing
	}
	row, epoch, err := s.streamRow(ctx, now, g)
	if err != nil {
		return s.problemOf(err)
	}
	claims := grant.Claims{
		Participant: row.ID, Code: g.Code, Meeting: g.Meeting, Occurrence: row.OccurrenceID, Epoch: epoch, Name: g.Name,
		Guest: true, Device: row.Device, Admitted: g.SkipLobby, Stream: g.Way,
	}
	live, err := s.enter(ctx, claims)
	if err != nil {
		return s.problemOf(err)
	}
	stream.mu.Lock()
	closed := stream.closed
	stream.live, stream.claims, stream.log = live, claims, stream.log.With("participant", row.ID)
	stream.mu.Unlock()
	if closed {
		return &problemRevoked
	}
	address := ""
	if stream.address.IsValid() {
		address = stream.address.String()
	}
	err = live.room.Join(room.Entry{Session: stream.session, Claims: stream.claims, Address: address}, stream)
	switch {
	case err != nil:
		return s.problemOf(err)
	case stream.waits.Load():
		return &problemLobby
	}
	return nil
}

// streamRow is a new participant of the occurrence that runs, or that begins with it. Whom a host has removed stays out, by
// whichever of the token's sessions they were seen.
func (s *Server) streamRow(ctx context.Context, now time.Time, g grant.Stream) (row store.Participant, epoch uint64, err error) {
	mark := sha256.Sum256([]byte("stream " + g.ID))
	err = s.records.InTx(ctx, func(tx *store.Store) error {
		occurrence, err := tx.OpenOccurrence(ctx, g.Meeting, now)
		if err != nil {
			return err
		}
		row = store.Participant{
			OccurrenceID: occurrence.ID, MeetingID: g.Meeting, Name: g.Name, Role: store.RoleParticipant,
			Status: store.StatusInvited, Guest: true, Device: hex.EncodeToString(mark[:16]), CreatedAt: now,
		}
		epoch = occurrence.Epoch
		if err := mayStream(ctx, tx, g.Meeting); err != nil {
			return err
		}
		removed, err := tx.WasRemoved(ctx, occurrence.ID, nil, row.Device)
		if err != nil {
			return err
		}
		if removed {
			return message.Refuse(message.Removed, "A host has removed this stream from the meeting.")
		}
		return tx.AddParticipant(ctx, &row)
	})
	return row, epoch, err
}

// mayStream refuses streams of a host whose account is disabled.
func mayStream(ctx context.Context, tx *store.Store, meeting string) error {
	m, err := tx.MeetingByID(ctx, meeting)
	if err != nil {
		return err
	}
	host, err := tx.UserByID(ctx, m.HostID)
	if err == nil && host.DisabledAt != nil {
		return message.Refuse(message.Forbidden, "The account of this meeting's host is disabled.")
	}
	return err
}

// begin negotiates the stream's connection; after it media flows.
func (s *Server) begin(ctx context.Context, stream *Stream, a agreement) (string, *problem) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.MediaTimeout)
	defer cancel()
	peer, err := stream.open(ctx)
	if err != nil {
		return "", s.problemOf(err)
	}
	stream.negotiating.Lock()
	defer stream.negotiating.Unlock()
	answer, err := stream.negotiate(ctx, peer, a)
	if err != nil {
		return "", s.problemOf(err)
	}
	a.tag = newTag()
	stream.agreed = a
	if stream.grant.Way == grant.Publish {
		limits := s.cfg.Streams.orDefault()
		s.wg.Go(func() { stream.watch(min(watchEvery, limits.Silence/4), limits.Silence) })
	}
	stream.log.Info("stream begins")
	return answer, nil
}

// newTag names an ICE session.
func newTag() string { return `"` + rand.Text() + `"` }

// restart begins ICE anew and gives the answer to it.
func (s *Stream) restart(ctx context.Context, remote credentials) (string, *problem) {
	if s.agreed.broken {
		return "", &problemBroken
	}
	s.mu.Lock()
	peer := s.peer
	s.mu.Unlock()
	a := s.agreed
	a.offer, a.remote = withCredentials(a.offer, remote), remote
	ctx, cancel := context.WithTimeout(ctx, s.server.cfg.MediaTimeout)
	defer cancel()
	answer, err := s.negotiate(ctx, peer, a)
	if err != nil {
		s.agreed.broken = true
		return "", s.server.problemOf(err)
	}
	a.tag = newTag()
	s.agreed = a
	return answer, nil
}

// problemOf is the answer to what went wrong.
func (s *Server) problemOf(err error) *problem {
	refused, isRefusal := errors.AsType[message.Error](err)
	switch {
	case isRefusal:
		return refusedBy(refused)
	case errors.Is(err, sfu.ErrBadOffer):
		return &problemOffer
	case errors.Is(err, sfu.ErrRoomFull):
		return &problemFull
	case errors.Is(err, store.ErrNotFound):
		return &problemNoMeeting
	case errors.Is(err, sfu.ErrClosed), errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		s.log.Warn("stream refused", "error", err)
		return &problemBusy
	}
	s.log.Error("stream failed", "error", err)
	return &problemInternal
}
