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
	// EndsAt is when the meeting ends whoever is in it; zero for never.
	EndsAt   time.Time
	Settings Settings
}

// isTest is true of a connection test, of which nothing is stored.
func (m Meeting) isTest() bool { return m.Occurrence == m.Code }

// Settings are what hosts decide for everybody.
type Settings struct {
	Lobby, Locked bool
	ChatHistory   message.ChatHistoryFor
	// Permissions are the default.
	Permissions message.Permissions
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
	log   eventLog
	// known are all who have been in, or whom the store has something to say about, by participant.
	known map[string]*standing
	// devices have the standing of whom a host decided something of last.
	devices map[string]*standing
	barred  []barred
	// ended sign-ins, the oldest first.
	ended []string
	lobby lobby
	// tickets hold the id of each participant's last ticket; empty for those who left by choice.
	tickets map[string]string
	// replaced are those that the last ones came for, as long as nobody has shown to have got those.
	replaced map[string]string
	// numbers of publications are kept for as long as the room lives.
	numbers   map[feed]uint32
	hands     line
	spotlight []string
	burst     burst
	chat      chat

	// dirty members have changed since their last participant:updated.
	dirty []*member
	// awaited are those who lost the connection rather than closed it.
	awaited map[string]absence
	// hostlessSince is when the last host went; zero while there is one.
	hostlessSince time.Time
	over          bool

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
	m := &machine{
		cfg: cfg, meeting: meeting, log: eventLog{most: cfg.MaxEvents},
		members: map[string]*member{}, sessions: map[SessionID]*member{}, tickets: map[string]string{}, replaced: map[string]string{},
		known: map[string]*standing{}, devices: map[string]*standing{}, lobby: newLobby(),
		numbers: map[feed]uint32{}, awaited: map[string]absence{first: {until: now.Add(openFor)}},
		chat: newChat(cfg, past),
	}
	m.recall(past)
	return m
}

// take returns the effects since the last call.
func (m *machine) take() []effect {
	effects := m.effects
	m.effects = nil
	return effects
}

// deadline is when wake wants to be called, false for never.
func (m *machine) deadline() (time.Time, bool) {
	if m.over {
		return time.Time{}, false
	}
	var at time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, who := range m.dirty {
		sooner(who.updatedAt.Add(m.cfg.UpdateEvery))
	}
	for _, who := range m.order {
		sooner(who.awayUntil)
		sooner(who.freshUntil)
		sooner(m.lowersAt(who))
	}
	for _, w := range m.lobby.line {
		sooner(w.awayUntil)
	}
	if m.successor() != nil {
		sooner(m.hostlessSince.Add(m.cfg.HostGrace))
	}
	sooner(m.burst.due(m.cfg))
	sooner(m.meeting.EndsAt)
	if m.empty() {
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
	m.expire(now)
	m.lowerSpeakers(now)
	m.succeed(now)
	m.flushReactions(now)
	if end := m.meeting.EndsAt; !end.IsZero() && !now.Before(end) {
		m.finish(now, "")
		return
	}
	m.closeIfEmpty(now)
}

// expire takes out whose time to come back is over, and ends what a page loaded anew did not publish again.
func (m *machine) expire(now time.Time) {
	for _, who := range append([]*member(nil), m.order...) {
		if who.away() && !now.Before(who.awayUntil) {
			m.lost(now, who)
			continue
		}
		if !who.freshUntil.IsZero() && !now.Before(who.freshUntil) {
			who.freshUntil = time.Time{}
			m.publishOnly(now, who, nil)
		}
	}
	m.expireWaiting(now)
}

func (m *machine) view() message.Meeting {
	return message.Meeting{
		Code: m.meeting.Code, Title: m.meeting.Title, StartedAt: m.meeting.StartedAt,
		Locked: m.meeting.Settings.Locked, Lobby: m.meeting.Settings.Lobby,
		ChatHistory: m.meeting.Settings.ChatHistory, Permissions: m.meeting.Settings.Permissions,
		Spotlight: append([]string{}, m.spotlight...),
	}
}

func (m *machine) tellMeeting() { m.tell(message.MeetingUpdated{Meeting: m.view()}, nil) }

func (m *machine) retitle(title string) {
	if title == m.meeting.Title {
		return
	}
	m.meeting.Title = title
	m.tellMeeting()
}

// closeIfEmpty ends the occurrence when nobody is in it and nobody is awaited.
func (m *machine) closeIfEmpty(now time.Time) {
	if m.over || !m.empty() || now.Before(m.awaitedUntil()) {
		return
	}
	for _, viewer := range m.order {
		m.effects = append(m.effects,
			disconnect{session: viewer.session, code: message.CloseMeetingEnded, reason: "the meeting has ended"},
			save{parted{participant: viewer.id, session: viewer.session, left: true, at: now}})
	}
	m.clear()
	m.effects = append(m.effects, save{closed{at: now}})
}

// empty is true when there is nothing to view: who only views keeps no meeting alive.
func (m *machine) empty() bool {
	views := func(who *member) bool { return who.kind == message.ViewerKind }
	return len(m.lobby.line) == 0 && !slices.ContainsFunc(m.order, func(who *member) bool { return !views(who) })
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
	m.audit(now, who, "room_end", "")
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
	for _, w := range m.lobby.line {
		m.effects = append(m.effects,
			reply{session: w.session, message: message.MeetingEnded{By: by}},
			disconnect{session: w.session, code: message.CloseMeetingEnded, reason: "the meeting has ended"})
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
	for _, w := range m.lobby.line {
		m.effects = append(m.effects, disconnect{session: w.session, code: closeGoingAway, reason: "the server stops"})
	}
	m.clear()
}

func (m *machine) clear() {
	m.members, m.sessions = map[string]*member{}, map[SessionID]*member{}
	m.order, m.dirty, m.hands = nil, nil, line{}
	m.lobby = newLobby()
	m.over = true
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

// allowed is of, if they have a permission.
func (m *machine) allowed(session SessionID, allows func(message.Permissions) bool) (*member, error) {
	who, err := m.of(session)
	if err == nil && !allows(who.permissions) {
		return nil, errNotAllowed
	}
	return who, err
}

// audit writes down what somebody did to others. What the operator does is written down by whoever asked for it.
func (m *machine) audit(now time.Time, by *member, action, target string) {
	if by.id == "" {
		return
	}
	m.effects = append(m.effects, save{audited{actor: by.id, action: action, target: target, at: now}})
}
