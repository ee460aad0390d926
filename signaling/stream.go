package signaling

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
	"github.com/plenum-meet/plenum/store"
)

// Stream is one WHIP or WHEP session: a participant who came by HTTP and has no socket. The room treats it as everybody;
// what the room tells it, it does not hear, since there is nobody to tell, but for what a host asks of it.
type Stream struct {
	id      string // names the session to its client, who alone knows it
	server  *Server
	grant   grant.Stream
	token   [sha256.Size]byte // that it was opened with
	address netip.Prefix
	session room.SessionID
	claims  grant.Claims
	live    *liveRoom
	log     *slog.Logger
	patches *rate.Limiter

	ended chan struct{}
	// heard is when media last came, in nanoseconds since 1970.
	heard atomic.Int64
	// waits is set when the room has put it into the lobby.
	waits atomic.Bool

	negotiating sync.Mutex // guards what follows: one offer at a time
	agreed      agreement

	mu     sync.Mutex // guards what follows
	peer   *sfu.Peer
	closed bool
	states map[message.Source]room.SourceState
}

// agreement is what was negotiated.
type agreement struct {
	offer   string // as the media server saw it
	sources []message.UpSource
	slots   []sfu.SlotSpec
	remote  credentials
	tag     string // names the ICE session, quoted
	broken  bool   // an ICE restart failed half way
}

// Send implements room.Outbox.
func (s *Stream) Send(_, _ uint64, m message.Encoded) bool {
	if !m.Is(message.ModerationNotice{}) {
		return true
	}
	_, told, err := message.DecodeServer(m.Append(nil, 0, 0))
	if notice, ok := told.(message.ModerationNotice); err == nil && ok && notice.Kind == message.NoticeAskUnmute {
		// Whoever sent the stream gave it to the hosts: there is nobody to press the button but them. The room is asked
		// elsewhere, for this is its loop.
		s.elsewhere(func() { _ = s.live.room.Mute(s.session, message.Microphone, false) })
	}
	return true
}

// Finish implements room.Outbox.
func (s *Stream) Finish(_ message.CloseCode, reason string) { s.close(reason) }

// Place implements room.Outbox: nobody waits in a lobby for whom no host can be shown.
func (s *Stream) Place(inside bool) {
	if inside || s.waits.Swap(true) {
		return
	}
	s.elsewhere(s.leave)
}

// elsewhere does something that may wait, while the stream lives.
func (s *Stream) elsewhere(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.server.wg.Go(do)
	}
}

// Enforce implements room.Outbox.
func (s *Stream) Enforce(states []room.SourceState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, state := range states {
		s.states[state.Source] = state
		if s.peer != nil {
			enforceOn(s.peer, state)
		}
	}
}

// Inherit implements room.Outbox. No other socket ever takes the place of a stream: it has no ticket.
func (s *Stream) Inherit(room.Outbox) {}

// Quality implements room.Outbox.
func (s *Stream) Quality() store.Quality { return store.Quality{} }

// leave takes the stream out of the meeting, which closes it.
func (s *Stream) leave() {
	if s.live.room.SendAway(s.claims.Participant) != nil {
		s.close("left")
	}
}

// close ends media at once. It does not block.
func (s *Stream) close(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	if s.peer != nil {
		s.peer.Close()
	}
	close(s.ended)
	s.server.streams.remove(s)
	s.log.Info("stream ended", "reason", reason)
}

// open makes the peer, on which holds what the room has said already.
func (s *Stream) open(ctx context.Context) (*sfu.Peer, error) {
	stay, err := s.server.peers.claim(ctx, peerKey{code: s.claims.Code, participant: s.claims.Participant})
	if err != nil {
		return nil, err
	}
	peer, err := s.server.media.Join(s.claims.Code, s.claims.Participant, func(e sfu.Event) { s.event(e, stay) })
	if err != nil {
		stay.end()
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		peer.Close()
		return nil, sfu.ErrClosed
	}
	s.peer = peer
	for _, state := range s.states {
		enforceOn(peer, state)
	}
	return peer, nil
}

// event is called from the peer's loops and does not block. A session has one connection: with it, it ends.
func (s *Stream) event(e sfu.Event, stay *stay) {
	switch e := e.(type) {
	case sfu.PeerClosed:
		stay.end()
		s.over(e.Reason)
	case sfu.ConnectionEnded:
		s.over(e.Reason)
	case sfu.SlotsAssigned, sfu.SpeakersChanged, sfu.LayersWanted, sfu.SlotsClocked, sfu.QualityChanged:
	}
}

// over has the stream leave because its media is gone. The room is asked elsewhere: this is the media server's loop.
func (s *Stream) over(reason string) {
	s.elsewhere(func() {
		s.log.Info("media of a stream ended", "reason", reason)
		s.leave()
	})
}

// watch ends a stream that publishes and brings nothing for too long. It returns when the stream has ended.
func (s *Stream) watch(every, silence time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var seen uint64 // by the peer's loop
	for {
		select {
		case <-s.ended:
			return
		case <-ticker.C:
		}
		s.mu.Lock()
		if s.peer != nil {
			s.peer.Received(func(packets uint64) {
				if packets != seen {
					seen = packets
					s.heard.Store(time.Now().UnixNano())
				}
			})
		}
		s.mu.Unlock()
		if s.quiet(time.Now()) >= silence {
			s.log.Info("a stream brings nothing")
			s.leave()
			return
		}
	}
}

// quiet is for how long nothing has come.
func (s *Stream) quiet(now time.Time) time.Duration { return now.Sub(time.Unix(0, s.heard.Load())) }

// negotiate answers an offer for the stream's one connection, and tells the room what it publishes.
func (s *Stream) negotiate(ctx context.Context, peer *sfu.Peer, a agreement) (string, error) {
	if s.grant.Way == grant.Play {
		return peer.OfferDownstream(ctx, a.offer, a.slots)
	}
	return s.server.offerUp(ctx, s.live, s.session, peer, message.WebRTCOffer{PC: message.Up, SDP: a.offer, Sources: a.sources})
}
