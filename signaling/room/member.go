package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// member is a participant who is in the room.
type member struct {
	id, user, name string
	// device tells guests apart, signIn is the sign-in that they came by.
	device, signIn string
	role           message.Role
	override       message.Override
	// permissions are what they may do now, as they were told.
	permissions message.Permissions
	guest       bool
	kind        message.ParticipantKind
	// joinedAt is when this stay began, since when the first one did, snapshotAt when they last got a snapshot.
	joinedAt, since, snapshotAt time.Time

	session SessionID
	// seq of the last event that was for them; it goes on when another socket takes over. enteredSeq is what it was at
	// the last snapshot.
	seq, enteredSeq uint64
	// awayUntil is how long the place is kept, lostAt when the connection was lost; zero while it is there.
	awayUntil, lostAt time.Time
	// freshUntil is how long a page that was loaded anew has to publish again.
	freshUntil time.Time

	// publications that are live, by number.
	publications []message.Publication
	// live are the sources of publications.
	live map[message.Source]bool
	// offered are the sources of the last upstream offer.
	offered []message.Source
	// muted is remembered for sources that are not published yet.
	muted map[message.Source]bool
	// hushed are those that a host muted, and by whom, until they are switched on.
	hushed map[message.Source]*member

	// speakingSince is zero while they are silent.
	speakingSince time.Time
	updatedAt     time.Time
}

func newMember(now time.Time, in Entry, role message.Role) *member {
	return &member{
		id: in.Claims.Participant, user: in.Claims.User, name: in.Claims.Name, role: role, guest: in.Claims.Guest, kind: kindOf(in.Claims),
		device: in.Claims.Device, signIn: in.Claims.SignIn,
		joinedAt: onWire(now), session: in.Session,
		live: map[message.Source]bool{}, muted: map[message.Source]bool{}, hushed: map[message.Source]*member{},
	}
}

func kindOf(claims grant.Claims) message.ParticipantKind {
	switch claims.Stream {
	case grant.Publish:
		return message.StreamKind
	case grant.Play:
		return message.ViewerKind
	}
	return ""
}

func (w *member) away() bool { return !w.awayUntil.IsZero() }

// view is the member as others see them.
func (w *member) view() message.Participant {
	return message.Participant{
		ID: w.id, Name: w.name, Kind: w.kind, Role: w.role, Guest: w.guest, JoinedAt: w.joinedAt,
		Publications: append([]message.Publication{}, w.publications...), Reconnecting: w.away(),
	}
}

func (m *machine) rename(now time.Time, session SessionID, name string) error {
	if w := m.lobby.of(session); w != nil {
		w.name = name
		m.effects = append(m.effects, save{renamed{participant: w.id, name: name, at: now}})
		m.tellLobby()
		return nil
	}
	who, err := m.allowed(session, func(p message.Permissions) bool { return p.Rename })
	if err != nil || who.name == name {
		return err
	}
	who.name = name
	m.effects = append(m.effects, save{renamed{participant: who.id, name: name, at: now}})
	m.changed(now, who)
	return nil
}

// changed tells everybody, the member too, at once or as soon as the last update is old enough.
func (m *machine) changed(now time.Time, who *member) {
	if !slices.Contains(m.dirty, who) {
		m.update(now, who)
	}
}

func (m *machine) update(now time.Time, who *member) {
	if now.Before(who.updatedAt.Add(m.cfg.UpdateEvery)) {
		m.dirty = append(m.dirty, who)
		return
	}
	who.updatedAt = now
	m.tell(message.ParticipantUpdated{Participant: who.view()}, nil)
}
