package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

const (
	// remembered is how many client ids the room knows, so that a retry is answered without the store.
	remembered = 10_000
	// maxLately settlements are remembered by their line; who has waited for the store while more came asks it again.
	maxLately = 256
	// maxReactions under one message, of all people together.
	maxReactions = 100
)

// history is the end of the chat, and what else the store knows of the occurrence, when the room opens.
type history struct {
	last uint64
	page []store.Message
	// more says that there are messages before the page.
	more      bool
	reactions map[uint64][]store.Reaction
	standing  []store.Participant
}

// chat is the order of what was said. Lines that wait for the store are always kept, of the others the newest.
type chat struct {
	page     int
	most     int
	last     uint64
	lines    []*chatLine
	more     bool
	unstored int
	// amended are lines with changes that wait for the store; they need not be among lines.
	amended  map[uint64]*chatLine
	byClient map[clientKey]*chatLine
	keys     []clientKey
	// settlements counts the changes whose outcome is known; lately are the lines of the last of them.
	settlements uint64
	lately      []uint64
}

type clientKey struct{ participant, clientID string }

type chatLine struct {
	message message.ChatMessage
	// user is the account of the sender, toUser that of the recipient, if they have one.
	user, toUser string
	// waiting requests get their answer when the line is stored, amending ones each when its change is.
	waiting, amending []waiter
	// failed says that one of the changes that were on their way together was not stored.
	failed bool
}

type waiter struct {
	session SessionID
	re      uint64
}

func newChat(cfg Config, past history) chat {
	c := chat{page: cfg.HistoryPage, most: cfg.MaxUnstored, last: past.last, more: past.more, byClient: map[clientKey]*chatLine{}, amended: map[uint64]*chatLine{}}
	for _, m := range past.page {
		c.add(lineOf(m, past.reactions[m.Number]))
	}
	return c
}

func lineOf(m store.Message, reactions []store.Reaction) *chatLine {
	l := &chatLine{message: ChatMessage(m, reactions)}
	if m.SenderID != nil {
		l.user = *m.SenderID
	}
	if m.RecipientUserID != nil {
		l.toUser = *m.RecipientUserID
	}
	return l
}

// ChatMessage is a stored message as clients see it.
func ChatMessage(m store.Message, reactions []store.Reaction) message.ChatMessage {
	out := message.ChatMessage{
		Number: m.Number, ClientID: m.ClientID, Sender: m.ParticipantID, Name: m.SenderName, Text: m.Text,
		SentAt: m.CreatedAt, Stored: true, ToName: m.RecipientName, EditedAt: m.EditedAt, Deleted: m.DeletedAt != nil,
	}
	if m.RecipientID != nil {
		out.To = *m.RecipientID
	}
	if m.ReplyTo != nil {
		out.ReplyTo = *m.ReplyTo
	}
	for _, r := range reactions {
		out.Reactions = reactionSet(out.Reactions, message.Emoji(r.Emoji), r.ParticipantID, true)
	}
	return out
}

func (c *chat) add(l *chatLine) {
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
		c.more = true
	}
	for len(c.keys) > remembered && c.byClient[c.keys[0]].message.Stored {
		delete(c.byClient, c.keys[0])
		c.keys = slices.Delete(c.keys, 0, 1)
	}
}

func (c *chat) find(number uint64) *chatLine {
	for _, l := range c.lines {
		if l.message.Number == number {
			return l
		}
	}
	return c.amended[number]
}

// settle notes that the store has, or never will have, a change of a line.
func (c *chat) settle(number uint64) {
	c.settlements++
	c.lately = append(c.lately, number)
	if len(c.lately) > 2*maxLately {
		c.lately = slices.Clone(c.lately[maxLately:])
	}
}

// isStale says whether a line may have changed in the store since so many settlements.
func (c *chat) isStale(number, settlements uint64) bool {
	since := c.settlements - settlements
	if since > uint64(len(c.lately)) {
		return true
	}
	return slices.Contains(c.lately[len(c.lately)-int(since):], number) //nolint:gosec // no more than its length
}

// amending is how many changes wait for the store.
func (c *chat) amending() (n int) {
	for _, l := range c.amended {
		n += len(l.amending)
	}
	return n
}

// newest is the page for somebody who comes in, as far as they may see it.
func (m *machine) newest(who *member) (page []message.ChatMessage, more bool) {
	page = []message.ChatMessage{}
	sight := m.sight(who)
	for _, l := range m.chat.lines[max(0, len(m.chat.lines)-m.chat.page):] {
		if m.inSight(who, l) {
			page = append(page, l.message)
		}
	}
	more = m.chat.more && (sight.Since.IsZero() || len(page) > 0 && len(page) == len(m.chat.lines))
	return page, more
}

// sight is what of the stored chat somebody may see.
func (m *machine) sight(who *member) store.Sight {
	out := store.Sight{Participant: who.id, User: who.user}
	if moderates(who.role) {
		return out
	}
	switch m.meeting.Settings.ChatHistory {
	case message.HistoryAll:
	case message.HistoryJoined:
		out.Since = who.since
	case message.HistoryNone:
		out.Since = who.snapshotAt
	}
	return out
}

// seenBy says whether a line is for somebody at all; what was said before they came is another question.
func (l *chatLine) seenBy(who *member) bool {
	if l.message.To == "" || l.message.Sender == who.id || l.message.To == who.id {
		return true
	}
	return who.user != "" && (l.user == who.user || l.toUser == who.user)
}

// hearers are the members whom a line is for; all if it is not private and late joiners see everything.
func (m *machine) hearers(l *chatLine) (them []*member, all bool) {
	if l.message.To == "" && m.meeting.Settings.ChatHistory == message.HistoryAll {
		return nil, true
	}
	for _, who := range m.order {
		if m.inSight(who, l) {
			them = append(them, who)
		}
	}
	return them, false
}

// inSight says whether somebody may see a line.
func (m *machine) inSight(who *member, l *chatLine) bool {
	return l.seenBy(who) && !l.message.SentAt.Before(m.sight(who).Since)
}

func (m *machine) tellHearers(l *chatLine, what message.ServerMessage) {
	them, all := m.hearers(l)
	if all {
		m.tell(what, nil)
		return
	}
	m.tellOnly(what, them...)
}

// mayWrite says whether somebody may write to another, or to all if to is nil. Who may chat may always write to a host.
func mayWrite(p message.Permissions, to *member) error {
	if !p.Chat && (to == nil || !p.PrivateChat) || to != nil && !p.PrivateChat && !moderates(to.role) {
		return errNotAllowed
	}
	return nil
}

// say shows a message to everybody, or to one, at once and stores it. The sender's answer follows when it is stored.
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
	to, err := m.recipient(who, what.To)
	if err != nil {
		return err
	}
	if err := m.mayReply(who, what); err != nil {
		return err
	}
	if m.chat.unstored+m.chat.amending() >= m.chat.most {
		return errNotStored
	}
	m.chat.last++
	m.chat.unstored++
	l := &chatLine{
		message: message.ChatMessage{
			Number: m.chat.last, ClientID: what.ClientID, Sender: who.id, Name: who.name, Text: what.Text,
			SentAt: onWire(now), ReplyTo: what.ReplyTo,
		},
		user: who.user, waiting: []waiter{{session, re}},
	}
	if to != nil {
		l.message.To, l.message.ToName, l.toUser = to.id, to.name, to.user
	}
	m.chat.add(l)
	m.tellHearers(l, l.message)
	m.effects = append(m.effects, save{said{m.row(l)}})
	return nil
}

// recipient finds whom a message is for, nil for everybody, if the sender may write to them.
func (m *machine) recipient(who *member, id string) (*member, error) {
	var to *member
	if id != "" {
		to = m.members[id]
		if to == nil || to == who {
			return nil, errNobody
		}
	}
	return to, mayWrite(who.permissions, to)
}

// mayReply keeps what is private from being dragged into the open. A line that the room does not know any more is only
// a number.
func (m *machine) mayReply(who *member, what message.ChatSend) error {
	if what.ReplyTo == 0 {
		return nil
	}
	l := m.chat.find(what.ReplyTo)
	switch {
	case what.ReplyTo > m.chat.last, l != nil && !m.inSight(who, l):
		return errNoMessage
	case l != nil && l.message.To != "" && what.To != l.message.To && what.To != l.message.Sender:
		return message.Refuse(message.Forbidden, "A private message can only be answered privately.")
	}
	return nil
}

func (m *machine) row(l *chatLine) store.Message {
	c := l.message
	row := store.Message{
		ID: store.NewID(c.SentAt), MeetingID: m.meeting.ID, OccurrenceID: m.meeting.Occurrence, ParticipantID: c.Sender,
		SenderName: c.Name, Number: c.Number, ClientID: c.ClientID, Text: c.Text, CreatedAt: c.SentAt, RecipientName: c.ToName,
	}
	if l.user != "" {
		row.SenderID = &l.user
	}
	if c.To != "" {
		row.RecipientID = &c.To
	}
	if l.toUser != "" {
		row.RecipientUserID = &l.toUser
	}
	if c.ReplyTo != 0 {
		row.ReplyTo = &c.ReplyTo
	}
	return row
}

// stored tells the sender and everybody that a message is committed, or the sender that it never will be.
func (m *machine) stored(number uint64, failed error) {
	l := m.chat.find(number)
	if l == nil || l.message.Stored {
		return
	}
	m.chat.unstored--
	var answer message.ServerMessage = message.OK{}
	if failed != nil {
		// Forgotten, so that sending it again may succeed.
		key := clientKey{l.message.Sender, l.message.ClientID}
		m.chat.lines = slices.DeleteFunc(m.chat.lines, func(o *chatLine) bool { return o == l })
		delete(m.chat.byClient, key)
		m.chat.keys = slices.DeleteFunc(m.chat.keys, func(k clientKey) bool { return k == key })
		answer = message.Refuse(message.Conflict, "The message could not be stored.")
	} else {
		l.message.Stored = true
	}
	for _, w := range l.waiting {
		m.effects = append(m.effects, reply{session: w.session, re: w.re, message: answer})
	}
	l.waiting = nil
	if failed == nil {
		m.tellHearers(l, message.ChatUpdated{Number: number, Stored: true})
		m.chat.trim()
	}
}

// typing tells those whom somebody is writing to.
func (m *machine) typing(session SessionID, to string) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	whom, err := m.recipient(who, to)
	if err != nil {
		return err
	}
	if whom == nil {
		m.whisper(message.ChatIsTyping{Participant: who.id}, who)
	} else {
		m.whisper(message.ChatIsTyping{Participant: who.id, Private: true}, nil, whom)
	}
	return nil
}

// unstored are the lines that the store does not have yet and somebody may see, oldest first.
func (m *machine) unstored(who *member) []message.ChatMessage {
	var out []message.ChatMessage
	for _, l := range m.chat.lines {
		if !l.message.Stored && m.inSight(who, l) {
			out = append(out, l.message)
		}
	}
	return out
}
