package room

import "github.com/plenum-meet/plenum/signaling/message"

// logged is an event that somebody may have missed.
type logged struct {
	message message.ServerMessage
	// only are those it was for; nil is everybody in the room at that time but one.
	only []*member
	but  *member
}

func (l logged) isFor(who *member) bool {
	if l.only == nil {
		return l.but != who
	}
	for _, w := range l.only {
		if w == who {
			return true
		}
	}
	return false
}

// eventLog keeps the room's latest events. Who is in the room has seen each event since they came that is for them,
// so that their own numbers are found by counting back.
type eventLog struct {
	most   int
	events []logged
	// end is the position behind the last event since the room began.
	end uint64
}

func (l *eventLog) add(e logged) {
	l.end++
	l.events = append(l.events, e)
	if len(l.events) >= 2*l.most {
		l.events = append([]logged(nil), l.events[len(l.events)-l.most:]...)
	}
}

// since returns the events for somebody with their own numbers above seq, oldest first; false if some are not known
// any more, or seq was never given out.
func (l *eventLog) since(who *member, seq uint64) ([]message.ServerMessage, bool) {
	if seq > who.seq || seq < who.enteredSeq {
		return nil, false
	}
	missing := int(who.seq - seq) //nolint:gosec // no more than the log is long, or it fails below
	out := make([]message.ServerMessage, missing)
	for i := len(l.events) - 1; i >= 0 && missing > 0; i-- {
		if e := l.events[i]; e.isFor(who) {
			missing--
			out[missing] = e.message
		}
	}
	return out, missing == 0
}

// tell sends an event to every member but one.
func (m *machine) tell(what message.ServerMessage, but *member) {
	m.publishEvent(logged{message: what, but: but}, m.order)
}

// tellOnly sends an event to some.
func (m *machine) tellOnly(what message.ServerMessage, members ...*member) {
	if len(members) > 0 {
		m.publishEvent(logged{message: what, only: members}, members)
	}
}

// tellModerators sends an event to hosts and co-hosts.
func (m *machine) tellModerators(what message.ServerMessage) {
	var them []*member
	for _, who := range m.order {
		if moderates(who.role) {
			them = append(them, who)
		}
	}
	m.tellOnly(what, them...)
}

func (m *machine) publishEvent(l logged, members []*member) {
	m.log.add(l)
	to := make([]address, 0, len(members))
	for _, who := range members {
		if who == l.but {
			continue
		}
		who.seq++
		if !who.away() {
			to = append(to, address{session: who.session, seq: who.seq})
		}
	}
	if len(to) > 0 {
		m.effects = append(m.effects, event{to: to, message: l.message})
	}
}

// whisper sends what nobody has to know later: it has no number and is not kept.
func (m *machine) whisper(what message.ServerMessage, but *member, only ...*member) {
	members := m.order
	if len(only) > 0 {
		members = only
	}
	to := make([]address, 0, len(members))
	for _, who := range members {
		if who != but && !who.away() {
			to = append(to, address{session: who.session})
		}
	}
	if len(to) > 0 {
		m.effects = append(m.effects, event{to: to, message: what})
	}
}
