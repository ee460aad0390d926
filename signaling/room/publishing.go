package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

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

// SourceState is what the media server does with a source: it forwards nothing of it unless all are false.
type SourceState struct {
	Source message.Source
	// Muted and Ended as the participant or a host wants it, Forbidden for want of permission.
	Muted, Ended, Forbidden bool
}

// sources of a participant, in the order of everything that is said of them.
var sources = []message.Source{message.Microphone, message.Camera, message.Screen, message.ScreenAudio}

// mayPublish says whether somebody may switch a source on.
func mayPublish(p message.Permissions, source message.Source) bool {
	switch source {
	case message.Microphone:
		return p.Unmute
	case message.Camera:
		return p.Camera
	case message.Screen, message.ScreenAudio:
		return p.Share
	}
	return false
}

// feeds gives the publications for the sources of an upstream offer as they will be when it is answered. A source
// that the last offer did not have becomes live if it may; for the others an offer changes nothing: one that has ended
// stays so until it is set live.
func (m *machine) feeds(session SessionID, offered []message.Source) ([]Feed, error) {
	who, err := m.of(session)
	if err != nil {
		return nil, err
	}
	feeds := make([]Feed, len(offered))
	for i, source := range offered {
		feeds[i] = Feed{
			Source: source, Number: m.number(who, source), Muted: who.muted[source],
			Live: who.live[source] || !slices.Contains(who.offered, source) && m.mayBegin(who, source) == nil,
		}
	}
	return feeds, nil
}

// mayBegin says why a source may not become live. Microphone and camera may always, muted if need be.
func (m *machine) mayBegin(who *member, source message.Source) error {
	if source != message.Screen && source != message.ScreenAudio {
		return nil
	}
	if !who.permissions.Share {
		return errNotAllowed
	}
	shares := 0
	for _, other := range m.order {
		if other != who && other.live[message.Screen] {
			shares++
		}
	}
	if shares >= m.cfg.MaxShares {
		return message.Refuse(message.Forbidden, "No more screens can be shared at the same time.")
	}
	return nil
}

// publish says that an upstream offer with these sources was answered.
func (m *machine) publish(now time.Time, session SessionID, offered []message.Source) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	fresh := !who.freshUntil.IsZero()
	who.freshUntil = time.Time{}
	if fresh {
		m.publishOnly(now, who, offered)
	}
	for _, source := range offered {
		if !slices.Contains(who.offered, source) && m.mayBegin(who, source) == nil {
			m.setLive(now, who, source, true)
		}
	}
	who.offered = slices.Clone(offered)
	// What was decided while the media server answered holds too.
	m.enforce(who, offered...)
	return nil
}

// publishOnly ends what is not among these sources.
func (m *machine) publishOnly(now time.Time, who *member, these []message.Source) {
	for _, source := range sources {
		if who.live[source] && !slices.Contains(these, source) {
			m.setLive(now, who, source, false)
		}
	}
}

func (m *machine) setPublication(now time.Time, session SessionID, source message.Source, live bool) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if live && !who.live[source] {
		if err := m.mayBegin(who, source); err != nil {
			return err
		}
	}
	m.setLive(now, who, source, live)
	m.enforce(who, source)
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

// mute is the participant's own wish.
func (m *machine) mute(now time.Time, session SessionID, source message.Source, muted bool) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if !muted && !mayPublish(who.permissions, source) {
		return errNotAllowed
	}
	if !muted {
		delete(who.hushed, source)
	}
	m.setMuted(now, who, source, muted)
	return nil
}

// hush is a host's wish. It is false if it was so already.
func (m *machine) hush(now time.Time, whom *member, source message.Source, by *member) bool {
	whom.hushed[source] = by
	return m.setMuted(now, whom, source, true)
}

// setMuted is false if it was so already.
func (m *machine) setMuted(now time.Time, who *member, source message.Source, muted bool) bool {
	if who.muted[source] == muted {
		return false
	}
	who.muted[source] = muted
	for i := range who.publications {
		if who.publications[i].Source == source {
			who.publications[i].Muted = muted
			m.changed(now, who)
		}
	}
	m.enforce(who, source)
	return true
}

// silence mutes what somebody who has just come in may not switch on.
func (m *machine) silence(who *member) {
	for _, source := range []message.Source{message.Microphone, message.Camera} {
		if !mayPublish(who.permissions, source) {
			who.muted[source] = true
		}
	}
}

// enforce has the media server do what holds for some sources of a member.
func (m *machine) enforce(who *member, which ...message.Source) {
	states := make([]SourceState, len(which))
	for i, source := range which {
		states[i] = who.state(source)
	}
	m.effects = append(m.effects, enforce{session: who.session, states: states})
}

// enforceAll is for media that knows nothing yet: it begins with everything allowed.
func (m *machine) enforceAll(who *member) {
	var which []message.Source
	for _, source := range sources {
		if s := who.state(source); s.Muted || s.Forbidden {
			which = append(which, source)
		}
	}
	if len(which) > 0 {
		m.enforce(who, which...)
	}
}

func (w *member) state(source message.Source) SourceState {
	return SourceState{
		Source: source, Muted: w.muted[source], Forbidden: !mayPublish(w.permissions, source),
		Ended: !w.live[source] && slices.Contains(w.offered, source),
	}
}
