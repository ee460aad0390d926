package room

import (
	"errors"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// Join brings a socket in. The snapshot goes to its outbox before any event does.
func (r *Room) Join(in Entry, out Outbox) error {
	return r.ask(func(now time.Time, m *machine) error {
		// Known before the machine speaks to it, forgotten if it is refused.
		r.outboxes[in.Session] = out
		err := m.join(now, in)
		if err != nil {
			delete(r.outboxes, in.Session)
		}
		return err
	})
}

// IsUnknownTicket says that a join failed only because the room does not know the participant: it may be asked
// again once the store has vouched.
func IsUnknownTicket(err error) bool {
	refused, ok := errors.AsType[message.Error](err)
	return ok && refused.Code == errUnknownTicket.Code && refused.Message == errUnknownTicket.Message
}

// Leave takes the socket's participant out for good; the answer to re goes out before the socket closes.
func (r *Room) Leave(session SessionID, re uint64) error {
	return r.ask(func(now time.Time, m *machine) error { return m.leave(now, session, re) })
}

// Lose is told that a socket is gone. It is true if its participant's place is kept, with the media.
func (r *Room) Lose(session SessionID) (kept bool) {
	_ = r.ask(func(now time.Time, _ *machine) error {
		kept = r.lose(now, session)
		return nil
	})
	return kept
}

// Heard says that a socket has got the answer to its join: the ticket that it came by is no good any more.
func (r *Room) Heard(session SessionID) {
	_ = r.ask(func(_ time.Time, m *machine) error {
		m.heard(session)
		return nil
	})
}

// SignOut takes everybody out who came by one of these sign-ins.
func (r *Room) SignOut(signIns []string) {
	_ = r.ask(func(now time.Time, m *machine) error {
		m.signOut(now, signIns)
		return nil
	})
}

// Configure takes settings that were changed outside and are stored already.
func (r *Room) Configure(settings Settings) error {
	return r.ask(func(now time.Time, m *machine) error {
		m.configure(now, settings)
		return nil
	})
}

// Adjust changes how many there may be and how long the place of who lost the connection is kept, from now on: who is in stays
// in. A connection test stays as it is.
func (r *Room) Adjust(maxParticipants int, resumeFor time.Duration) {
	if r.meeting.isTest() {
		return
	}
	_ = r.ask(func(_ time.Time, m *machine) error {
		m.cfg.MaxParticipants, m.cfg.ResumeFor = maxParticipants, resumeFor
		return nil
	})
}

// SendAway takes a participant out for good and closes their socket.
func (r *Room) SendAway(participant string) error {
	return r.ask(func(now time.Time, m *machine) error { return m.sendAway(now, participant) })
}

// End ends the meeting for everybody if the socket's participant may do that.
func (r *Room) End(session SessionID, re uint64) error {
	return r.ask(func(now time.Time, m *machine) error { return m.end(now, session, re) })
}

// EndBy ends the meeting for everybody. By is a participant's or a user's id, or empty.
func (r *Room) EndBy(by string) error {
	return r.ask(func(now time.Time, m *machine) error { return m.endBy(now, by) })
}

// Retitle tells everybody the meeting's new title.
func (r *Room) Retitle(title string) error {
	return r.ask(func(_ time.Time, m *machine) error {
		m.retitle(title)
		return nil
	})
}

// Feeds gives the publications for the sources of an upstream offer, in their order, as they will be when it is
// answered.
func (r *Room) Feeds(session SessionID, sources []message.Source) (feeds []Feed, err error) {
	err = r.ask(func(_ time.Time, m *machine) (err error) {
		feeds, err = m.feeds(session, sources)
		return err
	})
	return feeds, err
}

// Publish says that an upstream offer with these sources was answered: the new ones are live.
func (r *Room) Publish(session SessionID, sources []message.Source) error {
	return r.ask(func(now time.Time, m *machine) error { return m.publish(now, session, sources) })
}

// SetPublication says that a source is live or has ended.
func (r *Room) SetPublication(session SessionID, source message.Source, live bool) error {
	return r.ask(func(now time.Time, m *machine) error { return m.setPublication(now, session, source, live) })
}

// Unpublish forgets what the participant published, for their connection is gone.
func (r *Room) Unpublish(session SessionID) error {
	return r.ask(func(now time.Time, m *machine) error { return m.unpublish(now, session) })
}

// Mute says that a source is muted or not.
func (r *Room) Mute(session SessionID, source message.Source, muted bool) error {
	return r.ask(func(now time.Time, m *machine) error { return m.mute(now, session, source, muted) })
}

// Rename gives the participant another name.
func (r *Room) Rename(session SessionID, name string) error {
	return r.ask(func(now time.Time, m *machine) error { return m.rename(now, session, name) })
}

// RaiseHand raises or lowers the participant's hand.
func (r *Room) RaiseHand(session SessionID, what message.ParticipantRaiseHand) error {
	return r.ask(func(now time.Time, m *machine) error { return m.raiseHand(now, session, what) })
}

// React shows a reaction to everybody.
func (r *Room) React(session SessionID, emoji message.Emoji) error {
	return r.ask(func(now time.Time, m *machine) error { return m.react(now, session, emoji) })
}

// Speaking says that the participant begins or ends to be heard.
func (r *Room) Speaking(session SessionID, speaks bool) {
	_ = r.ask(func(now time.Time, m *machine) error {
		m.speaking(now, session, speaks)
		return nil
	})
}

// Amend edits, deletes or reacts to a message; the answer to re goes out when that is stored. UnknownMessage asks for what the
// store has of it.
func (r *Room) Amend(session SessionID, re uint64, a Amendment) error {
	return r.ask(func(now time.Time, m *machine) error { return m.amend(now, session, re, a) })
}

// Typing tells those whom the participant writes to.
func (r *Room) Typing(session SessionID, to string) error {
	return r.ask(func(_ time.Time, m *machine) error { return m.typing(session, to) })
}

// Moderate does what a host or co-host wants done. Every message of the kind message.Moderators is one of them.
func (r *Room) Moderate(session SessionID, what message.ClientMessage) error {
	return r.ask(func(now time.Time, m *machine) error { return m.moderate(now, session, what) })
}

func (m *machine) moderate(now time.Time, session SessionID, what message.ClientMessage) error {
	switch what := what.(type) {
	case message.ModerationMute:
		return m.moderateMute(now, session, what)
	case message.ModerationAskUnmute:
		return m.askUnmute(now, session, what.Participant)
	case message.ModerationStopVideo:
		return m.stopVideo(now, session, what)
	case message.ModerationStopShare:
		return m.stopShare(now, session, what)
	case message.ModerationRemove:
		return m.moderateRemove(now, session, what.Participant)
	case message.ModerationForgive:
		return m.forgive(now, session, what.Participant)
	case message.ModerationAdmit:
		return m.admit(now, session, what)
	case message.ModerationDeny:
		return m.deny(now, session, what)
	case message.ModerationSendToLobby:
		return m.sendToLobby(now, session, what.Participant)
	case message.ModerationMessageWaiting:
		return m.messageWaiting(now, session, what.Text)
	case message.ModerationLock:
		return m.moderateLock(now, session, what.Locked)
	case message.ModerationSettings:
		return m.moderateSettings(now, session, what)
	case message.ModerationRole:
		return m.moderateRole(now, session, what)
	case message.ModerationPermissions:
		return m.moderatePermissions(now, session, what)
	case message.ModerationLowerHands:
		return m.lowerHands(now, session, what.Participant)
	case message.ModerationCallOn:
		return m.callOn(now, session, what.Participant)
	case message.ModerationSpotlight:
		return m.moderateSpotlight(now, session, what.Participants)
	default:
		return message.Refuse(message.Internal, "This is no moderation.")
	}
}

// Say shows a message to everybody; the answer to re goes out when it is stored.
func (r *Room) Say(session SessionID, re uint64, what message.ChatSend) error {
	return r.ask(func(now time.Time, m *machine) error { return m.say(now, session, re, what) })
}

// Sight is what of the stored chat the participant may see; lines are the messages in sight that the store does not
// have yet, oldest first.
func (r *Room) Sight(session SessionID) (sight store.Sight, lines []message.ChatMessage, err error) {
	err = r.ask(func(_ time.Time, m *machine) error {
		who, err := m.of(session)
		if err == nil {
			sight, lines = m.sight(who), m.unstored(who)
		}
		return err
	})
	return sight, lines, err
}

// Participants are those in the room, in the order of joining.
func (r *Room) Participants() (people []message.Participant) {
	_ = r.ask(func(_ time.Time, m *machine) error {
		for _, who := range m.order {
			people = append(people, who.view())
		}
		return nil
	})
	return people
}

// Snapshot of a room, for debugging.
type Snapshot struct {
	Code         string                `json:"code"`
	Occurrence   string                `json:"occurrence"`
	StartedAt    time.Time             `json:"startedAt"`
	Participants []ParticipantSnapshot `json:"participants"`
	Hands        []string              `json:"hands"`
	// Waiting in the lobby.
	Waiting []string `json:"waiting"`
	// Awaited are those who lost the connection and may come back.
	Awaited int `json:"awaited"`
	// Tickets are kept of those who are in, wait, or may come back.
	Tickets     int    `json:"tickets"`
	LastMessage uint64 `json:"lastMessage"`
	// Unstored messages, and Amending changes of messages, wait for the database.
	Unstored     int `json:"unstored"`
	Amending     int `json:"amending"`
	QueuedWrites int `json:"queuedWrites"`
}

// ParticipantSnapshot is a member of a Snapshot, without what people see of each other.
type ParticipantSnapshot struct {
	ID           string                `json:"id"`
	Role         message.Role          `json:"role"`
	Session      SessionID             `json:"session"`
	Seq          uint64                `json:"seq"`
	Publications []message.Publication `json:"publications"`
	Reconnecting bool                  `json:"reconnecting"`
	Permissions  message.Permissions   `json:"permissions"`
}

// Snapshot shows the room's state; false if it has ended.
func (r *Room) Snapshot() (snapshot Snapshot, ok bool) {
	err := r.ask(func(_ time.Time, m *machine) error {
		snapshot = m.debug()
		return nil
	})
	snapshot.QueuedWrites = r.writer.left()
	return snapshot, err == nil
}

func (m *machine) debug() Snapshot {
	out := Snapshot{
		Code: m.meeting.Code, Occurrence: m.meeting.Occurrence, StartedAt: m.meeting.StartedAt,
		Participants: []ParticipantSnapshot{}, Hands: m.hands.ids(), Waiting: []string{}, Awaited: len(m.awaited),
		Tickets: len(m.tickets), LastMessage: m.chat.last, Unstored: m.chat.unstored, Amending: m.chat.amending(),
	}
	for _, who := range m.order {
		out.Participants = append(out.Participants, ParticipantSnapshot{
			ID: who.id, Role: who.role, Session: who.session, Seq: who.seq, Publications: who.view().Publications,
			Reconnecting: who.away(), Permissions: who.permissions,
		})
	}
	for _, w := range m.lobby.line {
		out.Waiting = append(out.Waiting, w.id)
	}
	return out
}
