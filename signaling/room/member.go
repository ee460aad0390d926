package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// member is a participant who is in the room.
type member struct {
	id, user, name string
	role           message.Role
	guest          bool
	joinedAt       time.Time

	session SessionID
	// seq of the last event that was sent to them; it goes on when another socket takes over.
	seq uint64

	// publications that are live, by number.
	publications []message.Publication
	// live are the sources of publications.
	live map[message.Source]bool
	// offered are the sources of the last upstream offer.
	offered []message.Source
	// muted is remembered for sources that are not published yet.
	muted map[message.Source]bool

	updatedAt time.Time
}

func newMember(now time.Time, in Entry) *member {
	role := message.Member
	if in.Claims.Host {
		role = message.Host
	}
	return &member{
		id: in.Claims.Participant, user: in.Claims.User, name: in.Claims.Name, role: role, guest: in.Claims.Guest,
		joinedAt: onWire(now), session: in.Session,
		live: map[message.Source]bool{}, muted: map[message.Source]bool{},
	}
}

// view is the member as others see them.
func (w *member) view() message.Participant {
	return message.Participant{
		ID: w.id, Name: w.name, Role: w.role, Guest: w.guest, JoinedAt: w.joinedAt,
		Publications: append([]message.Publication{}, w.publications...),
	}
}

// feed is what a publication's number belongs to: it outlives the connection.
type feed struct {
	participant string
	source      message.Source
}

// Feed is one source of a participant as the room knows it.
type Feed struct {
	Source message.Source
	Number uint32
	Muted  bool
	Live   bool
}

// feeds gives the publications for the sources of an upstream offer as they will be when it is answered. A source
// that the last offer did not have becomes live; for the others an offer changes nothing: one that has ended
// stays so until it is set live.
func (m *machine) feeds(session SessionID, sources []message.Source) ([]Feed, error) {
	who, err := m.of(session)
	if err != nil {
		return nil, err
	}
	feeds := make([]Feed, len(sources))
	for i, source := range sources {
		feeds[i] = Feed{
			Source: source, Number: m.number(who, source), Muted: who.muted[source],
			Live: who.live[source] || !slices.Contains(who.offered, source),
		}
	}
	return feeds, nil
}

// publish says that an upstream offer with these sources was answered.
func (m *machine) publish(now time.Time, session SessionID, sources []message.Source) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	for _, source := range sources {
		if !slices.Contains(who.offered, source) {
			m.setLive(now, who, source, true)
		}
	}
	who.offered = slices.Clone(sources)
	return nil
}

func (m *machine) setPublication(now time.Time, session SessionID, source message.Source, live bool) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	m.setLive(now, who, source, live)
	return nil
}

func (m *machine) setLive(now time.Time, who *member, source message.Source, live bool) {
	if who.live[source] == live {
		return
	}
	who.live[source] = live
	number := m.number(who, source)
	if live {
		who.publications = append(who.publications, message.Publication{Number: number, Source: source, Muted: who.muted[source]})
		slices.SortFunc(who.publications, func(a, b message.Publication) int { return int(a.Number) - int(b.Number) })
	} else {
		who.publications = slices.DeleteFunc(who.publications, func(p message.Publication) bool { return p.Number == number })
	}
	m.changed(now, who)
}

// unpublish forgets what a member published: the connection that carried it is gone.
func (m *machine) unpublish(now time.Time, session SessionID) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if len(who.publications) > 0 {
		defer m.changed(now, who)
	}
	who.unpublish()
	return nil
}

func (w *member) unpublish() {
	w.publications, w.offered, w.live = nil, nil, map[message.Source]bool{}
}

func (m *machine) number(who *member, source message.Source) uint32 {
	key := feed{participant: who.id, source: source}
	number, ok := m.numbers[key]
	if !ok {
		number = uint32(len(m.numbers) + 1)
		m.numbers[key] = number
	}
	return number
}

func (m *machine) mute(now time.Time, session SessionID, source message.Source, muted bool) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if who.muted[source] == muted {
		return nil
	}
	who.muted[source] = muted
	for i := range who.publications {
		if who.publications[i].Source == source {
			who.publications[i].Muted = muted
			m.changed(now, who)
		}
	}
	return nil
}

func (m *machine) rename(now time.Time, session SessionID, name string) error {
	who, err := m.of(session)
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

func (m *machine) raiseHand(session SessionID, raised bool) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if !raised {
		m.lower(who.id)
		return nil
	}
	if !slices.Contains(m.hands, who.id) {
		m.hands = append(m.hands, who.id)
		m.tellHands()
	}
	return nil
}

func (m *machine) lower(participant string) {
	if i := slices.Index(m.hands, participant); i >= 0 {
		m.hands = slices.Delete(m.hands, i, i+1)
		m.tellHands()
	}
}

func (m *machine) tellHands() {
	m.tell(message.HandsChanged{Hands: append([]string{}, m.hands...)}, nil)
}
