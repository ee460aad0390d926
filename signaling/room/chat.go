package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// remembered is how many client ids the room knows, so that a retry is answered without the store.
const remembered = 10_000

// history is the end of the chat as the store has it when the room opens.
type history struct {
	last uint64
	page []store.Message
}

// chat is the order of what was said. Lines that wait for the store are always kept, of the others the newest.
type chat struct {
	page     int
	most     int
	last     uint64
	lines    []*line
	unstored int
	byClient map[clientKey]*line
	keys     []clientKey
}

type clientKey struct{ participant, clientID string }

type line struct {
	message message.ChatMessage
	// waiting requests get their answer when the line is stored.
	waiting []waiter
}

type waiter struct {
	session SessionID
	re      uint64
}

func newChat(cfg Config, past history) chat {
	c := chat{page: cfg.HistoryPage, most: cfg.MaxUnstored, last: past.last, byClient: map[clientKey]*line{}}
	for _, m := range past.page {
		c.add(&line{message: ChatMessage(m)})
	}
	return c
}

// ChatMessage is a stored message as clients see it.
func ChatMessage(m store.Message) message.ChatMessage {
	return message.ChatMessage{
		Number: m.Number, ClientID: m.ClientID, Sender: m.ParticipantID, Name: m.SenderName, Text: m.Text,
		SentAt: m.CreatedAt, Stored: true,
	}
}

func (c *chat) add(l *line) {
	key := clientKey{l.message.Sender, l.message.ClientID}
	c.lines = append(c.lines, l)
	c.byClient[key] = l
	c.keys = append(c.keys, key)
	c.trim()
}

// trim forgets the oldest stored lines beyond a page.
func (c *chat) trim() {
	for len(c.lines) > c.page && c.lines[0].message.Stored {
		c.lines = slices.Delete(c.lines, 0, 1)
	}
	for len(c.keys) > remembered && c.byClient[c.keys[0]].message.Stored {
		delete(c.byClient, c.keys[0])
		c.keys = slices.Delete(c.keys, 0, 1)
	}
}

// newest is the page for somebody who comes in.
func (c *chat) newest() []message.ChatMessage {
	lines := c.lines[max(0, len(c.lines)-c.page):]
	out := make([]message.ChatMessage, len(lines))
	for i, l := range lines {
		out[i] = l.message
	}
	return out
}

// waitingLines are those that the store does not have yet, oldest first.
func (c *chat) waitingLines() []message.ChatMessage {
	var out []message.ChatMessage
	for _, l := range c.lines {
		if !l.message.Stored {
			out = append(out, l.message)
		}
	}
	return out
}

// say shows a message to everybody at once and stores it. The sender's answer follows when it is stored.
func (m *machine) say(now time.Time, session SessionID, re uint64, what message.ChatSend) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if l, again := m.chat.byClient[clientKey{who.id, what.ClientID}]; again {
		if l.message.Stored {
			m.effects = append(m.effects, reply{session: session, re: re, message: message.OK{}})
		} else {
			l.waiting = append(l.waiting, waiter{session, re})
		}
		return nil
	}
	if m.chat.unstored >= m.chat.most {
		return message.Refuse(message.Unavailable, "The chat cannot be stored at the moment; try again later.")
	}
	m.chat.last++
	m.chat.unstored++
	l := &line{
		message: message.ChatMessage{
			Number: m.chat.last, ClientID: what.ClientID, Sender: who.id, Name: who.name, Text: what.Text,
			SentAt: onWire(now),
		},
		waiting: []waiter{{session, re}},
	}
	m.chat.add(l)
	m.tell(l.message, nil)
	m.effects = append(m.effects, save{said{m.row(who, l.message)}})
	return nil
}

func (m *machine) row(who *member, c message.ChatMessage) store.Message {
	row := store.Message{
		ID: store.NewID(c.SentAt), MeetingID: m.meeting.ID, OccurrenceID: m.meeting.Occurrence, ParticipantID: who.id,
		SenderName: who.name, Number: c.Number, ClientID: c.ClientID, Text: c.Text, CreatedAt: c.SentAt,
	}
	if who.user != "" {
		row.SenderID = &who.user
	}
	return row
}

// stored tells the sender and everybody that a message is committed, or the sender that it never will be.
func (m *machine) stored(number uint64, failed error) {
	i := slices.IndexFunc(m.chat.lines, func(l *line) bool { return l.message.Number == number })
	if i < 0 {
		return
	}
	l := m.chat.lines[i]
	m.chat.unstored--
	var answer message.ServerMessage = message.OK{}
	if failed != nil {
		// Forgotten, so that sending it again may succeed.
		key := clientKey{l.message.Sender, l.message.ClientID}
		m.chat.lines = slices.Delete(m.chat.lines, i, i+1)
		delete(m.chat.byClient, key)
		m.chat.keys = slices.DeleteFunc(m.chat.keys, func(k clientKey) bool { return k == key })
		answer = message.Refuse(message.Conflict, "The message could not be stored.")
	} else {
		l.message.Stored = true
		m.chat.trim()
	}
	for _, w := range l.waiting {
		m.effects = append(m.effects, reply{session: w.session, re: w.re, message: answer})
	}
	l.waiting = nil
	if failed == nil {
		m.tell(message.ChatUpdated{Number: number, Stored: true}, nil)
	}
}
