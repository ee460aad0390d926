package loss

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Receiver is the reception of one upstream SSRC.
type Receiver struct {
	clock  uint32
	unwrap packet.Unwrapper
}

// NewReceiver returns a receiver for a stream of the given clock rate in Hz.
func NewReceiver(clock uint32) *Receiver { return &Receiver{clock: clock} }

// Received takes a packet.
func (r *Receiver) Received(now time.Time, seq uint16, ts uint32) (packet.Seq, bool) {
	return r.unwrap.Unwrap(seq), true
}

// Recovered takes a retransmitted packet.
func (r *Receiver) Recovered(now time.Time, seq uint16) (packet.Seq, bool) {
	return r.unwrap.Unwrap(seq), true
}

// Nacks appends the numbers to ask for now.
func (r *Receiver) Nacks(now time.Time, rtt time.Duration, dst []uint16) []uint16 { return dst }

// Deadline says when to call Nacks again.
func (r *Receiver) Deadline() (time.Time, bool) { return time.Time{}, false }

// KeyFrame purges what a key frame makes useless.
func (r *Receiver) KeyFrame(seq packet.Seq) {}

// SenderReport takes the publisher's sender report.
func (r *Receiver) SenderReport(now time.Time, ntp uint64, rtp uint32) {}

// Report returns the reception report of now.
func (r *Receiver) Report(now time.Time, ssrc uint32) rtcp.ReceptionReport {
	return rtcp.ReceptionReport{SSRC: ssrc}
}

// NeedsKeyFrame reports once that something was given up on.
func (r *Receiver) NeedsKeyFrame() bool { return false }
