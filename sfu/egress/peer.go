package egress

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/pace"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
	"github.com/plenum-meet/plenum/sfu/core/shed"
)

// Owner is whom a shard tells what becomes of a peer's sending side. Its methods are called from the shard's loop and
// must not block.
type Owner interface {
	WriteRTCP(packets []rtcp.Packet) error
	// Arrived says what the receiver reported of packets that were sent. results are the shard's again afterwards.
	Arrived(now time.Time, results []estimate.Result)
	// Waiting says for how long packets have been without feedback, once a second while there are such packets.
	Waiting(now time.Time, unanswered time.Duration)
	// Shows says that a slot shows another feed or layer from now on; a nil feed is nothing.
	Shows(mid string, feed *Feed, layer packet.Layer)
	// Clocked gives the clock of a slot that is another than before: at ntp (32.32 s since 1900) it showed timestamp.
	Clocked(mid string, ntp uint64, timestamp uint32)
	// Strained says how much is left out from now on because this machine cannot keep up.
	Strained(level shed.Level)
	// Failed says that the peer's code panicked: its sending has ended.
	Failed()
}

// Peer is one downstream connection as its shard sees it.
type Peer struct {
	id    uint64 // unique on the node
	shard *Shard
	owner Owner

	// The rest belongs to the shard's loop.
	route      *Route    // nil if pion sends
	path       *path     // of the route, nil nowhere
	batch      *Batch    // of the path's socket
	came       []arrival // in this pass
	slots      map[string]*Slot
	bySSRC     map[packet.SSRC]*Slot
	history    *estimate.History    // nil until a slot has a transport-wide number
	pacer      *pace.Pacer[waiting] // nil as long
	burst      probe.Burst
	waitingDue time.Time
	link       Link
	gone       atomic.Bool // Close found no room in the mailbox
	broken     bool
}

const (
	// unmeasured is the rate of a link before anything is known of it.
	unmeasured = packet.Bitrate(5_000_000)
	// cachePackets and cacheBytes bound the burst of a replay.
	cachePackets = 200
	cacheBytes   = 200_000
	// preRollPeriod keeps slots that change voices often from running late: each pre-roll is heard as delay.
	preRollPeriod = 3 * time.Second
)

// arrival is some packets of a feed that one of the peer's slots shows, as they lie in the shard's queue.
type arrival struct {
	slot *Slot
	feed *Feed
	run  []message
}

// Link is what is known of the way to a peer.
type Link struct {
	Number uint64         // of what is told of it; what comes after a higher one is out of date
	Rate   packet.Bitrate // that it carries, 0 unknown
	RTT    time.Duration
	// RepairShare is what resends may take of the rate.
	RepairShare float64
	// Congested says that its queue grows: what nothing depends on is left out.
	Congested bool
	// Protection is how many former frames each packet of a voice repeats.
	Protection int
}

// NewPeer gives the shard a downstream connection.
func (s *Shard) NewPeer(owner Owner) *Peer {
	p := newPeer(s, owner)
	p.do(func(time.Time) {
		s.peers[p] = struct{}{}
		if level := s.shedder.Level(); level != shed.Nothing {
			owner.Strained(level)
		}
	})
	return p
}

// peerIDs tell the receivers of a publication apart.
var peerIDs atomic.Uint64

func newPeer(s *Shard, owner Owner) *Peer {
	return &Peer{id: peerIDs.Add(1), shard: s, owner: owner, slots: map[string]*Slot{}, bySSRC: map[packet.SSRC]*Slot{}}
}

func (p *Peer) do(step func(now time.Time)) {
	if !p.shard.box.Put(message{step: step, peer: p}) {
		// A full control queue means that the loop is stuck; the peer cannot be kept in step with it.
		p.owner.Failed()
	}
}

// Open gives a slot its negotiated line. A slot that is open already keeps its numbers.
func (p *Peer) Open(mid string, video bool, line Line) {
	p.do(func(time.Time) { p.open(mid, video, line) })
}

func (p *Peer) open(mid string, video bool, line Line) *Slot {
	if slot, ok := p.slots[mid]; ok {
		return slot
	}
	if line.Route != nil && len(p.slots) == 0 {
		p.route = line.Route
	}
	slot := newSlot(p, mid, video, line)
	p.slots[mid] = slot
	p.bySSRC[line.SSRC] = slot
	if line.RTX != 0 {
		p.bySSRC[line.RTX] = slot
	}
	if line.TransportCC != 0 && p.history == nil {
		p.history = estimate.NewHistory()
		p.pacer = pace.New[waiting](unmeasured)
		if p.link.Rate != 0 {
			p.pacer.SetRate(p.link.Rate)
		}
	}
	if p.link != (Link{}) || p.shard.shedder.Level() != shed.Nothing {
		slot.setLink(p.link)
	}
	return slot
}

// ID names the connection to publications.
func (p *Peer) ID() uint64 { return p.id }

// Show makes a slot carry a publication from its next key frame on; a nil feed empties the slot. With cut it stops at
// once what it shows of the same publication, for the link cannot carry it.
func (p *Peer) Show(mid string, feed *Feed, target packet.Layer, cut bool) {
	p.do(func(now time.Time) {
		slot, ok := p.slots[mid]
		if !ok {
			return
		}
		fresh := feed != nil && (slot.shown != feed || slot.blank && target.Spatial >= 0)
		begin := int8(MaxLayers)
		if fresh && feed.Codec.Video() && target.Spatial >= 0 {
			begin = feed.Start(now, feed.StreamOf(target.Spatial), cachePackets, p.cacheBytes())
		}
		if feed == nil || fresh || slot.shape != shapeOf(feed) {
			slot.show(now, feed, target, begin)
		}
		switch {
		case fresh || feed == nil:
		case cut:
			slot.forward.Cut(now, target)
		default:
			slot.forward.SetTarget(now, target)
		}
		p.prune(slot)
		// On the list before the past is looked at, or a packet between the two would be in neither; and before a key
		// frame is asked for, which the past may save.
		p.shard.list(slot)
		if fresh {
			p.replay(now, slot, feed, begin)
		}
		p.shard.refresh(now, slot)
	})
}

// take offers what came in one pass: slot by slot, since packets of one picture are of one length, and voices last, since
// their short packets end a bundle.
func (p *Peer) take(now time.Time, came []arrival) {
	if len(came) > 1 {
		slices.SortStableFunc(came, func(a, b arrival) int { return b.slot.number - a.slot.number })
	}
	for i := range came {
		a := &came[i]
		for k := range a.run {
			pkt := a.run[k].packet
			if a.slot.forward.Wants(a.feed.ID)&(1<<pkt.Stream) != 0 {
				p.offer(now, a.slot, a.feed, pkt)
			}
		}
	}
}

// replay sends what the publisher sent of a stream from its latest key frame on, so that the slot need not wait for
// another; and the first syllable of a voice that is let in.
func (p *Peer) replay(now time.Time, slot *Slot, feed *Feed, begin int8) {
	if slot.shown != feed {
		return
	}
	var packets []*packet.Packet
	switch {
	case feed.Codec.Video():
		packets = feed.Cached(now, begin, cachePackets, p.cacheBytes())
	case now.Sub(slot.rolled) >= preRollPeriod:
		slot.rolled = now
		packets = feed.PreRoll(now)
	}
	for _, pkt := range packets {
		p.offer(now, slot, feed, pkt)
	}
}

// cacheBytes is how much may be sent in a burst: half a second of what the link carries.
func (p *Peer) cacheBytes() int {
	if p.pacer == nil || p.link.Rate == 0 {
		return cacheBytes
	}
	return min(cacheBytes, int(p.link.Rate/16))
}

// SetLink tells what is known of the way to the peer.
func (p *Peer) SetLink(link Link) {
	p.do(func(time.Time) {
		if link.Number < p.link.Number {
			return
		}
		p.link = link
		if p.pacer != nil {
			p.pacer.SetRate(link.Rate)
		}
		for _, slot := range p.slots {
			slot.setLink(link)
		}
	})
}

// Probe sends a cluster of packets, padding where media does not suffice, to see whether the link carries it.
func (p *Peer) Probe(cluster probe.Cluster) {
	p.do(func(now time.Time) {
		if p.history == nil {
			return
		}
		p.burst.Add(cluster)
		p.shard.busy(now, p)
	})
}

// Feedback takes the receiver's transport-wide feedback. It belongs to the shard from now on. It may wait a moment, and gets
// lost where the shard cannot keep up: the next one is on its way.
func (p *Peer) Feedback(feedback *rtcp.TransportLayerCC) {
	p.shard.box.Hold(mediaLimit, feedbackHold, message{peer: p, step: func(now time.Time) {
		if p.history == nil {
			return
		}
		if results := p.history.Match(now, feedback); len(results) > 0 {
			p.owner.Arrived(now, results)
		}
	}})
}

// Nack asks for resends of packets of the slot that sends ssrc.
func (p *Peer) Nack(ssrc packet.SSRC, numbers []uint16) {
	p.do(func(now time.Time) {
		if slot, ok := p.bySSRC[ssrc]; ok {
			p.shard.asked.Packets += uint64(len(numbers))
			for _, number := range numbers {
				p.offerResend(now, slot, number)
			}
			if p.pacer != nil {
				p.drain(now)
			}
		}
	})
}

// RequestKeyFrame passes a viewer's request (PLI or FIR) to the publisher that the slot shows.
func (p *Peer) RequestKeyFrame(ssrc packet.SSRC) {
	p.do(func(now time.Time) {
		slot, ok := p.bySSRC[ssrc]
		if !ok {
			return
		}
		p.shard.asked.KeyFrames++
		if p.keyWaits(slot) {
			return
		}
		slot.forward.KeyFrameAsked(now)
		if publication, shown := slot.forward.Current(); publication != 0 {
			if feed := slot.feed(publication); feed != nil {
				feed.Publisher.RequestKeyFrame(now, p.id, feed.StreamOf(shown.Spatial))
			}
		}
	})
}

// Close takes the peer off the shard.
func (p *Peer) Close() {
	if !p.shard.box.Put(message{step: func(time.Time) { p.shard.remove(p) }, peer: p}) {
		p.gone.Store(true)
	}
}

// Snapshot hands the state of the peer's slots to reply, from the loop.
func (p *Peer) Snapshot(reply func([]SlotSnapshot)) {
	p.do(func(time.Time) {
		snapshots := make([]SlotSnapshot, 0, len(p.slots))
		for _, slot := range p.slots {
			snapshots = append(snapshots, slot.snapshot())
		}
		reply(snapshots)
	})
}
