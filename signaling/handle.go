package signaling

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
	"github.com/plenum-meet/plenum/store"
)

// handle does what a message asks for. A nil answer means that the room has answered or will.
func (s *Session) handle(ctx context.Context, in message.Incoming) (message.ServerMessage, error) {
	switch m := in.Message.(type) {
	case message.MeetingJoin:
		return nil, s.join(ctx, in.ID, nil)
	case message.MeetingResume:
		return nil, s.join(ctx, in.ID, &m)
	case message.MeetingLeave:
		return nil, s.live.room.Leave(s.id, in.ID)
	case message.MeetingEnd:
		return nil, s.live.room.End(s.id, in.ID)
	case message.Ping:
		return message.Pong{}, nil
	case message.WebRTCOffer:
		return s.offer(ctx, m)
	case message.WebRTCICECandidate:
		return message.OK{}, nil
	case message.PublicationSet:
		return message.OK{}, s.live.room.SetPublication(s.id, m.Source, m.Live)
	case message.ParticipantToggleAudio:
		return message.OK{}, s.live.room.Mute(s.id, message.Microphone, m.Muted)
	case message.ParticipantToggleVideo:
		return message.OK{}, s.live.room.Mute(s.id, message.Camera, m.Muted)
	case message.ParticipantRename:
		return message.OK{}, s.rename(m)
	case message.ParticipantRaiseHand:
		return message.OK{}, s.live.room.RaiseHand(s.id, m)
	case message.ParticipantReact:
		return message.OK{}, s.live.room.React(s.id, m.Emoji)
	case message.SlotsWish:
		return message.OK{}, s.wish(m)
	case message.StatsReport:
		s.measured.Store(&m)
		s.quality.reported(m)
		return message.OK{}, nil
	case message.ChatSend:
		return nil, s.live.room.Say(s.id, in.ID, m)
	case message.ChatEdit:
		return nil, s.amend(ctx, in.ID, room.Amendment{Edit: &m})
	case message.ChatDelete:
		return nil, s.amend(ctx, in.ID, room.Amendment{Delete: &m})
	case message.ChatReact:
		return nil, s.amend(ctx, in.ID, room.Amendment{React: &m})
	case message.ChatTyping:
		return message.OK{}, s.live.room.Typing(s.id, m.To)
	case message.ChatHistoryRequest:
		return s.history(ctx, m)
	case message.ModerationMute, message.ModerationAskUnmute, message.ModerationStopVideo, message.ModerationStopShare,
		message.ModerationRemove, message.ModerationForgive, message.ModerationAdmit, message.ModerationDeny,
		message.ModerationSendToLobby, message.ModerationMessageWaiting, message.ModerationLock, message.ModerationSettings,
		message.ModerationRole, message.ModerationPermissions, message.ModerationLowerHands, message.ModerationCallOn,
		message.ModerationSpotlight:
		return message.OK{}, s.live.room.Moderate(s.id, m)
	default:
		return nil, fmt.Errorf("no case for %T", in.Message)
	}
}

// refusal is the error that the client sees.
func (s *Session) refusal(kind string, err error) message.Error {
	if refused, ok := errors.AsType[message.Error](err); ok {
		return refused
	}
	switch {
	case errors.Is(err, sfu.ErrBadOffer):
		return message.Refuse(message.BadSDP, "The offer cannot be answered.")
	case errors.Is(err, sfu.ErrRoomFull):
		return message.Refuse(message.RoomFull, "There is no room for more media.")
	case errors.Is(err, sfu.ErrClosed):
		return message.Refuse(message.MediaClosed, "The media connections were closed; they have to be made anew.")
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		s.log.Warn("message refused", "type", kind, "error", err)
		return message.Refuse(message.Unavailable, "Not at the moment; try again.")
	case errors.Is(err, store.ErrNotFound):
		return message.Refuse(message.NotFound, "There is no such meeting.")
	default:
		s.log.Error("message failed", "type", kind, "error", err)
		return message.Refuse(message.Internal, "Something went wrong in the server.")
	}
}

// join enters the room, or comes back to it; the room answers with the snapshot or with what was missed.
func (s *Session) join(ctx context.Context, re uint64, resume *message.MeetingResume) error {
	if s.live != nil {
		return message.Refuse(message.AlreadyJoined, "This connection is in the meeting already.")
	}
	ctx, cancel := context.WithTimeout(ctx, s.server.cfg.StoreTimeout)
	defer cancel()
	live, err := s.server.enter(ctx, s.claims)
	if err != nil {
		return err
	}
	// From here on the room is told of sign-ins that end; one may have ended since the handshake, before there was a room.
	if s.server.ended.has(time.Now(), s.claims.SignIn) {
		return message.Refuse(message.Forbidden, "This sign-in has ended.")
	}
	entry, err := s.entry(live, re)
	if err != nil {
		return err
	}
	if resume != nil {
		entry.Resume, entry.Seq = s.byTicket, resume.Seq
	}
	// Before the room speaks to it: in the lobby it says otherwise.
	s.inside.Store(true)
	s.live = live
	err = live.room.Join(entry, s)
	if room.IsUnknownTicket(err) {
		if err = s.vouch(ctx, &entry); err == nil {
			err = live.room.Join(entry, s)
		}
	}
	if err != nil {
		s.inside.Store(false)
		s.live = nil
		return err
	}
	if joined := s.server.cfg.Joined; joined != nil {
		joined(time.Since(s.began))
	}
	s.log.Info("joined", "by_ticket", s.byTicket, "inside", s.inside.Load())
	if !s.inside.Load() {
		return nil
	}
	if _, err := s.media.Load().open(ctx, live); err != nil && !s.out.finished() {
		// The first offer tries again, and says what is wrong.
		s.log.Warn("no media yet", "error", err)
	}
	return nil
}

func (s *Session) entry(live *liveRoom, re uint64) (room.Entry, error) {
	ticket, id, err := s.server.keys.Ticket(time.Now(), s.claims)
	if err != nil {
		return room.Entry{}, err
	}
	address := ""
	if s.address.IsValid() {
		address = s.address.String()
	}
	entry := room.Entry{
		Session: s.id, Claims: s.claims, Address: address, ByTicket: s.byTicket, Ticket: ticket, TicketID: id, Re: re,
	}
	if speakers := live.speakers.Load(); speakers != nil {
		entry.Speakers = *speakers
	}
	return entry, nil
}

// vouch asks the store about a ticket from before this room was in memory: its owner must not have left, nor signed out.
func (s *Session) vouch(ctx context.Context, entry *room.Entry) error {
	row, err := s.server.records.ParticipantByID(ctx, s.claims.Participant)
	if err != nil {
		return err
	}
	entry.Vouched = row.OccurrenceID == s.claims.Occurrence && row.Status == store.StatusJoined && row.RemovedAt == nil
	if s.claims.SignIn != "" {
		ended, err := s.server.records.IsRevoked(ctx, s.claims.SignIn)
		if err != nil {
			return err
		}
		entry.Vouched = entry.Vouched && !ended
	}
	// The ticket says what the first grant said; a host may have decided otherwise since.
	entry.Claims.Name, entry.Claims.Host, entry.Claims.CoHost = row.Name, row.Role == store.RoleHost, row.Role == store.RoleCoHost
	return nil
}

// offer answers for one of the participant's two connections.
func (s *Session) offer(ctx context.Context, m message.WebRTCOffer) (message.ServerMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, s.server.cfg.MediaTimeout)
	defer cancel()
	peer, err := s.media.Load().open(ctx, s.live)
	if err != nil {
		return nil, err
	}
	var answer string
	if m.PC == message.Up {
		answer, err = s.server.offerUp(ctx, s.live, s.id, peer, m)
	} else {
		slots := make([]sfu.SlotSpec, len(m.Slots))
		for i, slot := range m.Slots {
			slots[i] = sfu.SlotSpec{MID: slot.MID, Kind: kindsIn[slot.Kind]}
		}
		answer, err = peer.OfferDownstream(ctx, m.SDP, slots)
	}
	if err != nil {
		return nil, err
	}
	return message.WebRTCAnswer{PC: m.PC, SDP: answer}, nil
}

// offerUp has the room number the sources, the media server answer, and the room show what is live now.
func (s *Server) offerUp(ctx context.Context, live *liveRoom, session room.SessionID, peer *sfu.Peer, m message.WebRTCOffer) (string, error) {
	sources := make([]message.Source, len(m.Sources))
	for i, source := range m.Sources {
		sources[i] = source.Source
	}
	feeds, err := live.room.Feeds(session, sources)
	if err != nil {
		return "", err
	}
	published := make([]sfu.PublishedSource, len(feeds))
	for i, feed := range feeds {
		published[i] = sfu.PublishedSource{
			MID: m.Sources[i].MID, Source: sourcesIn[feed.Source], Number: feed.Number, Muted: feed.Muted,
		}
	}
	answer, err := peer.OfferUpstream(ctx, m.SDP, published)
	if err != nil {
		return "", err
	}
	for _, feed := range feeds {
		if !feed.Live {
			peer.EndPublication(sourcesIn[feed.Source])
		}
	}
	return answer, live.room.Publish(session, sources)
}

func (s *Session) rename(m message.ParticipantRename) error {
	name, err := message.CleanName(m.Name)
	if err != nil {
		return err
	}
	return s.live.room.Rename(s.id, name)
}

func (s *Session) wish(m message.SlotsWish) error {
	wishes := make([]sfu.Wish, len(m.Wishes))
	for i, w := range m.Wishes {
		wishes[i] = sfu.Wish{
			MID: w.MID, Participant: w.Participant, Source: sourcesIn[w.Source], Height: w.Height, Priority: w.Priority,
		}
		if w.Participant == message.SpeakerWish {
			wishes[i].Participant, wishes[i].Speaker = "", true
		}
	}
	warm := make([]sfu.Warm, len(m.Warm))
	for i, w := range m.Warm {
		warm[i] = sfu.Warm{Participant: w.Participant, Source: sourcesIn[w.Source]}
	}
	s.media.Load().with(func(peer *sfu.Peer) {
		peer.SetSaving(m.DataSaver, m.AudioOnly)
		peer.Wish(wishes, warm...)
	})
	return nil
}

// defaultPage is what chat:history without a limit gets.
const defaultPage = 50

// history is a page from the store, with what the store does not have yet at its end.
func (s *Session) history(ctx context.Context, m message.ChatHistoryRequest) (message.ServerMessage, error) {
	limit := m.Limit
	if limit == 0 {
		limit = defaultPage
	}
	// The room first: what is stored in between is then in both, not in neither.
	sight, waiting, err := s.live.room.Sight(s.id)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.server.cfg.StoreTimeout)
	defer cancel()
	meeting := s.live.room.Meeting().ID
	rows, more, err := s.server.records.MessagesBefore(ctx, meeting, m.Before, limit, sight)
	if err != nil {
		return nil, err
	}
	numbers := make([]uint64, len(rows))
	for i, row := range rows {
		numbers[i] = row.Number
	}
	reactions, err := s.server.records.ReactionsTo(ctx, meeting, numbers)
	if err != nil {
		return nil, err
	}
	page := make([]message.ChatMessage, 0, len(rows)+len(waiting))
	var last uint64
	for _, row := range rows {
		page = append(page, room.ChatMessage(row, reactions[row.Number]))
		last = row.Number
	}
	for _, line := range waiting {
		if line.Number > last && (m.Before == 0 || line.Number < m.Before) {
			page = append(page, line)
		}
	}
	if extra := len(page) - limit; extra > 0 {
		page, more = page[extra:], true
	}
	return message.ChatHistory{Messages: page, More: more}, nil
}

// amendTries is how often the store is asked for a message that others change meanwhile.
const amendTries = 5

// amend changes a message; one that the room does not remember is looked up first, and again if it has changed since.
func (s *Session) amend(ctx context.Context, re uint64, a room.Amendment) error {
	ctx, cancel := context.WithTimeout(ctx, s.server.cfg.StoreTimeout)
	defer cancel()
	for range amendTries {
		err := s.live.room.Amend(s.id, re, a)
		unknown, is := errors.AsType[room.UnknownMessage](err)
		if !is {
			return err
		}
		a.AsOf = unknown.AsOf
		if err := s.lookUp(ctx, &a); err != nil {
			return err
		}
	}
	return message.Refuse(message.Unavailable, "The message is being changed; try again.")
}

// lookUp fills in what the store has of the message.
func (s *Session) lookUp(ctx context.Context, a *room.Amendment) error {
	meeting := s.live.room.Meeting().ID
	row, err := s.server.records.MessageByNumber(ctx, meeting, a.Number())
	if errors.Is(err, store.ErrNotFound) {
		return message.Refuse(message.NotFound, "There is no such message.")
	}
	if err != nil {
		return err
	}
	reactions, err := s.server.records.ReactionsTo(ctx, meeting, []uint64{row.Number})
	if err != nil {
		return err
	}
	a.Stored, a.Reactions = &row, reactions[row.Number]
	return nil
}
