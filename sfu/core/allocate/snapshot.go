package allocate

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Snapshot explains an allocator at one moment, with all of its hysteresis.
type Snapshot struct {
	Rate   packet.Bitrate `json:"rate"`   // of the link
	Lowest packet.Bitrate `json:"lowest"` // of the last 2 s: what up-steps go by
	Budget packet.Bitrate `json:"budget"` // for video
	Used   packet.Bitrate `json:"used"`
	Next   packet.Bitrate `json:"next"` // rate at which more becomes possible, 0 if all is there
	// Ceiling of what up-steps may use for some more seconds after Failures in a row; 0 is none.
	Ceiling  packet.Bitrate `json:"ceiling"`
	Seconds  float64        `json:"seconds"`
	Failures int            `json:"failures"`
	Slots    []SlotSnapshot `json:"slots"`
}

// SlotSnapshot explains what one slot was given.
type SlotSnapshot struct {
	ID          int          `json:"id"`
	Publication uint32       `json:"publication"`
	Chosen      packet.Layer `json:"chosen"` // what the rate is kept for
	Reason      string       `json:"reason"`
	Seconds     float64      `json:"seconds"` // since it was chosen
	Blocked     float64      `json:"blocked"` // seconds during which it does not go up
	Shaky       uint8        `json:"shaky"`   // layers, a bit each, that stopped and have not flowed for 2 s again
}

// Snapshot explains the allocator.
func (a *Allocator) Snapshot(now time.Time) Snapshot {
	s := Snapshot{Rate: a.window.last, Lowest: a.window.low(now), Budget: a.plan.Budget, Used: a.plan.Used, Next: a.plan.Next}
	s.Failures = a.ceiling.failures
	if now.Before(a.ceiling.until) {
		s.Ceiling, s.Seconds = a.ceiling.used, a.ceiling.until.Sub(now).Seconds()
	}
	for _, id := range slices.Sorted(maps.Keys(a.slots)) {
		slot := a.slots[id]
		s.Slots = append(s.Slots, SlotSnapshot{
			ID: id, Publication: slot.publication, Chosen: slot.chosen, Shaky: slot.shaky,
			Seconds: now.Sub(slot.since).Seconds(), Blocked: max(slot.blocked.Sub(now), 0).Seconds(),
		})
	}
	for _, d := range a.plan.Slots {
		if i, ok := slices.BinarySearchFunc(s.Slots, d.ID, func(s SlotSnapshot, id int) int { return cmp.Compare(s.ID, id) }); ok {
			s.Slots[i].Reason = d.Reason.String()
		}
	}
	return s
}
