package client

import (
	"sync/atomic"

	"github.com/plenum-meet/plenum/signaling/message"
)

type counters struct {
	packets, keyFrameRequests, nacked, resent, transportFeedback, receiverReports, dropped atomic.Uint64
}

// UpstreamStats counts what was sent and what the server said about it.
type UpstreamStats struct {
	Packets uint64
	// KeyFrameRequests are PLIs and FIRs.
	KeyFrameRequests uint64
	// Nacked are the packets that the server asked for again, Resent those that could be given.
	Nacked, Resent uint64
	// TransportFeedback are transport-wide congestion control messages.
	TransportFeedback uint64
	ReceiverReports   uint64
	// Dropped are RTCP packets that came faster than they could be handled.
	Dropped uint64
}

// Sent counts what one layer has sent, resends apart.
type Sent struct {
	Source         message.Source
	Layer          int
	Packets, Bytes uint64
}

// Sent lists what each layer has sent.
func (u *Upstream) Sent() []Sent {
	var all []Sent
	u.do(func() {
		for _, s := range u.live {
			for _, e := range s.encodings {
				all = append(all, Sent{s.track.Source, e.layer, uint64(e.packets), uint64(e.octets)})
			}
		}
	})
	return all
}

// Stats may be called at any time.
func (u *Upstream) Stats() UpstreamStats {
	c := &u.counters
	return UpstreamStats{
		Packets: c.packets.Load(), KeyFrameRequests: c.keyFrameRequests.Load(), Nacked: c.nacked.Load(),
		Resent: c.resent.Load(), TransportFeedback: c.transportFeedback.Load(),
		ReceiverReports: c.receiverReports.Load(), Dropped: c.dropped.Load(),
	}
}
