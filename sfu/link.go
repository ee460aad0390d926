package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/downlink"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

const (
	// audioRate is what a voice takes, headers included.
	audioRate = packet.Bitrate(60_000)
	// saverHeight is the tallest picture for who saves data.
	saverHeight = 360
	// unwished is the height of a picture that nobody asked for in particular.
	unwished = 180
)

// link is the way to a participant with the slots that share it. Its owner is the peer's loop.
type link struct {
	way     *downlink.Downlink
	mids    []string                // of the plan's slots, by ID
	shown   map[string]packet.Layer // what slots show at present, by MID
	decodes map[string]map[codec.Kind]bool
}

func newLink() *link {
	return &link{way: downlink.New(), shown: map[string]packet.Layer{}, decodes: map[string]map[codec.Kind]bool{}}
}

// open notes what was negotiated for a slot.
func (l *link) open(mid string, line egress.Line) {
	if line.TransportCC != 0 {
		l.way.Promise()
	}
	kinds := make(map[codec.Kind]bool, len(line.Payloads))
	for kind := range line.Payloads {
		kinds[kind] = true
	}
	kinds[codec.RED] = line.Decodes(codec.RED)
	l.decodes[mid] = kinds
}

// canShow reports whether the client decodes the codec in that slot.
func (l *link) canShow(mid string, kind codec.Kind) bool { return l.decodes[mid][kind] }

// kinds are the codecs that the client decodes in that slot.
func (l *link) kinds(mid string) (list []codec.Kind) {
	for kind := range l.decodes[mid] {
		list = append(list, kind)
	}
	return list
}

// share plans what each slot shows.
func (l *link) share(now time.Time, in allocate.Input, mids []string) allocate.Plan {
	l.mids = mids
	return l.way.Share(now, in)
}

// LinkSnapshot explains what is known of the way to a participant.
type LinkSnapshot struct {
	Measured bool           `json:"measured"`
	Estimate packet.Bitrate `json:"estimate"` // bit/s
	Acked    packet.Bitrate `json:"acked"`
	Used     packet.Bitrate `json:"used"` // by the plan
	Next     packet.Bitrate `json:"next"` // at which something better could be shown, 0 if nothing could
	RTT      string         `json:"rtt"`
	Queue    string         `json:"queue"`
	Loss     float64        `json:"loss"`
	State    string         `json:"state"`
	Plan     []PlanSnapshot `json:"plan"`
}

// PlanSnapshot explains what one slot is to show, and why.
type PlanSnapshot struct {
	MID    string       `json:"mid"`
	Target packet.Layer `json:"target"`
	Shown  packet.Layer `json:"shown"`
	Height int          `json:"height"`
	Reason string       `json:"reason"`
}

func (l *link) snapshot() LinkSnapshot {
	plan, e := l.way.Plan(), l.way.Estimate()
	s := LinkSnapshot{
		Measured: l.way.Measurable(), Estimate: l.way.Rate(), Acked: e.Acked(), Used: plan.Used, Next: plan.Next,
		RTT: e.RTT().String(), Queue: e.QueueDelay().String(), Loss: e.Loss(), State: e.State().String(),
	}
	for _, d := range plan.Slots {
		s.Plan = append(s.Plan, PlanSnapshot{
			MID: l.mids[d.ID], Target: d.Target, Shown: l.shownIn(l.mids[d.ID]), Height: d.Height, Reason: d.Reason.String(),
		})
	}
	return s
}

func (l *link) shownIn(mid string) packet.Layer {
	if shown, ok := l.shown[mid]; ok {
		return shown
	}
	return packet.None
}
