package room

import (
	"cmp"
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// line is the queue of raised hands in the order in which the server heard of them.
type line struct {
	hands []hand
	// calledOn has the word; their hand is up until they have spoken.
	calledOn string
	// lowered are hands that went down because their owners spoke: they may go back to their place.
	lowered []hand
	raised  uint64
}

type hand struct {
	participant string
	// order rises with each hand that is raised.
	order uint64
	// loweredAt is when the server lowered it.
	loweredAt time.Time
}

func (l *line) ids() []string {
	out := make([]string, len(l.hands))
	for i, h := range l.hands {
		out[i] = h.participant
	}
	return out
}

func (l *line) find(participant string) int {
	return slices.IndexFunc(l.hands, func(h hand) bool { return h.participant == participant })
}

func (m *machine) raiseHand(now time.Time, session SessionID, what message.ParticipantRaiseHand) error {
	who, err := m.of(session)
	if err != nil {
		return err
	}
	if !what.Raised {
		m.lower(who.id)
		return nil
	}
	if m.hands.find(who.id) >= 0 {
		return nil
	}
	m.hands.raised++
	raised := hand{participant: who.id, order: m.hands.raised}
	if i := slices.IndexFunc(m.hands.lowered, func(h hand) bool { return h.participant == who.id }); i >= 0 {
		if before := m.hands.lowered[i]; what.Restore && now.Before(before.loweredAt.Add(m.cfg.UndoFor)) {
			raised.order = before.order
		}
		m.hands.lowered = slices.Delete(m.hands.lowered, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(m.hands.hands, raised, func(a, b hand) int { return cmp.Compare(a.order, b.order) })
	m.hands.hands = slices.Insert(m.hands.hands, at, raised)
	// Who goes on speaking does not lose it again at once.
	who.speakingSince = time.Time{}
	m.tellHands()
	return nil
}

func (m *machine) lower(participant string) {
	i := m.hands.find(participant)
	if i < 0 {
		return
	}
	m.hands.hands = slices.Delete(m.hands.hands, i, i+1)
	if m.hands.calledOn == participant {
		m.hands.calledOn = ""
	}
	m.tellHands()
}

func (m *machine) tellHands() {
	m.tell(message.HandsChanged{Hands: m.hands.ids(), CalledOn: m.hands.calledOn}, nil)
}

func (m *machine) lowerHands(now time.Time, session SessionID, target string) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	down := m.hands.ids()
	if target != "" {
		if m.hands.find(target) < 0 {
			return errNoHand
		}
		down = []string{target}
	}
	if len(down) == 0 {
		return nil
	}
	m.audit(now, by, "room_lower_hands", target)
	m.hands.hands = slices.DeleteFunc(m.hands.hands, func(h hand) bool { return slices.Contains(down, h.participant) })
	if slices.Contains(down, m.hands.calledOn) {
		m.hands.calledOn = ""
	}
	m.tellHands()
	for _, id := range down {
		if whom := m.members[id]; whom != by {
			m.notify(whom, message.NoticeHandLowered, by)
		}
	}
	return nil
}

// callOn gives the word to one whose hand is up, and takes it from whoever had it.
func (m *machine) callOn(now time.Time, session SessionID, target string) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	if before := m.hands.calledOn; before != "" && before != target {
		m.lower(before)
	}
	if target == "" && len(m.hands.hands) > 0 {
		target = m.hands.hands[0].participant
	}
	if m.hands.find(target) < 0 {
		return errNoHand
	}
	whom := m.members[target]
	m.audit(now, by, "room_call_on", target)
	m.hands.calledOn = target
	whom.speakingSince = time.Time{}
	m.tellHands()
	m.letSpeak(now, whom)
	m.notify(whom, message.NoticeCalledOn, by)
	return nil
}

// speaking is told by the media side when somebody begins or ends to be heard.
func (m *machine) speaking(now time.Time, session SessionID, speaks bool) {
	who, err := m.of(session)
	if err != nil {
		return
	}
	switch {
	case !speaks:
		who.speakingSince = time.Time{}
	case who.speakingSince.IsZero():
		who.speakingSince = now
	}
}

// lowersAt is when a hand goes down because its owner has spoken for long enough; zero for never.
func (m *machine) lowersAt(who *member) time.Time {
	if who.speakingSince.IsZero() || m.hands.find(who.id) < 0 {
		return time.Time{}
	}
	return who.speakingSince.Add(m.cfg.SpeaksFor)
}

func (m *machine) lowerSpeakers(now time.Time) {
	for _, who := range m.order {
		at := m.lowersAt(who)
		if at.IsZero() || now.Before(at) {
			continue
		}
		down := m.hands.hands[m.hands.find(who.id)]
		down.loweredAt = now
		m.hands.lowered = slices.DeleteFunc(m.hands.lowered, func(h hand) bool {
			return h.participant == who.id || !now.Before(h.loweredAt.Add(m.cfg.UndoFor))
		})
		m.hands.lowered = append(m.hands.lowered, down)
		m.lower(who.id)
		m.notify(who, message.NoticeHandLowered, nil)
	}
}
