package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Entry is what a socket brings when it joins.
type Entry struct {
	Session SessionID
	Claims  grant.Claims
	// Address is where the socket comes from: what one household or company shares.
	Address string
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
	// Resume says that the participant was in and lost the connection; Seq is the last event that they have.
	Resume bool
	Seq    uint64
}

func (m *machine) join(now time.Time, in Entry) error {
	if err := m.mayEnter(in); err != nil {
		return err
	}
	id := in.Claims.Participant
	if who, back := m.members[id]; back && in.Resume {
		m.resume(now, who, in)
		return nil
	} else if back {
		m.takeOver(now, who, in)
		return nil
	}
	known := m.standingOf(id, in.Claims.User, in.Claims.Device)
	role := roleIn(in, known)
	waiting := m.lobby.find(id)
	if waiting != nil && !moderates(role) {
		m.waitAgain(waiting, in)
		return nil
	}
	if len(m.order) >= m.cfg.MaxParticipants || m.known[id] == nil && len(m.known) >= m.cfg.MaxKnown {
		return message.Refuse(message.RoomFull, "The meeting is full.")
	}
	welcome := moderates(role) || in.Vouched || known != nil && known.admitted
	if m.meeting.Settings.Locked && !welcome {
		return message.Refuse(message.Locked, "The meeting is locked.")
	}
	if m.mustWait(in.Claims, role, known, welcome) {
		return m.wait(now, in, role)
	}
	if waiting != nil {
		m.callIn(waiting)
	}
	who := m.enter(newMember(now, in, role))
	if before, ok := m.awaited[who.id]; ok && in.ByTicket {
		who.name = before.name
	}
	m.issue(in)
	m.arrived(now, who, in)
	return nil
}

// mustWait says whether somebody waits in the lobby. Who was sent back there does, whatever the settings and the grant say.
func (m *machine) mustWait(claims grant.Claims, role message.Role, known *standing, welcome bool) bool {
	if known != nil && known.sentBack {
		return !moderates(role)
	}
	return m.meeting.Settings.Lobby && !welcome && (!claims.Admitted || m.known[claims.Participant] != nil)
}

// roleIn is what somebody comes in as: what they were when they went, or what the grant says.
func roleIn(in Entry, known *standing) message.Role {
	claims := in.Claims
	switch {
	case known != nil && known.standsIn:
		return message.CoHost
	case known != nil && known.raisedBy(in):
		return message.CoHost
	case known != nil && known.role != "":
		return known.role
	case claims.Host:
		return message.Host
	case claims.CoHost && (known == nil || !known.sentBack):
		return message.CoHost
	}
	return message.Member
}

func (m *machine) mayEnter(in Entry) error {
	if m.over {
		return errEnded
	}
	if in.Claims.Occurrence != m.meeting.Occurrence {
		if in.ByTicket {
			return errEnded
		}
		return message.Refuse(message.Conflict, "The meeting has started anew; join again.")
	}
	if m.isBarred(in) {
		return message.Refuse(message.Removed, "You were removed from this meeting.")
	}
	if m.signedOut(in.Claims.SignIn) {
		return errSignedOut
	}
	if !in.ByTicket {
		return nil
	}
	last, known := m.tickets[in.Claims.Participant]
	switch {
	case known && last != in.Claims.ID && (last == "" || m.replaced[in.Claims.Participant] != in.Claims.ID):
		return message.Refuse(message.Forbidden, "This ticket is no longer good; join again.")
	case !known && !in.Vouched:
		return errUnknownTicket
	}
	return nil
}

// enter puts somebody among the members.
func (m *machine) enter(who *member) *member {
	known := m.know(who.id, who.user, who.device)
	if known.since.IsZero() {
		known.since = who.joinedAt
	}
	m.letIn(who.joinedAt, who.id, known, who.device)
	known.role, known.standsIn = who.role, false
	who.override, who.since = known.override, known.since
	who.permissions = effective(who.role, m.meeting.Settings.Permissions, who.override)
	delete(m.awaited, first)
	m.members[who.id] = who
	m.sessions[who.session] = who
	m.order = append(m.order, who)
	m.silence(who)
	return who
}

// arrived sends the snapshot to who came in, and the news to the others.
func (m *machine) arrived(now time.Time, who *member, in Entry) {
	delete(m.awaited, who.id)
	m.effects = append(m.effects, save{connected{participant: who.id, session: who.session, at: now}})
	m.snapshot(now, who, in)
	m.tell(message.ParticipantJoined{Participant: who.view()}, who)
	if who.override != (message.Override{}) {
		m.tellModerators(message.OverridesChanged{Participant: who.id, Override: who.override})
	}
	m.enforceAll(who)
	if who.role == message.Host {
		m.giveWay(now, who)
	}
	m.mind(now)
}

// takeOver gives a participant's place to a new socket. What the old one published ends with its connections.
func (m *machine) takeOver(now time.Time, who *member, in Entry) {
	m.effects = append(m.effects,
		save{parted{participant: who.id, session: who.session, at: now}},
		disconnect{session: who.session, code: message.CloseTakenOver, reason: "joined from another place"})
	m.seat(who, in)
	if known := m.known[who.id]; known.raisedBy(in) {
		who.role, known.role = message.CoHost, message.CoHost
		who.permissions = effective(who.role, m.meeting.Settings.Permissions, who.override)
	}
	who.unpublish()
	who.muted = map[message.Source]bool{}
	for source := range who.hushed {
		who.muted[source] = true
	}
	m.silence(who)
	if !in.ByTicket {
		who.name = in.Claims.Name
	}
	m.effects = append(m.effects, save{connected{participant: who.id, session: who.session, at: now}})
	m.snapshot(now, who, in)
	m.remind(who)
	m.changed(now, who)
	m.enforceAll(who)
}

// remind tells who is there anew what a host has muted, which the snapshot does not say of what is not published.
func (m *machine) remind(who *member) {
	if by := who.hushed[message.Microphone]; by != nil {
		m.notify(who, message.NoticeMuted, by)
	}
	if by := who.hushed[message.Camera]; by != nil {
		m.notify(who, message.NoticeVideoStopped, by)
	}
}

// resume gives a participant's place to a new socket of the same client: all is as it was, the media too.
func (m *machine) resume(now time.Time, who *member, in Entry) {
	old, wasAway := who.session, who.away()
	if !wasAway {
		m.effects = append(m.effects, save{parted{participant: who.id, session: old, at: now}})
	}
	m.seat(who, in)
	m.effects = append(m.effects, save{connected{participant: who.id, session: who.session, at: now}})
	missed, all := m.log.since(who, in.Seq)
	if in.Seq > 0 && all {
		m.effects = append(m.effects, reply{
			session: who.session, re: in.Re, message: message.MeetingResumed{Missed: len(missed), Ticket: in.Ticket},
		})
		for i, what := range missed {
			seq := in.Seq + uint64(i) + 1 //nolint:gosec // an index
			m.effects = append(m.effects, event{to: []address{{session: who.session, seq: seq}}, message: what})
		}
	} else {
		m.snapshot(now, who, in)
	}
	if in.Seq == 0 {
		// A page loaded anew publishes again what it wants to; the rest ends.
		who.offered, who.freshUntil = nil, now.Add(m.cfg.FreshFor)
	}
	m.effects = append(m.effects, inherit{from: old, to: who.session})
	if wasAway {
		m.changed(now, who)
	}
}

// seat puts a socket in a member's place.
func (m *machine) seat(who *member, in Entry) {
	delete(m.sessions, who.session)
	m.sessions[in.Session] = who
	who.session, who.signIn = in.Session, in.Claims.SignIn
	who.awayUntil, who.lostAt, who.freshUntil = time.Time{}, time.Time{}, time.Time{}
	m.issue(in)
}

func (m *machine) snapshot(now time.Time, who *member, in Entry) {
	people := make([]message.Participant, len(m.order))
	for i, other := range m.order {
		people[i] = other.view()
	}
	who.enteredSeq, who.snapshotAt = who.seq, onWire(now)
	out := message.MeetingJoined{
		Self: who.id, Meeting: m.view(), Participants: people,
		Hands: m.hands.ids(), CalledOn: m.hands.calledOn, Speakers: append([]string{}, in.Speakers...),
		Permissions: who.permissions, Seq: who.seq, ResumeWithin: int(m.cfg.ResumeFor.Seconds()), Ticket: in.Ticket,
	}
	out.Chat, out.MoreChat = m.newest(who)
	if moderates(who.role) {
		out.Overrides, out.Waiting, out.WaitingMessage = m.overrides(), m.lobby.view(), m.lobby.message
	}
	m.effects = append(m.effects, reply{session: who.session, re: in.Re, message: out})
}

// leave is a participant's own wish, with an answer before the socket closes.
func (m *machine) leave(now time.Time, session SessionID, re uint64) error {
	if w := m.lobby.of(session); w != nil {
		m.effects = append(m.effects, reply{session: session, re: re, message: message.OK{}})
		m.tickets[w.id] = ""
		m.unwait(now, w, disconnect{session: session, code: closeNormal, reason: "left"})
		return nil
	}
	who, err := m.of(session)
	if err != nil {
		return err
	}
	m.effects = append(m.effects, reply{session: session, re: re, message: message.OK{}})
	m.dismiss(now, who)
	return nil
}

// lose is told that a socket is gone: the place is kept for a while, and the ticket stays good. A socket that is not the
// participant's any more changes nothing. It is true if the place is kept.
func (m *machine) lose(now time.Time, session SessionID) bool {
	if w := m.lobby.of(session); w != nil {
		w.awayUntil = now.Add(m.cfg.ResumeFor)
		m.expireWaiting(now)
		return m.lobby.of(session) != nil
	}
	who, err := m.of(session)
	if err != nil || who.away() {
		return err == nil
	}
	who.lostAt, who.awayUntil = now, now.Add(m.cfg.ResumeFor)
	who.speakingSince = time.Time{}
	if m.cfg.ResumeFor == 0 {
		m.lost(now, who)
		return false
	}
	m.effects = append(m.effects, save{parted{participant: who.id, session: who.session, at: now}})
	m.changed(now, who)
	return true
}

// lost takes out somebody who did not come back in time. The ticket stays good.
func (m *machine) lost(now time.Time, who *member) {
	m.awaited[who.id] = absence{name: who.name, until: who.lostAt.Add(m.cfg.EmptyFor)}
	m.remove(now, who, message.LeftLost)
	if m.cfg.ResumeFor > 0 {
		m.effects = append(m.effects, disconnect{session: who.session, code: closeGoingAway, reason: "did not come back"})
	}
}

// sendAway is leaving by the REST API. It may come after the socket is gone, as when a page is closed.
func (m *machine) sendAway(now time.Time, participant string) error {
	if who, ok := m.members[participant]; ok {
		m.dismiss(now, who)
		return nil
	}
	if w := m.lobby.find(participant); w != nil {
		m.tickets[participant] = ""
		m.unwait(now, w, disconnect{session: w.session, code: closeNormal, reason: "left"})
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
	if who.role == message.Host && m.hostsBut(who) == 0 {
		m.handOn(now, who)
	}
	m.remove(now, who, message.LeftByChoice)
}

func (m *machine) remove(now time.Time, who *member, reason message.LeftReason) {
	delete(m.members, who.id)
	delete(m.sessions, who.session)
	m.order = slices.DeleteFunc(m.order, func(o *member) bool { return o == who })
	m.dirty = slices.DeleteFunc(m.dirty, func(o *member) bool { return o == who })
	known := m.known[who.id]
	known.role, known.override, known.signIn = who.role, who.override, who.signIn
	m.effects = append(m.effects, save{parted{participant: who.id, session: who.session, left: true, reason: reason, at: now}})
	m.tell(message.ParticipantLeft{ID: who.id, Reason: reason}, nil)
	m.lower(who.id)
	if i := slices.Index(m.spotlight, who.id); i >= 0 {
		m.spotlight = slices.Delete(m.spotlight, i, i+1)
		m.tellMeeting()
	}
	m.mind(now)
	m.closeIfEmpty(now)
}
