package room

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// standing is what the room remembers of a participant who is out.
type standing struct {
	user     string
	role     message.Role
	override message.Override
	// admitted have been in the meeting: they need not wait, and a lock does not keep them out.
	admitted bool
	// sentBack to the lobby: they wait, lobby or not, until they are admitted.
	sentBack bool
	// demoted by a host, whatever a link says.
	demoted bool
	// stands in for a host who is away; gives way when the owner comes back.
	standsIn bool
	// since is when they first came in.
	since time.Time
	// signIn is the one that they last came by.
	signIn string
}

// standingOf is what the room knows of who comes, nil if nothing. A guest is another participant each time, but what a
// host decided of them stays with their device.
func (m *machine) standingOf(participant, user, device string) *standing {
	if known := m.known[participant]; known != nil {
		return known
	}
	before := m.devices[device]
	// Two people with accounts may share a device.
	if device == "" || before == nil || before.user != "" && user != "" {
		return nil
	}
	known := &standing{user: user, override: before.override, sentBack: before.sentBack, demoted: before.demoted}
	if before.demoted {
		known.role = message.Member
	}
	return known
}

// know is standingOf, remembered from now on.
func (m *machine) know(participant, user, device string) *standing {
	known := m.standingOf(participant, user, device)
	if known == nil {
		known = &standing{user: user}
	}
	m.known[participant] = known
	return known
}

// raisedBy says whether somebody comes by a link that makes a co-host of them. A grant is fresh, but what a host decided of them
// counts for more: before it was issued it would not say co-host, and afterwards it must not undo that. A ticket only repeats.
func (s *standing) raisedBy(in Entry) bool {
	return in.Claims.CoHost && !in.ByTicket && s.role == message.Member && !s.demoted && !s.sentBack
}

// decided notes what a host has decided of somebody, for the next time that their device comes.
func (m *machine) decided(who *member) *standing {
	known := m.known[who.id]
	known.override = who.override
	if who.device != "" {
		m.devices[who.device] = known
	}
	return known
}

// letIn notes that somebody may come in, who was sent back perhaps, by another name of their device.
func (m *machine) letIn(now time.Time, participant string, known *standing, device string) {
	if known.sentBack {
		m.effects = append(m.effects, save{sentBack{participant: participant, at: now}})
		if device != "" {
			m.devices[device] = known
		}
	}
	known.admitted, known.sentBack = true, false
}
