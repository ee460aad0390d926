package room

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

func (m *machine) moderateRole(now time.Time, session SessionID, what message.ModerationRole) error {
	by, whom, err := m.overWhom(session, what.Participant)
	if err != nil {
		return err
	}
	if !mayGive(by.role, whom.role, what.Role) {
		return message.Refuse(message.Forbidden, "Only a host can hand the meeting over.")
	}
	if whom.role == what.Role {
		return nil
	}
	if whom.kind != "" {
		return message.Refuse(message.Forbidden, "A stream can be no host: there is nobody to act.")
	}
	if whom.role == message.Host && m.hostsBut(whom) == 0 {
		return message.Refuse(message.Forbidden, "The last host stays host; hand the meeting over first.")
	}
	m.audit(now, by, "room_role_"+roleWord[what.Role], whom.id)
	m.setRole(now, whom, what.Role, by)
	if what.Role == message.Host && whom != by {
		m.setRole(now, by, message.CoHost, by)
	}
	m.mind(now)
	return nil
}

var roleWord = map[message.Role]string{message.Host: "host", message.CoHost: "cohost", message.Member: "participant"}

func (m *machine) setRole(now time.Time, whom *member, role message.Role, by *member) {
	was := whom.role
	whom.role = role
	known := m.decided(whom)
	known.role, known.demoted, known.standsIn = role, role == message.Member, false
	record := stands{participant: whom.id, role: role, override: written(whom.override), at: now}
	if by != nil {
		record.by = by.id
	}
	m.effects = append(m.effects, save{record})
	m.changed(now, whom)
	m.notify(whom, message.NoticeRole, by)
	m.settle(now, whom)
	if moderates(role) && !moderates(was) {
		// What only hosts are told they have to be told from now on.
		m.tellOnly(message.LobbyChanged{Waiting: m.lobby.view(), Message: m.lobby.message}, whom)
		for _, other := range m.order {
			if other.override != (message.Override{}) {
				m.tellOnly(message.OverridesChanged{Participant: other.id, Override: other.override}, whom)
			}
		}
	}
}

// hostsBut counts the other hosts.
func (m *machine) hostsBut(who *member) int {
	n := 0
	for _, other := range m.order {
		if other != who && other.role == message.Host {
			n++
		}
	}
	return n
}

// mind notes since when there is no host.
func (m *machine) mind(now time.Time) {
	if m.hostsBut(nil) > 0 {
		m.hostlessSince = time.Time{}
	} else if m.hostlessSince.IsZero() {
		m.hostlessSince = now
	}
}

// successor is the co-host who has been in for longest, if there is no host.
func (m *machine) successor() *member {
	if m.hostlessSince.IsZero() {
		return nil
	}
	return m.coHostBut(nil)
}

func (m *machine) coHostBut(but *member) *member {
	for _, who := range m.order {
		if who != but && who.role == message.CoHost && !who.away() {
			return who
		}
	}
	return nil
}

// succeed makes a co-host the host when the last one has been gone for long enough.
func (m *machine) succeed(now time.Time) {
	if next := m.successor(); next != nil && !now.Before(m.hostlessSince.Add(m.cfg.HostGrace)) {
		m.standIn(now, next)
	}
}

// handOn makes a co-host the host at once, because the last host leaves by choice.
func (m *machine) handOn(now time.Time, host *member) {
	if next := m.coHostBut(host); next != nil {
		m.standIn(now, next)
	}
}

func (m *machine) standIn(now time.Time, next *member) {
	m.audit(now, next, "room_host_taken_over", next.id)
	m.setRole(now, next, message.Host, nil)
	m.known[next.id].standsIn = true
	m.mind(now)
}

// giveWay makes those who stood in for the host co-hosts again, for here is one.
func (m *machine) giveWay(now time.Time, host *member) {
	for _, who := range m.order {
		if who != host && m.known[who.id].standsIn {
			m.setRole(now, who, message.CoHost, host)
		}
	}
}
