package egress

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
)

const (
	// maxPadding is how many bytes a packet may get to be as long as its neighbours, and 1/paddingShare of its own: the
	// kernel then takes them as one. A few bytes cost less than a message.
	maxPadding   = 16
	paddingShare = 50
	// maxDepartures are built before they are encrypted.
	maxDepartures = 32

	extensionBit = 0x10
	paddingBit   = 0x20 // in the first byte (RFC 3550 §5.1)
)

// departure is a packet that is built and neither numbered for feedback nor encrypted yet.
type departure struct {
	slot     *Slot
	kind     estimate.Kind
	size     int // of header, payload and padding, in bytes
	payload  int
	numberAt int // where the transport-wide number goes, 0 if nowhere
	padding  int
	stretch  bool // may get padding
}

// departures are what the peer at work has built. Their owner is the shard.
type departures struct {
	list   [maxDepartures]departure
	n      int
	alone  [stride]byte // where a packet that pion sends is built
	header rtp.Header
}

// room is where the peer builds its next packet.
func (s *Shard) room(now time.Time, peer *Peer) []byte {
	d := &s.departures
	if d.n == 0 && peer.route != nil {
		s.follow(peer)
	}
	if peer.batch == nil {
		s.depart(now, peer)
		return d.alone[:]
	}
	if d.n == maxDepartures || !peer.batch.holds(d.n+1) {
		s.depart(now, peer)
		if !peer.batch.holds(maxDepartures) {
			peer.batch.flush()
		}
	}
	return peer.batch.room(d.n)
}

// follow finds the batch of the socket that the peer's route leads through now.
func (s *Shard) follow(peer *Peer) {
	now := peer.route.path.Load()
	if now == peer.path {
		return
	}
	if peer.path = now; now == nil {
		peer.batch = nil
		return
	}
	peer.batch = s.batch(now.socket)
}

// built takes what the peer has built in its room.
func (s *Shard) built(x departure) {
	s.departures.list[s.departures.n] = x
	s.departures.n++
}

// depart numbers, encrypts and commits what the peer has built.
func (s *Shard) depart(now time.Time, peer *Peer) {
	d := &s.departures
	list := d.list[:d.n]
	d.n = 0
	switch {
	case len(list) == 0:
	case peer.route == nil:
		s.entrust(now, peer, &list[0])
	case peer.batch == nil:
		list[0].slot.counts.WriteErrors++
	default:
		s.encrypt(now, peer, list)
	}
}

// encrypt sends past pion.
func (s *Shard) encrypt(now time.Time, peer *Peer, list []departure) {
	equalise(list, func(i int) []byte { return peer.batch.room(i) })
	for i := range list {
		x := &list[i]
		// Committing moves the first room on, over what was here.
		plain := peer.batch.room(0)
		peer.number(now, plain, x)
		encrypted, err := peer.route.cipher.EncryptRTP(plain[:0], plain[:x.size], &s.departures.header)
		if err != nil {
			peer.batch.skip()
			x.slot.counts.WriteErrors++
			continue
		}
		peer.batch.commit(len(encrypted), peer.path.to)
		x.slot.count(x)
	}
}

// entrust leaves one packet to pion.
func (s *Shard) entrust(now time.Time, peer *Peer, x *departure) {
	d := &s.departures
	peer.number(now, d.alone[:], x)
	n, err := d.header.Unmarshal(d.alone[:x.size])
	if err == nil {
		d.header.PaddingSize = byte(x.padding)
		_, err = x.slot.line.Writer.WriteRTP(&d.header, d.alone[n:x.size-x.padding])
	}
	if err != nil {
		x.slot.counts.WriteErrors++
		return
	}
	x.slot.count(x)
}

// number gives a packet its transport-wide number.
func (p *Peer) number(now time.Time, plain []byte, x *departure) {
	if x.numberAt == 0 {
		return
	}
	size := ipAndUDP + x.size + tagSize
	p.burst.Sent(size)
	binary.BigEndian.PutUint16(plain[x.numberAt:], p.history.Put(now, size, x.kind, p.burst.Cluster()))
}

// equalise pads neighbours of nearly one length to the same.
func equalise(list []departure, plain func(int) []byte) {
	for i := 0; i < len(list); {
		if !list[i].stretch {
			i++
			continue
		}
		least, most, end := list[i].size, list[i].size, i+1
		for ; end < len(list) && list[end].stretch; end++ {
			low, high := min(least, list[end].size), max(most, list[end].size)
			if high-low > min(maxPadding, low/paddingShare) {
				break
			}
			least, most = low, high
		}
		for ; i < end; i++ {
			if list[i].size < most {
				stretch(plain(i), &list[i], most)
			}
		}
	}
}

// stretch pads a packet to a size (RFC 3550 §5.1).
func stretch(plain []byte, x *departure, size int) {
	x.padding = size - x.size
	clear(plain[x.size : size-1])
	plain[size-1] = byte(x.padding)
	plain[0] |= paddingBit
	x.size = size
}
