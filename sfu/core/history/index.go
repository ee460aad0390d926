package history

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/prefetch"
)

// Sent is one packet of a slot as it was first sent: where it came from, and the numbers
// that the slot chose. With the packet itself that makes the same bytes again. 48 bytes,
// so that an index stays small.
type Sent struct {
	Seq         packet.Seq // in the stream's own numbers
	Publication uint32
	Timestamp   uint32 // as sent
	Active      uint32 // decode targets as sent, if HasFrame
	ResentAt    uint32 // ms on the slot's own clock, 0 if never
	out         uint32 // unwrapped as far as it fits: a number of the cycle before is another
	Feed        uint16
	Size        uint16 // bytes of payload
	Frame       uint16 // number in the dependency descriptor as sent, if HasFrame
	Picture     uint16 // id in the payload descriptor as sent
	TL0         uint8
	KeyIndex    uint8
	Stream      int8
	From, Codec codec.Kind // as received and as sent
	Resends     uint8
	HasFrame    bool
	Announce    bool // Active is said in any case
	Marker      bool
	used        bool
}

// Of reports whether p is the packet that was sent. Ask before a resend: a layer that
// was fed anew may use a number again.
func (s *Sent) Of(p *packet.Packet) bool {
	return p != nil && p.Seq == s.Seq && p.Feed == s.Feed && p.Stream == s.Stream
}

// Index remembers the latest packets of one slot by out number. It belongs to one goroutine. The zero value remembers nothing.
type Index struct {
	sent   []Sent
	newest uint32 // out number, unwrapped
}

// NewIndex returns an index of the given capacity, rounded up to a power of two, 32768 at most.
func NewIndex(capacity int) Index {
	return Index{sent: make([]Sent, min(ceilPowerOfTwo(capacity), 1<<15)), newest: 1 << 16}
}

// Claim returns the empty place of the packet that is sent under this number, to be filled in: a copy
// would cost more than all the rest. The places to come are fetched ahead, since nobody has touched them for long. The pointer is valid until the next Claim.
func (x *Index) Claim(out uint16) *Sent {
	s := &x.sent[int(out)&(len(x.sent)-1)]
	*s = Sent{out: x.unwrap(out), used: true}
	if int32(s.out-x.newest) > 0 {
		x.newest = s.out
	}
	prefetch.Of(&x.sent[int(out+2)&(len(x.sent)-1)], 1)
	return s
}

// Get returns what was sent under this number. The pointer is valid until the next Claim.
func (x *Index) Get(out uint16) (*Sent, bool) {
	s := &x.sent[int(out)&(len(x.sent)-1)]
	return s, s.used && s.out == x.unwrap(out)
}

// Capacity is the number of packets remembered.
func (x *Index) Capacity() int { return len(x.sent) }

// unwrap returns the number nearest to the newest.
func (x *Index) unwrap(out uint16) uint32 {
	return x.newest + uint32(int32(int16(out-uint16(x.newest))))
}
