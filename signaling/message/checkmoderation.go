package message

import (
	"fmt"
	"strings"
)

func (m ModerationMute) check(f *faults) { f.target(m.Participant, true) }

func (m ModerationAskUnmute) check(f *faults) { f.target(m.Participant, false) }

func (m ModerationStopVideo) check(f *faults) { f.target(m.Participant, false) }

func (m ModerationStopShare) check(f *faults) { f.target(m.Participant, false) }

func (m ModerationRemove) check(f *faults) { f.target(m.Participant, false) }

func (m ModerationForgive) check(f *faults) { f.target(m.Participant, false) }

func (m ModerationSendToLobby) check(f *faults) { f.target(m.Participant, false) }

func (m ModerationLowerHands) check(f *faults) { f.target(m.Participant, true) }

func (m ModerationCallOn) check(f *faults) { f.target(m.Participant, true) }

func (ModerationLock) check(*faults) {}

func (m ModerationAdmit) check(f *faults) { f.people(m.Participants, m.All) }

func (m ModerationDeny) check(f *faults) { f.people(m.Participants, m.All) }

func (m ModerationMessageWaiting) check(f *faults) {
	if len(m.Text) > MaxWaitingText {
		f.addAs(TooLarge, "text", fmt.Sprintf("at most %d bytes", MaxWaitingText))
	}
	f.need(!strings.ContainsFunc(m.Text, isControl), "text", "no control characters")
}

func (m ModerationSettings) check(f *faults) {
	f.need(m.ChatHistory == nil || m.ChatHistory.Valid(), "chatHistory", "all, joined or none")
	f.need(m.Lobby != nil || m.ChatHistory != nil, "lobby", "nothing to change")
}

// Valid says whether h is one of the choices.
func (h ChatHistoryFor) Valid() bool {
	return h == HistoryAll || h == HistoryJoined || h == HistoryNone
}

func (m ModerationRole) check(f *faults) {
	f.target(m.Participant, false)
	f.need(m.Role == Host || m.Role == CoHost || m.Role == Member, "role", "HOST, COHOST or PARTICIPANT")
}

func (m ModerationPermissions) check(f *faults) {
	f.target(m.Participant, true)
	f.need(!m.Reset || m.Participant != "", "reset", "only with a participant")
}

func (m ModerationSpotlight) check(f *faults) {
	f.need(len(m.Participants) <= MaxSpotlight, "participants", fmt.Sprintf("at most %d", MaxSpotlight))
	f.ids(m.Participants)
}

// target is the participant that a host means; whether there is one the room knows.
func (f *faults) target(id string, maybeNone bool) {
	f.need(ValidID(id) || maybeNone && id == "", "participant", "not an id")
}

func (f *faults) people(list []string, all bool) {
	f.need(len(list) <= MaxAdmitted, "participants", fmt.Sprintf("at most %d", MaxAdmitted))
	f.need(all == (len(list) == 0), "participants", "some, or all")
	f.ids(list)
}

func (f *faults) ids(list []string) {
	seen := map[string]bool{}
	for i, id := range list {
		field := fmt.Sprintf("participants[%d]", i)
		f.need(ValidID(id), field, "not an id")
		f.need(!seen[id], field, "comes twice")
		seen[id] = true
	}
}
