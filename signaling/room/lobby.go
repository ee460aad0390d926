package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// lobby is who waits to be admitted, the longest first.
type lobby struct {
	line    []*waiting
	message string
	// gone are those who did not come back to the line and whose tickets are still good, the oldest first.
	gone []string
}

// waiting is somebody in the lobby. They know nothing of the meeting and nobody but hosts knows of them.
type waiting struct {
	member *member
	id     string
	name   string
	since  time.Time
	entry  Entry

	session SessionID
	// awayUntil is how long the place in line is kept without a connection.
	awayUntil time.Time
}

func newLobby() lobby { return lobby{} }

func (l *lobby) find(participant string) *waiting {
	for _, w := range l.line {
		if w.id == participant {
			return w
		}
	}
	return nil
}

func (l *lobby) of(session SessionID) *waiting {
	for _, w := range l.line {
		if w.session == session && w.awayUntil.IsZero() {
			return w
		}
	}
	return nil
}

// from counts who waits at an address; of those whose address is not known it counts none.
func (l *lobby) from(address string) (n int) {
	for _, w := range l.line {
		if address != "" && w.entry.Address == address {
			n++
		}
	}
	return n
}

func (l *lobby) view() []message.WaitingPerson {
	out := make([]message.WaitingPerson, len(l.line))
	for i, w := range l.line {
		out[i] = message.WaitingPerson{ID: w.id, Name: w.name, Guest: w.member.guest, Since: w.since}
	}
	return out
}

func (m *machine) tellLobby() {
	m.tellModerators(message.LobbyChanged{Waiting: m.lobby.view(), Message: m.lobby.message})
}

// wait puts a newcomer in line.
func (m *machine) wait(now time.Time, in Entry, role message.Role) error {
	if len(m.lobby.line) >= m.cfg.MaxWaiting {
		return errLobbyFull
	}
	if m.lobby.from(in.Address) >= m.cfg.MaxWaitingTogether {
		return message.Refuse(message.LobbyFull, "Too many people from your address are waiting already.")
	}
	delete(m.awaited, first)
	m.queue(now, newMember(now, in, role), in)
	m.issue(in)
	return nil
}

func (m *machine) queue(now time.Time, who *member, in Entry) {
	w := &waiting{member: who, id: who.id, name: who.name, since: onWire(now), entry: in, session: who.session}
	m.lobby.line = append(m.lobby.line, w)
	m.effects = append(m.effects,
		place{session: w.session, inside: false},
		save{waits{participant: w.id, at: now}},
		reply{session: w.session, re: in.Re, message: m.waitingView(w)})
	m.tellLobby()
}

func (m *machine) waitingView(w *waiting) message.MeetingWaiting {
	return message.MeetingWaiting{
		Self: w.id, Code: m.meeting.Code, Title: m.meeting.Title, Message: m.lobby.message, Ticket: w.entry.Ticket,
	}
}

// waitAgain gives a place in line to another socket of who has it.
func (m *machine) waitAgain(w *waiting, in Entry) {
	if w.awayUntil.IsZero() {
		m.effects = append(m.effects, disconnect{session: w.session, code: message.CloseTakenOver, reason: "joined from another place"})
	}
	w.entry, w.session, w.awayUntil = in, in.Session, time.Time{}
	w.member.session, w.member.signIn = in.Session, in.Claims.SignIn
	m.issue(in)
	m.effects = append(m.effects, place{session: w.session, inside: false}, reply{session: w.session, re: in.Re, message: m.waitingView(w)})
}

// expireWaiting takes those out of the line who did not come back.
func (m *machine) expireWaiting(now time.Time) {
	for _, w := range slices.Clone(m.lobby.line) {
		if !w.awayUntil.IsZero() && !now.Before(w.awayUntil) {
			m.unwait(now, w, nil)
			m.lobby.gone = append(m.lobby.gone, w.id)
		}
	}
	// Their tickets stay good, but not those of everybody who ever waited: others come by a fresh grant.
	for len(m.lobby.gone) > m.cfg.MaxWaiting {
		m.forget(m.lobby.gone[0])
		m.lobby.gone = m.lobby.gone[1:]
	}
}

// forget lets go of the ticket of somebody who is neither here nor was ever let in.
func (m *machine) forget(participant string) {
	if m.known[participant] == nil && m.lobby.find(participant) == nil {
		delete(m.tickets, participant)
		delete(m.replaced, participant)
	}
}

// unwait takes somebody out of the line who is not admitted; last is the end of their socket, if it is there.
func (m *machine) unwait(now time.Time, w *waiting, last effect) {
	m.strike(w)
	if last != nil {
		m.effects = append(m.effects, last)
	}
	m.effects = append(m.effects, save{parted{participant: w.id, session: w.session, left: true, at: now}})
	if m.tickets[w.id] == "" {
		m.forget(w.id)
	}
	m.tellLobby()
	m.closeIfEmpty(now)
}

// callIn takes somebody out of the line who comes in on another socket, since a link has made them more than who waits.
func (m *machine) callIn(w *waiting) {
	m.strike(w)
	if w.awayUntil.IsZero() {
		m.effects = append(m.effects, disconnect{session: w.session, code: message.CloseTakenOver, reason: "joined from another place"})
	}
	m.tellLobby()
}

func (m *machine) strike(w *waiting) {
	m.lobby.line = slices.DeleteFunc(m.lobby.line, func(o *waiting) bool { return o == w })
}

// chosen are those of the line that a host means.
func (m *machine) chosen(participants []string, all bool) ([]*waiting, error) {
	if all {
		return slices.Clone(m.lobby.line), nil
	}
	var out []*waiting
	for _, id := range participants {
		w := m.lobby.find(id)
		if w == nil {
			return nil, message.Refuse(message.NotFound, "There is nobody like that in the lobby.")
		}
		out = append(out, w)
	}
	return out, nil
}

func (m *machine) admit(now time.Time, session SessionID, what message.ModerationAdmit) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	them, err := m.chosen(what.Participants, what.All)
	if err != nil {
		return err
	}
	if len(m.order)+len(them) > m.cfg.MaxParticipants {
		return message.Refuse(message.RoomFull, "The meeting is full.")
	}
	for _, w := range them {
		m.strike(w)
		m.audit(now, by, "room_admit", w.id)
		if !w.awayUntil.IsZero() {
			// They find the door open when they come back.
			m.letIn(now, w.id, m.know(w.id, w.member.user, w.member.device), w.member.device)
			continue
		}
		w.member.name, w.member.joinedAt = w.name, onWire(now)
		who := m.enter(w.member)
		m.effects = append(m.effects, place{session: who.session, inside: true})
		in := w.entry
		in.Re = 0
		m.arrived(now, who, in)
	}
	if len(them) > 0 {
		m.tellLobby()
	}
	return nil
}

func (m *machine) deny(now time.Time, session SessionID, what message.ModerationDeny) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	them, err := m.chosen(what.Participants, what.All)
	if err != nil {
		return err
	}
	for _, w := range them {
		if m.lobby.find(w.id) != w {
			continue // gone with another of the same device
		}
		m.audit(now, by, "room_deny", w.id)
		m.bar(now, by, barred{id: w.id, user: w.member.user, device: w.member.device})
	}
	return nil
}

// turnAway takes somebody out of the line whom a host does not want.
func (m *machine) turnAway(now time.Time, w *waiting, by *member) {
	m.tickets[w.id] = ""
	if w.awayUntil.IsZero() {
		m.effects = append(m.effects, reply{session: w.session, message: message.ModerationNotice{Kind: message.NoticeDenied, By: by.id}})
	}
	m.unwait(now, w, disconnect{session: w.session, code: message.CloseRemoved, reason: "denied by a host"})
}

func (m *machine) sendToLobby(now time.Time, session SessionID, target string) error {
	by, whom, err := m.overWhom(session, target)
	if err != nil {
		return err
	}
	if moderates(whom.role) {
		return message.Refuse(message.Forbidden, "Hosts and co-hosts do not wait.")
	}
	if len(m.lobby.line) >= m.cfg.MaxWaiting {
		return errLobbyFull
	}
	m.audit(now, by, "room_send_to_lobby", whom.id)
	m.notify(whom, message.NoticeToLobby, by)
	away := whom.awayUntil
	ticket := Entry{Session: whom.session, TicketID: m.tickets[whom.id]}
	m.remove(now, whom, message.LeftToLobby)
	known := m.decided(whom)
	known.admitted, known.sentBack = false, true
	m.effects = append(m.effects, save{sentBack{participant: whom.id, back: true, at: now}})
	next := *whom
	next.unpublish()
	next.muted, next.hushed = map[message.Source]bool{}, map[message.Source]*member{}
	next.awayUntil, next.speakingSince = time.Time{}, time.Time{}
	m.queue(now, &next, ticket)
	m.lobby.find(next.id).awayUntil = away
	return nil
}

func (m *machine) messageWaiting(now time.Time, session SessionID, text string) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	if text == m.lobby.message {
		return nil
	}
	m.audit(now, by, "room_message_waiting", "")
	m.lobby.message = text
	for _, w := range m.lobby.line {
		if w.awayUntil.IsZero() {
			m.effects = append(m.effects, reply{session: w.session, message: m.waitingView(w)})
		}
	}
	m.tellLobby()
	return nil
}
