package sfu

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// downstream joins one connection to the shard that sends on it.
type downstream struct {
	peer   *Peer
	conn   Downstream
	egress *egress.Peer

	showing map[string]showing // by MID, what the shard was told last; owned by the peer's loop
}

// showing is a feed and the layer wanted of it.
type showing struct {
	feed   *egress.Feed
	target packet.Layer
}

func newDownstream(peer *Peer) (*downstream, error) {
	d := &downstream{peer: peer, showing: map[string]showing{}}
	conn, err := peer.room.server.transport.NewDownstream(d)
	if err != nil {
		return nil, err
	}
	d.conn = conn
	d.egress = peer.shard.NewPeer(d, func() { d.Ended(ReasonInternal) })
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
				delete(d.showing, mid)
				d.peer.show(mid)
			}
		}
	})
}

// Nack goes straight to the shard, which has the packets.
func (d *downstream) Nack(ssrc packet.SSRC, numbers []uint16) { d.egress.Nack(ssrc, numbers) }

// KeyFrame goes to the shard, which knows whose picture the slot shows.
func (d *downstream) KeyFrame(ssrc packet.SSRC) { d.egress.RequestKeyFrame(ssrc) }

// Feedback says which packets of the connection arrived.
func (d *downstream) Feedback(time.Time, *rtcp.TransportLayerCC) {}

// Report is the receiver's view of the slots.
func (d *downstream) Report(time.Time, []rtcp.ReceptionReport) {}

// Ended is told by the transport or the shard.
func (d *downstream) Ended(reason string) { d.peer.downstreamEnded(d, reason) }
