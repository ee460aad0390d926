package signaling

import (
	"context"
	"slices"
	"sync"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
)

// media is a participant's hold on their sfu.Peer: made when first needed. It goes from one session to the next when the
// participant comes back in time, and is closed with the last.
type media struct {
	// key is whose media it is, in which room.
	key peerKey

	mu sync.Mutex
	// session is told what the peer says.
	session *Session
	peer    *sfu.Peer
	closed  bool
	// states hold for the peer that there is and for one that is made later.
	states map[message.Source]room.SourceState
	// The latest of each kind, for the session that follows.
	slots    message.ServerMessage
	speakers message.ServerMessage
	quality  message.ServerMessage
	wanted   map[sfu.Source]message.ServerMessage
	// speaking says whether the participant is heard.
	speaking bool
}

func newMedia(session *Session) *media {
	return &media{
		key: peerKey{code: session.claims.Code, participant: session.claims.Participant}, session: session,
		states: map[message.Source]room.SourceState{}, wanted: map[sfu.Source]message.ServerMessage{},
	}
}

// open returns the peer, making it in a room if there is none. A peer that another session of the same participant still
// has is waited for: that session is being closed.
func (m *media) open(ctx context.Context, live *liveRoom) (*sfu.Peer, error) {
	m.mu.Lock()
	peer, closed, s := m.peer, m.closed, m.session
	m.mu.Unlock()
	if peer != nil || closed {
		return peer, closedError(closed)
	}
	stay, err := s.server.peers.claim(ctx, m.key)
	if err != nil {
		return nil, err
	}
	peer, err = s.server.media.Join(m.key.code, m.key.participant, func(e sfu.Event) { m.event(e, live, stay) })
	if err != nil {
		stay.end()
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		peer.Close()
		return nil, closedError(true)
	}
	if !stay.over() {
		m.peer = peer
		for _, state := range m.states {
			enforceOn(peer, state)
		}
	}
	return peer, nil
}

func closedError(closed bool) error {
	if closed {
		return sfu.ErrClosed
	}
	return nil
}

// with does something to the peer if there is one.
func (m *media) with(do func(*sfu.Peer)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.peer != nil {
		do(m.peer)
	}
}

// enforce has the peer do what the room says of some sources. Only the room says so: what a client wants goes there first.
func (m *media) enforce(states []room.SourceState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, state := range states {
		m.states[state.Source] = state
		if m.peer != nil {
			enforceOn(m.peer, state)
		}
	}
}

func enforceOn(peer *sfu.Peer, state room.SourceState) {
	source := sourcesIn[state.Source]
	peer.Forbid(source, state.Forbidden)
	peer.SetMuted(source, state.Muted)
	if state.Ended {
		peer.EndPublication(source)
	} else {
		peer.ResumePublication(source)
	}
}

// close ends the peer for good.
func (m *media) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.peer != nil {
		m.peer.Close()
	}
}

// moveTo has another session of the same participant told what the peer says, what it said last first.
func (m *media) moveTo(session *Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.session = session
	for _, last := range []message.ServerMessage{m.slots, m.speakers, m.quality} {
		if last != nil {
			session.tell(0, last)
		}
	}
	for _, wanted := range m.wanted {
		session.tell(0, wanted)
	}
}

// event is called from the peer's loops and does not block.
func (m *media) event(e sfu.Event, live *liveRoom, stay *stay) {
	if closed, ok := e.(sfu.PeerClosed); ok {
		stay.end()
		m.lost(live, closed.Reason)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e := e.(type) {
	case sfu.SlotsAssigned:
		m.slots = slotsAssigned(e)
		m.session.tell(0, m.slots)
	case sfu.SpeakersChanged:
		live.speakers.Store(&e.Speakers)
		m.speakers = message.SpeakersChanged{
			Speakers: append([]string{}, e.Speakers...), Speaking: append([]string{}, e.Speaking...),
		}
		m.session.tell(0, m.speakers)
		m.heard(slices.Contains(e.Speaking, m.key.participant), live)
	case sfu.LayersWanted:
		m.wanted[e.Source] = layersWanted(e)
		m.session.tell(0, m.wanted[e.Source])
	case sfu.SlotsClocked:
		m.session.tell(0, slotsClock(e))
	case sfu.QualityChanged:
		m.quality = qualityChanged(e)
		m.session.quality.scored(e.Up, e.Down)
		m.session.tell(0, m.quality)
	case sfu.ConnectionEnded:
		// The client sees that too, and offers another.
	case sfu.PeerClosed:
	}
}

// heard tells the room that the participant begins or ends to speak. The room is asked elsewhere: this is the media
// server's loop. Whoever comes last says what is so at that moment.
func (m *media) heard(speaking bool, live *liveRoom) {
	if speaking == m.speaking || m.closed {
		return
	}
	m.speaking = speaking
	m.session.server.wg.Go(func() {
		m.mu.Lock()
		session, speaks := m.session.id, m.speaking
		m.mu.Unlock()
		live.room.Speaking(session, speaks)
	})
}

// lost tells the client that its media is gone unless that is because the session ends.
func (m *media) lost(live *liveRoom, reason string) {
	m.mu.Lock()
	m.peer = nil
	m.slots, m.quality, m.wanted = nil, nil, map[sfu.Source]message.ServerMessage{}
	closed, s := m.closed, m.session
	if !closed {
		// The room is asked elsewhere: this is the media server's loop. The session is alive, so Close still waits.
		s.server.wg.Go(func() { _ = live.room.Unpublish(s.id) })
	}
	m.mu.Unlock()
	if closed {
		return
	}
	s.log.Warn("media closed", "reason", reason)
	s.tell(0, message.Refuse(message.MediaClosed, "The media connections were closed; they have to be made anew."))
}

// peers knows which participants have a peer on this node.
type peers struct {
	mu     sync.Mutex
	stays  map[peerKey]*stay
	people map[string]int // how many of them are of a participant
}

// HasMedia tells whether a participant has a media connection in a meeting here, or may make one.
func (s *Server) HasMedia(participant string) bool {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	return s.peers.people[participant] > 0
}

type peerKey struct{ code, participant string }

// stay is the life of one peer, from the claim on its place to its last event.
type stay struct {
	peers *peers
	key   peerKey
	ended chan struct{}
}

// claim takes the place of a participant's peer, waiting for the one before to be gone.
func (p *peers) claim(ctx context.Context, key peerKey) (*stay, error) {
	for {
		p.mu.Lock()
		before, taken := p.stays[key]
		if !taken {
			if p.stays == nil {
				p.stays, p.people = map[peerKey]*stay{}, map[string]int{}
			}
			mine := &stay{peers: p, key: key, ended: make(chan struct{})}
			p.stays[key] = mine
			p.people[key.participant]++
			p.mu.Unlock()
			return mine, nil
		}
		p.mu.Unlock()
		select {
		case <-before.ended:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// end gives the place free. It is called once.
func (s *stay) end() {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	delete(s.peers.stays, s.key)
	if s.peers.people[s.key.participant]--; s.peers.people[s.key.participant] == 0 {
		delete(s.peers.people, s.key.participant)
	}
	close(s.ended)
}

func (s *stay) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}
