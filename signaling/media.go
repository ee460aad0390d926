package signaling

import (
	"context"
	"sync"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/message"
)

// media is a session's hold on its participant's sfu.Peer: made when first needed, closed with the session.
type media struct {
	session *Session

	mu     sync.Mutex
	peer   *sfu.Peer
	closed bool
}

func newMedia(session *Session) *media { return &media{session: session} }

// open returns the peer, making it if there is none. A peer that another session of the same participant still
// has is waited for: that session is being closed.
func (m *media) open(ctx context.Context) (*sfu.Peer, error) {
	m.mu.Lock()
	peer, closed := m.peer, m.closed
	m.mu.Unlock()
	if peer != nil || closed {
		return peer, closedError(closed)
	}
	s := m.session
	key := peerKey{code: s.claims.Code, participant: s.claims.Participant}
	stay, err := s.server.peers.claim(ctx, key)
	if err != nil {
		return nil, err
	}
	live := s.live
	peer, err = s.server.media.Join(key.code, key.participant, func(e sfu.Event) { m.event(e, live, stay) })
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

// close ends the peer for good.
func (m *media) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.peer != nil {
		m.peer.Close()
	}
}

// event is called from the peer's loops and does not block.
func (m *media) event(e sfu.Event, live *liveRoom, stay *stay) {
	switch e := e.(type) {
	case sfu.SlotsAssigned:
		m.session.tell(0, slotsAssigned(e))
	case sfu.SpeakersChanged:
		live.speakers.Store(&e.Speakers)
		m.session.tell(0, message.SpeakersChanged{
			Speakers: append([]string{}, e.Speakers...), Speaking: append([]string{}, e.Speaking...),
		})
	case sfu.LayersWanted:
		m.session.tell(0, layersWanted(e))
	case sfu.SlotsClocked:
		m.session.tell(0, slotsClock(e))
	case sfu.QualityChanged:
		m.session.tell(0, qualityChanged(e))
	case sfu.PeerClosed:
		stay.end()
		m.lost(live, e.Reason)
	}
}

// lost tells the client that its media is gone unless that is because the session ends.
func (m *media) lost(live *liveRoom, reason string) {
	s := m.session
	m.mu.Lock()
	m.peer = nil
	closed := m.closed
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
	mu    sync.Mutex
	stays map[peerKey]*stay
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
				p.stays = map[peerKey]*stay{}
			}
			mine := &stay{peers: p, key: key, ended: make(chan struct{})}
			p.stays[key] = mine
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
