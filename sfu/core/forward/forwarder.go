package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Forwarder is the forwarding of one slot.
type Forwarder struct {
	next   Source
	target int8
	snap   Snapshot
	seq    uint16
}

// NewVideo returns the forwarder of a video slot, empty.
func NewVideo(start Start) *Forwarder { return &Forwarder{seq: start.Sequence} }

// NewAudio returns the forwarder of an audio slot, empty.
func NewAudio(start Start) *Forwarder { return &Forwarder{seq: start.Sequence} }

// Show binds the slot to another publication.
func (f *Forwarder) Show(now time.Time, next Source, target int8) { f.next, f.target = next, target }

// SetTarget changes the layer wished for.
func (f *Forwarder) SetTarget(now time.Time, spatial int8) { f.target = spatial }

// Forward decides about one packet.
func (f *Forwarder) Forward(now time.Time, publication uint32, p *packet.Packet) (Out, Reason) {
	if publication != f.next.Publication {
		return Out{}, OtherPublication
	}
	f.seq++
	return Out{Sequence: f.seq, Timestamp: uint32(p.Timestamp), Marker: p.Marker, Publication: publication, Payload: p.Payload, Spatial: p.Spatial}, Forwarded
}

// Wants returns a bit per layer.
func (f *Forwarder) Wants(publication uint32) (layers uint8) { return 0xff }

// KeyFrameWanted reports whether a key frame should be asked for.
func (f *Forwarder) KeyFrameWanted(now time.Time) (publication uint32, spatial int8, ok bool) {
	return 0, 0, false
}

// Deadline says when to ask KeyFrameWanted again.
func (f *Forwarder) Deadline() (time.Time, bool) { return time.Time{}, false }

// SenderReport takes a publisher's sender report.
func (f *Forwarder) SenderReport(publication uint32, spatial int8, ntp uint64, rtp uint32, arrival time.Time) {
}

// Report returns the slot's own sender report.
func (f *Forwarder) Report(now time.Time) (ntp uint64, rtp uint32, packets, octets uint32, ok bool) {
	return 0, 0, 0, 0, false
}

// Resend allows or refuses a resend.
func (f *Forwarder) Resend(now time.Time, out uint16) (history.Sent, bool) {
	return history.Sent{}, false
}

// Current returns what is shown.
func (f *Forwarder) Current() (publication uint32, spatial int8) { return f.next.Publication, f.target }

// Snapshot returns the state for the debug view.
func (f *Forwarder) Snapshot() Snapshot { return f.snap }
