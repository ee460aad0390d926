package egress

import "github.com/plenum-meet/plenum/sfu/core/forward"

// SlotSnapshot explains what a slot does at this moment.
type SlotSnapshot struct {
	MID     string           `json:"mid"`
	SSRC    uint32           `json:"ssrc"`
	Forward forward.Snapshot `json:"forward"`
	Sent    SlotCounts       `json:"sent"`
}

func (s *Slot) snapshot() SlotSnapshot {
	return SlotSnapshot{MID: s.MID, SSRC: uint32(s.line.SSRC), Forward: s.forward.Snapshot(), Sent: s.counts}
}
