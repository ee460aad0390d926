package signaling

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
)

// Session is one socket. Its reader is the goroutine of the HTTP request; there are others only while something is
// written, and while a ping is under way. What it says is said for the participant whom the handshake proved.
type Session struct {
	id       room.SessionID
	server   *Server
	conn     *websocket.Conn
	claims   grant.Claims
	byTicket bool
	address  netip.Prefix
	out      *outbox
	limits   *limits
	// media is replaced when the participant comes back to it, or goes to the lobby.
	media   atomic.Pointer[media]
	quality measurements
	// inside is false before the join and in the lobby.
	inside atomic.Bool
	log    *slog.Logger
	began  time.Time // the handshake
	// measured is the client's last stats:report.
	measured atomic.Pointer[message.StatsReport]
	// heard is when the client last said something, in nanoseconds since 1970.
	heard atomic.Int64

	// live is nil before the join, answered false before the client shows that it has the answer; they belong to the reader.
	live     *liveRoom
	answered bool
}

func (s *Server) newSession(began time.Time, conn *websocket.Conn, wire *wire, got credential) *Session {
	conn.SetReadLimit(message.MaxSize)
	id := room.SessionID(s.sessions.Add(1))
	session := &Session{
		id: id, server: s, conn: conn, claims: got.claims, byTicket: got.byTicket, address: got.address,
		out: newOutbox(s.cfg, conn, wire, &s.away.slow), limits: newLimits(), began: began,
		log: s.log.With("room", got.claims.Code, "participant", got.claims.Participant, "session", uint64(id), "request", got.claims.Request),
	}
	session.media.Store(newMedia(session))
	return session
}

// Send implements room.Outbox. Media goes on when the socket is finished: the participant may come back to it.
func (s *Session) Send(re, seq uint64, m message.Encoded) bool {
	return s.out.send(outgoing{re: re, seq: seq, message: m})
}

// Finish implements room.Outbox: media ends at once, the socket after what is queued.
func (s *Session) Finish(code message.CloseCode, reason string) {
	s.media.Load().close()
	s.out.finish(code, reason)
	if removed := s.server.cfg.Removed; removed != nil && code == message.CloseRemoved {
		removed(s.claims.Participant)
	}
}

func (s *Session) tell(re uint64, m message.ServerMessage) { s.Send(re, 0, message.Encode(m)) }

// run serves the socket until it is closed from either side.
func (s *Session) run() {
	ctx, cancel := context.WithCancel(s.server.base)
	defer cancel()
	defer context.AfterFunc(s.server.base, func() { _ = s.conn.CloseNow() })()
	heartbeat := s.keepAlive(ctx)
	joinInTime := time.AfterFunc(s.server.cfg.JoinTimeout, func() {
		s.Finish(message.CloseCode(websocket.StatusPolicyViolation), "no meeting:join in time")
	})
	defer joinInTime.Stop()

	s.read(ctx, joinInTime)

	if s.live != nil && s.live.room.Lose(s.id) {
		s.out.finish(message.CloseCode(websocket.StatusNormalClosure), "")
	} else {
		s.Finish(message.CloseCode(websocket.StatusNormalClosure), "")
	}
	<-s.out.gone
	heartbeat.end()
	s.log.Info("socket closed", "code", int(s.out.code()))
}

// read takes messages until the socket is closed, from either side.
func (s *Session) read(ctx context.Context, joinInTime *time.Timer) {
	for {
		kind, raw, err := s.conn.Read(ctx)
		if err != nil || s.out.finished() {
			return
		}
		now := time.Now()
		s.heard.Store(now.UnixNano())
		if s.limits.flooded(now, len(raw)) {
			s.log.Warn("socket flooded")
			s.Finish(message.CloseCode(websocket.StatusPolicyViolation), "too many messages")
			return
		}
		if kind != websocket.MessageText {
			s.tell(0, message.Refuse(message.BadMessage, "Messages are text."))
			continue
		}
		s.take(ctx, now, raw)
		if s.live != nil {
			joinInTime.Stop()
		}
	}
}

// take handles one message; what breaks in it ends this session alone.
func (s *Session) take(ctx context.Context, now time.Time, raw []byte) {
	defer func() {
		if fault := recover(); fault != nil {
			s.log.Error("session broke", "fault", fault, "stack", string(debug.Stack()))
			s.Finish(message.CloseCode(websocket.StatusInternalError), "a fault of the server")
		}
	}()
	in, err := message.Decode(raw)
	if err == nil {
		err = s.allowed(now, in.Kind)
	}
	if err == nil && in.Kind.Right != message.Anybody && s.byTicket && !s.answered {
		s.answered = true
		s.live.room.Heard(s.id)
	}
	var answer message.ServerMessage
	if err == nil {
		traced, span := s.begin(ctx, in.Kind.Type)
		answer, err = s.handle(traced, in)
		defer func() { ended(span, answer) }()
	}
	if err != nil {
		answer = s.refusal(in.Kind.Type, err)
	}
	if answer != nil {
		s.tell(in.ID, answer)
	}
	joining := s.live == nil && in.Kind.Right == message.Anybody
	if refused, ok := answer.(message.Error); ok && joining && final(refused.Code) {
		// Only now it shows that a ticket was not the last one.
		s.server.bad.count(now, s.address)
		s.Finish(message.CloseRefused, "the join was refused")
	}
}

// final says that asking to join again on this socket is no use.
func final(code message.Code) bool {
	return code != message.Unavailable && code != message.AlreadyJoined && code != message.BadMessage
}

// allowed checks what needs neither the room nor the message's content.
func (s *Session) allowed(now time.Time, kind message.Kind) error {
	if kind.Right != message.Anybody && s.live == nil {
		return message.Refuse(message.NotJoined, "Join the meeting first.")
	}
	if kind.Right >= message.Members && !s.inside.Load() {
		return message.Refuse(message.NotJoined, "A host has to let you in first.")
	}
	if !s.limits.allow(now, kind.Rate) {
		return message.Error{Code: message.TooMany, Message: "Too many of these; wait a moment.", RetryAfter: 1}
	}
	return nil
}
