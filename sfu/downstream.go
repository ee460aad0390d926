package sfu

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// downstream joins one connection to the shard that sends on it.
type downstream struct {
	peer   *Peer
	conn   Downstream
	egress *egress.Peer

	link *link

	// The rest belongs to the peer's loop.
	strain  shed.Level
	showing map[string]showing     // by MID, what the shard was told last
	watched map[*Publication]uint8 // layers that the publication was told we want
}

// showing is a feed and the layer wanted of it.
type showing struct {
	feed   *egress.Feed
	target packet.Layer
	layers int8 // that the feed had
}

func newDownstream(peer *Peer) (*downstream, error) {
	d := &downstream{peer: peer, link: newLink(), showing: map[string]showing{}, watched: map[*Publication]uint8{}}
	conn, err := peer.room.server.transport.NewDownstream(d)
	if err != nil {
		return nil, err
	}
	d.conn = conn
	d.egress = peer.shard.NewPeer(d)
	return d, nil
}

func (d *downstream) close() {
	d.egress.Close()
	d.conn.Close()
}

// WriteRTCP sends the reports of the shard.
func (d *downstream) WriteRTCP(packets []rtcp.Packet) error { return d.conn.WriteRTCP(packets) }

// Ready opens a slot for sending and shows what is assigned to it.
func (d *downstream) Ready(mid string, line egress.Line) {
	d.peer.do(func() {
		if d.peer.down != d {
			return
		}
		for _, slot := range d.peer.slots {
			if slot.MID == mid {
				d.egress.Open(mid, slot.Kind.video(), line)
				d.link.open(mid, line)
				d.peer.probe(time.Now()) // what the link is taken to carry bounds what the slot begins with
				delete(d.showing, mid)
				d.peer.replan()
			}
		}
	})
}

// Nack goes straight to the shard, which has the packets.
func (d *downstream) Nack(ssrc packet.SSRC, numbers []uint16) { d.egress.Nack(ssrc, numbers) }

// KeyFrame goes to the shard, which knows whose picture the slot shows.
func (d *downstream) KeyFrame(ssrc packet.SSRC) { d.egress.RequestKeyFrame(ssrc) }

// Feedback goes to the shard, which knows what was sent.
func (d *downstream) Feedback(_ time.Time, feedback *rtcp.TransportLayerCC) {
	d.egress.Feedback(feedback)
}

// Arrived is what became of packets, as the shard makes it out.
func (d *downstream) Arrived(now time.Time, results []estimate.Result) {
	do, then := d.link.arrived(now, results)
	d.carryOut(do)
	if then == nothing {
		return
	}
	d.peer.do(func() {
		if d.peer.down != d {
			return
		}
		if then == takeUp {
			do, changed := d.link.takeUp(time.Now())
			d.carryOut(do)
			if !changed {
				return
			}
		}
		if then != look {
			d.peer.replan()
		}
	})
}

// carryOut has the shard do what the link needs.
func (d *downstream) carryOut(do orders) {
	for _, cluster := range do.clusters {
		d.egress.Probe(cluster)
	}
	if do.changed {
		d.egress.SetLink(egress.Link(do.news))
	}
}

// Waiting says for how long packets have had no feedback.
func (d *downstream) Waiting(now time.Time, unanswered time.Duration) {
	d.peer.do(func() {
		if d.peer.down == d && d.link.waiting(now, unanswered) {
			d.peer.replan()
		}
	})
}

// Shows is what a slot shows from now on.
func (d *downstream) Shows(mid string, feed *egress.Feed, shown packet.Layer) {
	d.peer.do(func() {
		d.link.shown[mid] = shown
		if feed != nil {
			d.peer.pictureShown(time.Now(), mid)
		}
	})
}

// Clocked is the clock of a slot that has become another.
func (d *downstream) Clocked(mid string, ntp uint64, timestamp uint32) {
	d.peer.do(func() {
		d.peer.events(SlotsClocked{Clocks: []SlotClock{{MID: mid, NTP: ntp, RTP: timestamp}}})
	})
}

// Strained is how much this machine's load leaves out.
func (d *downstream) Strained(level shed.Level) {
	d.peer.do(func() {
		if d.peer.down == d {
			d.strain = level
			d.peer.replan()
		}
	})
}

// Failed says that the shard's code for this connection panicked.
func (d *downstream) Failed() { d.Ended(ReasonInternal) }

// Report is the receiver's view of the slots.
func (d *downstream) Report(time.Time, []rtcp.ReceptionReport) {}

// Ended is told by the transport or the shard.
func (d *downstream) Ended(reason string) { d.peer.downstreamEnded(d, reason) }
