package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// Amendment is a change of a message that is there: ChatEdit, ChatDelete or ChatReact.
type Amendment struct {
	Edit   *message.ChatEdit
	Delete *message.ChatDelete
	React  *message.ChatReact
	// Stored is the message as the store has it, for one that is older than what the room remembers: as of UnknownMessage.
	Stored    *store.Message
	Reactions []store.Reaction
	AsOf      uint64
}

// UnknownMessage says that Amend failed only because the room does not know the message: it may be asked again with what the
// store has, and with the AsOf of this answer, from which the room sees whether the message has changed since.
type UnknownMessage struct{ AsOf uint64 }

func (UnknownMessage) Error() string { return "the message is not known in the room" }

// Number of the message.
func (a Amendment) Number() uint64 {
	switch {
	case a.Edit != nil:
		return a.Edit.Number
	case a.Delete != nil:
		return a.Delete.Number
	}
	return a.React.Number
}

// amend changes a line and tells whoever may see it. The store follows, behind the line itself, and then the answer.
func (m *machine) amend(now time.Time, session SessionID, re uint64, a Amendment) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	l := m.chat.find(a.Number())
	if l == nil && (a.Stored == nil || m.chat.isStale(a.Number(), a.AsOf)) && a.Number() <= m.chat.last {
		return UnknownMessage{AsOf: m.chat.settlements}
	}
	if l == nil && a.Stored != nil {
		l = lineOf(*a.Stored, a.Reactions)
	}
	if l == nil || !m.inSight(who, l) {
		return errNoMessage
	}
	if l.message.Deleted {
		return message.Refuse(message.NotFound, "The message is deleted.")
	}
	if m.chat.unstored+m.chat.amending() >= m.chat.most {
		return errNotStored
	}
	switch {
	case a.Edit != nil:
		err = m.edit(now, who, l, a.Edit.Text)
	case a.Delete != nil:
		err = m.strikeOut(now, who, l)
	default:
		err = m.reactTo(now, who, l, *a.React)
	}
	if err != nil {
		return err
	}
	m.chat.amended[l.message.Number] = l
	l.amending = append(l.amending, waiter{session, re})
	m.tellChange(l)
	return nil
}

func (m *machine) tellChange(l *chatLine) {
	changed := l.message
	m.tellHearers(l, message.ChatUpdated{Number: changed.Number, Stored: changed.Stored, Message: &changed})
}

// settled answers the oldest amendment of a line, which is stored or never will be. Where one failed, the store is asked what
// it has, after the last that is on its way.
func (m *machine) settled(number uint64, failed error) {
	l := m.chat.amended[number]
	if l == nil || len(l.amending) == 0 {
		return
	}
	m.chat.settle(number)
	var answer message.ServerMessage = message.OK{}
	if failed != nil {
		l.failed = true
		answer = message.Refuse(message.Conflict, "The change could not be stored.")
	}
	m.effects = append(m.effects, reply{session: l.amending[0].session, re: l.amending[0].re, message: answer})
	l.amending = l.amending[1:]
	switch {
	case len(l.amending) > 0:
	case l.failed:
		m.effects = append(m.effects, save{doubted{number}})
	default:
		delete(m.chat.amended, number)
	}
}

// learned shows everybody what the store has of a line; nil if it has none. While more is on its way the store will be asked
// again.
func (m *machine) learned(number uint64, truth *Truth) {
	l := m.chat.amended[number]
	if l == nil || len(l.amending) > 0 {
		return
	}
	delete(m.chat.amended, number)
	m.chat.settle(number)
	l.failed = false
	if truth != nil {
		l.message = ChatMessage(truth.Message, truth.Reactions)
		m.tellChange(l)
	}
}

// Truth is a message as the store has it.
type Truth struct {
	Message   store.Message
	Reactions []store.Reaction
}

func (l *chatLine) by(who *member) bool {
	return l.message.Sender == who.id || who.user != "" && l.user == who.user
}

func (m *machine) edit(now time.Time, who *member, l *chatLine, text string) error {
	if !l.by(who) {
		return message.Refuse(message.Forbidden, "Only your own messages can be edited.")
	}
	if err := mayWrite(who.permissions, m.members[l.message.To]); err != nil {
		return err
	}
	l.message.Text, l.message.EditedAt = text, new(onWire(now))
	m.effects = append(m.effects, save{edited{number: l.message.Number, text: text, at: now}})
	return nil
}

func (m *machine) strikeOut(now time.Time, who *member, l *chatLine) error {
	if !l.by(who) {
		if !moderates(who.role) {
			return message.Refuse(message.Forbidden, "Only your own messages can be deleted.")
		}
		m.audit(now, who, "room_delete_message", l.message.Sender)
	}
	l.message.Text, l.message.Deleted, l.message.Reactions = "", true, nil
	m.effects = append(m.effects, save{struck{number: l.message.Number, at: now}})
	return nil
}

func (m *machine) reactTo(now time.Time, who *member, l *chatLine, what message.ChatReact) error {
	if !who.permissions.Reactions {
		return errNotAllowed
	}
	n := 0
	for _, r := range l.message.Reactions {
		n += len(r.By)
	}
	if what.On && n >= maxReactions {
		return message.Refuse(message.TooMany, "This message has as many reactions as it can hold.")
	}
	l.message.Reactions = reactionSet(l.message.Reactions, what.Emoji, who.id, what.On)
	m.effects = append(m.effects, save{reacted{
		number: l.message.Number, participant: who.id, emoji: string(what.Emoji), on: what.On, at: now,
	}})
	return nil
}

// reactionSet is old with one reaction more or less. Old stays as it was: it may have been sent.
func reactionSet(old []message.ChatReaction, emoji message.Emoji, participant string, on bool) []message.ChatReaction {
	var out []message.ChatReaction
	found := false
	for _, r := range old {
		by := r.By
		if r.Emoji == emoji {
			found = true
			by = slices.DeleteFunc(slices.Clone(by), func(id string) bool { return id == participant })
			if on {
				by = append(by, participant)
			}
		}
		if len(by) > 0 {
			out = append(out, message.ChatReaction{Emoji: r.Emoji, By: by})
		}
	}
	if on && !found {
		out = append(out, message.ChatReaction{Emoji: emoji, By: []string{participant}})
	}
	return out
}
