package room

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// maxEnded sign-ins are remembered; of those before, the tickets of who was here then are no good all the same.
const maxEnded = 4096

var errSignedOut = message.Refuse(message.Forbidden, "You have signed out; sign in and join again.")

// signOut ends the stay of everybody who came in by one of these sign-ins, waits by one, or may come back by one.
func (m *machine) signOut(now time.Time, signIns []string) {
	ended := func(signIn string) bool { return signIn != "" && slices.Contains(signIns, signIn) }
	m.ended = append(m.ended, signIns...)
	m.ended = m.ended[max(0, len(m.ended)-maxEnded):]
	for id, known := range m.known {
		if _, in := m.members[id]; !in && ended(known.signIn) {
			m.tickets[id] = ""
			delete(m.awaited, id)
		}
	}
	for _, w := range slices.Clone(m.lobby.line) {
		if ended(w.member.signIn) {
			m.tickets[w.id] = ""
			m.unwait(now, w, disconnect{session: w.session, code: closeNormal, reason: "signed out"})
		}
	}
	for _, who := range slices.Clone(m.order) {
		if ended(who.signIn) {
			m.dismiss(now, who)
		}
	}
	m.closeIfEmpty(now)
}

// signedOut says whether a sign-in has ended while the room was there.
func (m *machine) signedOut(signIn string) bool {
	return signIn != "" && slices.Contains(m.ended, signIn)
}
