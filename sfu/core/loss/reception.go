package loss

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const maxTotalLost = 1<<23 - 1 // the field has 24 bits, signed

// reception counts for the reports to the publisher (RFC 3550 §6.4.1, §A.3, §A.8).
type reception struct {
	base       packet.Seq // first number since the latest start
	received   uint64     // since then, without duplicates and retransmissions
	recovered  uint64
	duplicates uint64

	lostBefore     int64  // until the latest start
	receivedBefore uint64 // until the latest start

	expectedPrior, lostPrior int64 // at the latest report

	jitter     int64 // ·16, in ticks
	transit    uint32
	zero       time.Time // any moment will do: only differences count
	hasTransit bool

	reportNTP uint32 // middle 32 bits of the publisher's latest sender report
	reportAt  time.Time
}

// restart begins to count at n; newest was the last before.
func (r *reception) restart(newest, n packet.Seq) {
	r.lostBefore = r.lost(newest)
	r.receivedBefore = r.total()
	r.base, r.received = n, 0
	r.expectedPrior, r.lostPrior = 0, r.lostBefore
	r.hasTransit = false
}

func (r *reception) total() uint64 { return r.receivedBefore + r.received }

func (r *reception) expected(newest packet.Seq) int64 {
	if r.received == 0 {
		return 0
	}
	return int64(newest-r.base) + 1
}

func (r *reception) lost(newest packet.Seq) int64 {
	return r.lostBefore + r.expected(newest) - int64(r.received)
}

// arrived takes the inter-arrival jitter of one packet.
func (r *reception) arrived(now time.Time, ts uint32, clock int64) {
	if !r.hasTransit {
		r.zero = now
	}
	transit := uint32(packet.Ticks(now.Sub(r.zero), clock)) - ts
	if r.hasTransit {
		d := int64(int32(transit - r.transit))
		r.jitter += max(d, -d) - (r.jitter+8)>>4
	}
	r.transit, r.hasTransit = transit, true
}

func (r *reception) senderReport(now time.Time, ntp uint64) {
	r.reportNTP, r.reportAt = uint32(ntp>>16), now
}

func (r *reception) report(now time.Time, ssrc uint32, newest packet.Seq) rtcp.ReceptionReport {
	expected, lost := r.expected(newest), r.lost(newest)
	interval := expected - r.expectedPrior
	lostNow := lost - r.lostPrior
	r.expectedPrior, r.lostPrior = expected, lost

	report := rtcp.ReceptionReport{
		SSRC:               ssrc,
		TotalLost:          uint32(min(max(lost, 0), maxTotalLost)),
		LastSequenceNumber: uint32(newest - 1<<16), // numbers here start one cycle up
		Jitter:             uint32(r.jitter >> 4),
	}
	if interval > 0 && lostNow > 0 {
		report.FractionLost = uint8(min(lostNow<<8/interval, 255))
	}
	if !r.reportAt.IsZero() {
		report.LastSenderReport = r.reportNTP
		report.Delay = uint32(packet.Ticks(now.Sub(r.reportAt), 1<<16))
	}
	return report
}
