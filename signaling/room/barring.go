package room

import (
	"slices"
	"time"
)

// barred is somebody who may not come in again while the occurrence lasts.
type barred struct{ id, user, device string }

func (b barred) is(id, user, device string) bool {
	return b.id == id || b.user != "" && b.user == user || b.device != "" && b.device == device
}

// isBarred says whether somebody may not come in. A moderator's own account counts, not who else has used the device.
func (m *machine) isBarred(in Entry) bool {
	c := in.Claims
	if c.User != "" && moderates(roleIn(in, m.known[c.Participant])) {
		c.Device = ""
	}
	return slices.ContainsFunc(m.barred, func(b barred) bool { return b.is(c.Participant, c.User, c.Device) })
}

// bar keeps somebody out, and takes them out with whoever else is here by the same account or device: their other windows.
// It does not take out a moderator for the device alone.
func (m *machine) bar(now time.Time, by *member, b barred) {
	m.barred = append(m.barred, b)
	m.effects = append(m.effects, save{removed{participant: b.id, removed: true, at: now}})
	for _, who := range slices.Clone(m.order) {
		if who != by && b.is(who.id, who.user, who.device) && (who.id == b.id || !moderates(who.role)) {
			m.takeOut(now, who, by)
		}
	}
	for _, w := range slices.Clone(m.lobby.line) {
		if b.is(w.id, w.member.user, w.member.device) {
			m.turnAway(now, w, by)
		}
	}
}

// forgive takes a removal back: they may come in by the way that everybody comes.
func (m *machine) forgive(now time.Time, session SessionID, target string) error {
	by, err := m.host(session)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(m.barred, func(b barred) bool { return b.id == target })
	if i < 0 {
		return errNobody
	}
	m.audit(now, by, "room_forgive", target)
	whom := m.barred[i]
	m.barred = slices.Delete(m.barred, i, i+1)
	m.know(target, whom.user, whom.device).admitted = false
	m.effects = append(m.effects, save{removed{participant: target, at: now}})
	return nil
}
