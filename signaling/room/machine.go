package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Meeting is what a room knows of the meeting's records.
type Meeting struct {
	ID, Code, Title string
	Occurrence      string
	StartedAt       time.Time
}

// machine decides everything that happens in a room. It is told the time and returns effects; it is owned by
// the room's loop.
type machine struct {
	cfg     Config
	meeting Meeting

	members  map[string]*member
	sessions map[SessionID]*member
	// order is the order of joining.
	order []*member
	// tickets hold the id of each participant's last ticket; empty for those who left by choice.
	tickets map[string]string
	// numbers of publications are kept for as long as the room lives.
	numbers map[feed]uint32
	hands   []string
	chat    chat

	// dirty members have changed since their last participant:updated.
	dirty []*member
	// awaited are those who lost the connection rather than closed it.
	awaited map[string]absence
	over    bool

	effects []effect
}

// absence is what the room keeps of somebody who may come back.
type absence struct {
	name  string
	until time.Time
}

// first stands among the awaited for whoever is about to join a new room; openFor is how long a grant for it may
// still be on its way.
const (
	first   = ""
	openFor = grant.GrantLife + grant.Leeway
)

func newMachine(now time.Time, cfg Config, meeting Meeting, past history) *machine {
	return &machine{
		cfg: cfg, meeting: meeting,
		members: map[string]*member{}, sessions: map[SessionID]*member{}, tickets: map[string]string{},
		numbers: map[feed]uint32{}, awaited: map[string]absence{first: {until: now.Add(openFor)}},
		chat: newChat(cfg, past),
	}
}

// take returns the effects since the last call.
func (m *machine) take() []effect {
	effects := m.effects
	m.effects = nil
	return effects
}

// deadline is when wake wants to be called, false for never.
func (m *machine) deadline() (time.Time, bool) {
	var at time.Time
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	for _, who := range m.dirty {
		sooner(who.updatedAt.Add(m.cfg.UpdateEvery))
	}
	if len(m.order) == 0 && !m.over {
		sooner(m.awaitedUntil())
	}
	return at, !at.IsZero()
}

// wake does what has become due.
func (m *machine) wake(now time.Time) {
	due := m.dirty
	m.dirty = nil
	for _, who := range due {
		m.update(now, who)
	}
	m.closeIfEmpty(now)
}

// Entry is what a socket brings when it joins.
type Entry struct {
	Session SessionID
	Claims  grant.Claims
	// ByTicket says that the claims came in a ticket rather than a grant.
	ByTicket bool
	// Vouched says that the store has this participant in the meeting, for a ticket that the room cannot know
	// because it is from before a restart.
	Vouched bool
	// Ticket is for the next time, TicketID its id.
	Ticket, TicketID string
	// Speakers as the media side knows them.
	Speakers []string
	// Re is the request that the snapshot answers.
	Re uint64
}

func (m *machine) join(now time.Time, in Entry) error {
	if err := m.admit(in); err != nil {
		return err
	}
	who, back := m.members[in.Claims.Participant]
	if back {
		m.takeOver(now, who, in)
	} else {
		who = m.enter(now, in)
	}
	m.tickets[who.id] = in.TicketID
	m.effects = append(m.effects,
		save{connected{participant: who.id, session: who.session, at: now}},
		reply{session: who.session, re: in.Re, message: m.snapshot(who, in)})
	if back {
		m.changed(now, who)
	} else {
		m.tell(message.ParticipantJoined{Participant: who.view()}, who)
	}
	return nil
}

func (m *machine) admit(in Entry) error {
	if m.over {
		return errEnded
	}
	if in.Claims.Occurrence != m.meeting.Occurrence {
		if in.ByTicket {
			return errEnded
		}
		return message.Refuse(message.Conflict, "The meeting has started anew; join again.")
	}
	if in.ByTicket {
		last, known := m.tickets[in.Claims.Participant]
		switch {
		case known && last != in.Claims.ID:
			return message.Refuse(message.Forbidden, "This ticket is no longer good; join again.")
		case !known && !in.Vouched:
			return errUnknownTicket
		}
	}
	if _, back := m.members[in.Claims.Participant]; !back && len(m.order) >= m.cfg.MaxParticipants {
		return message.Refuse(message.RoomFull, "The meeting is full.")
	}
	return nil
}

func (m *machine) enter(now time.Time, in Entry) *member {
	who := newMember(now, in)
	if before, ok := m.awaited[who.id]; ok && in.ByTicket {
		who.name = before.name
	}
	delete(m.awaited, first)
	delete(m.awaited, who.id)
	m.members[who.id] = who
	m.sessions[who.session] = who
	m.order = append(m.order, who)
	return who
}

// takeOver gives a participant's place to a new socket. What the old one published ends with its connections.
func (m *machine) takeOver(now time.Time, who *member, in Entry) {
	m.effects = append(m.effects,
		save{parted{participant: who.id, session: who.session, at: now}},
		disconnect{session: who.session, code: message.CloseTakenOver, reason: "joined from another place"})
	delete(m.sessions, who.session)
	m.sessions[in.Session] = who
	who.session = in.Session
	who.unpublish()
	who.muted = map[message.Source]bool{}
	if !in.ByTicket {
		who.name = in.Claims.Name
	}
}

func (m *machine) snapshot(who *member, in Entry) message.MeetingJoined {
	people := make([]message.Participant, len(m.order))
	for i, other := range m.order {
		people[i] = other.view()
	}
	return message.MeetingJoined{
		Self:         who.id,
		Meeting:      message.Meeting{Code: m.meeting.Code, Title: m.meeting.Title},
		Participants: people,
		Hands:        append([]string{}, m.hands...),
		Speakers:     append([]string{}, in.Speakers...),
		Chat:         m.chat.newest(),
		Ticket:       in.Ticket,
	}
}

// leave is a participant's own wish, with an answer before the socket closes.
func (m *machine) leave(now time.Time, session SessionID, re uint64) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	m.effects = append(m.effects, reply{session: session, re: re, message: message.OK{}})
	m.dismiss(now, who)
	return nil
}

// lose takes out a participant whose socket is gone; the ticket stays good. A socket that is not the
// participant's any more changes nothing.
func (m *machine) lose(now time.Time, session SessionID) {
	who, err := m.of(session)
	if err != nil {
		return
	}
	m.awaited[who.id] = absence{name: who.name, until: now.Add(m.cfg.EmptyFor)}
	m.remove(now, who)
}

// sendAway is leaving by the REST API. It may come after the socket is gone, as when a page is closed.
func (m *machine) sendAway(now time.Time, participant string) error {
	if who, ok := m.members[participant]; ok {
		m.dismiss(now, who)
		return nil
	}
	if m.tickets[participant] == "" {
		return message.Refuse(message.NotFound, "There is no such participant in the meeting.")
	}
	m.tickets[participant] = ""
	delete(m.awaited, participant)
	m.closeIfEmpty(now)
	return nil
}

// dismiss ends a participant's stay for good: the ticket too.
func (m *machine) dismiss(now time.Time, who *member) {
	m.tickets[who.id] = ""
	m.effects = append(m.effects, disconnect{session: who.session, code: closeNormal, reason: "left"})
	m.remove(now, who)
}

func (m *machine) remove(now time.Time, who *member) {
	delete(m.members, who.id)
	delete(m.sessions, who.session)
	m.order = slices.DeleteFunc(m.order, func(o *member) bool { return o == who })
	m.dirty = slices.DeleteFunc(m.dirty, func(o *member) bool { return o == who })
	m.effects = append(m.effects, save{parted{participant: who.id, session: who.session, left: true, at: now}})
	m.tell(message.ParticipantLeft{ID: who.id}, nil)
	m.lower(who.id)
	m.closeIfEmpty(now)
}

// closeIfEmpty ends the occurrence when nobody is in it and nobody is awaited.
func (m *machine) closeIfEmpty(now time.Time) {
	if m.over || len(m.order) > 0 || now.Before(m.awaitedUntil()) {
		return
	}
	m.over = true
	m.effects = append(m.effects, save{closed{at: now}})
}

func (m *machine) awaitedUntil() time.Time {
	var latest time.Time
	for _, who := range m.awaited {
		if who.until.After(latest) {
			latest = who.until
		}
	}
	return latest
}

// end is a host's wish to end the meeting for everybody.
func (m *machine) end(now time.Time, session SessionID, re uint64) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if who.role != message.Host {
		return message.Refuse(message.Forbidden, "Only a host can end the meeting for everybody.")
	}
	m.effects = append(m.effects, reply{session: session, re: re, message: message.OK{}})
	m.finish(now, who.id)
	return nil
}

// endBy ends the meeting by the REST API; by is a participant or a user, or nobody we know.
func (m *machine) endBy(now time.Time, by string) error {
	if m.over {
		return errEnded
	}
	for _, who := range m.order {
		if by != "" && (who.id == by || who.user == by) {
			m.finish(now, who.id)
			return nil
		}
	}
	m.finish(now, "")
	return nil
}

func (m *machine) finish(now time.Time, by string) {
	m.tell(message.MeetingEnded{By: by}, nil)
	for _, who := range m.order {
		m.effects = append(m.effects,
			disconnect{session: who.session, code: message.CloseMeetingEnded, reason: "the meeting has ended"},
			save{parted{participant: who.id, session: who.session, left: true, at: now}})
	}
	m.clear()
	m.effects = append(m.effects, save{closed{ended: true, at: now}})
}

// stop is the end of the server, not of the meeting: its records stay open and its tickets good.
func (m *machine) stop(now time.Time) {
	for _, who := range m.order {
		m.effects = append(m.effects,
			disconnect{session: who.session, code: closeGoingAway, reason: "the server stops"},
			save{parted{participant: who.id, session: who.session, at: now}})
	}
	m.clear()
}

func (m *machine) clear() {
	m.members, m.sessions = map[string]*member{}, map[SessionID]*member{}
	m.order, m.dirty, m.hands = nil, nil, nil
	m.over = true
}

func (m *machine) retitle(title string) {
	if title == m.meeting.Title {
		return
	}
	m.meeting.Title = title
	m.tell(message.MeetingUpdated{Meeting: message.Meeting{Code: m.meeting.Code, Title: title}}, nil)
}

// onWire is a time as clients and the store have it.
func onWire(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// of finds the member that a socket speaks for.
func (m *machine) of(session SessionID) (*member, error) {
	if who, ok := m.sessions[session]; ok {
		return who, nil
	}
	if m.over {
		return nil, errEnded
	}
	return nil, message.Refuse(message.NotJoined, "This connection is not in the meeting.")
}

// tell sends an event to every member but one.
func (m *machine) tell(what message.ServerMessage, but *member) {
	to := make([]address, 0, len(m.order))
	for _, who := range m.order {
		if who != but {
			who.seq++
			to = append(to, address{session: who.session, seq: who.seq})
		}
	}
	if len(to) > 0 {
		m.effects = append(m.effects, event{to: to, message: what})
	}
}
