package history

import (
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Ring keeps the latest packets of one publisher layer. Put and Reset are for its one writer,
// everything else for any goroutine.
type Ring struct {
	slots  []atomic.Pointer[packet.Packet]
	newest atomic.Int64 // 0: nothing yet; numbers start above 0
	key    atomic.Int64
	oldest atomic.Int64 // that may be there still
	bytes  atomic.Int64
	behind int // slots to look through for what a jump of the numbers left behind; for the writer
}

// NewRing returns a ring of the given capacity, rounded up to a power of two.
func NewRing(capacity int) *Ring {
	return &Ring{slots: make([]atomic.Pointer[packet.Packet], ceilPowerOfTwo(capacity))}
}

// Put stores p in place of what was there. A packet older than the whole ring is ignored.
func (r *Ring) Put(p *packet.Packet) {
	newest, length := packet.Seq(r.newest.Load()), packet.Seq(len(r.slots))
	if p.Seq <= newest-length {
		return
	}
	r.bytes.Add(weight(p) - weight(r.slot(p.Seq).Swap(p)))
	if p.Seq > newest {
		r.newest.Store(int64(p.Seq))
		if p.Seq-newest >= length {
			r.behind = len(r.slots)
			r.oldest.Store(int64(p.Seq))
		}
	}
	if p.Seq < packet.Seq(r.oldest.Load()) {
		r.oldest.Store(int64(p.Seq))
	}
	if p.Descriptor.Key && p.Seq > packet.Seq(r.key.Load()) {
		r.key.Store(int64(p.Seq))
	}
	for n := 0; r.behind > 0 && n < atOnce; n++ {
		r.behind--
		if left := r.slots[r.behind].Load(); left != nil && left.Seq <= packet.Seq(r.newest.Load())-length {
			r.drop(left)
		}
	}
}

// atOnce bounds what one call costs that forgets packets.
const atOnce = 16

// Expire forgets packets that arrived before a moment, a few with each call: a ring has room for the fastest stream, and
// most would keep half a minute in it. The newest stays.
func (r *Ring) Expire(before time.Time) {
	for range atOnce {
		seq, p, more := r.first()
		if !more || p != nil && !p.Arrival.Before(before) {
			return
		}
		r.pass(seq, p)
	}
}

// first looks at the oldest number that may be there, and reports whether a newer one is.
func (r *Ring) first() (seq packet.Seq, p *packet.Packet, more bool) {
	newest := packet.Seq(r.newest.Load())
	seq = max(packet.Seq(r.oldest.Load()), newest-packet.Seq(len(r.slots))+1)
	r.oldest.Store(int64(seq))
	return seq, r.Get(seq), seq < newest
}

// pass forgets the packet that first returned, if there is one, and goes on to the next number.
func (r *Ring) pass(seq packet.Seq, p *packet.Packet) {
	if p != nil {
		r.drop(p)
	}
	r.oldest.CompareAndSwap(int64(seq), int64(seq+1))
}

// drop forgets a packet unless another has taken its place.
func (r *Ring) drop(p *packet.Packet) {
	if r.slot(p.Seq).CompareAndSwap(p, nil) {
		r.bytes.Add(-weight(p))
	}
}

// Bytes is how much the ring holds.
func (r *Ring) Bytes() int64 { return r.bytes.Load() }

// Bound forgets the oldest packets of several rings, a few with each call, until they hold no more than most bytes together.
func Bound(rings []*Ring, most int64) {
	held := int64(0)
	for _, r := range rings {
		held += r.Bytes()
	}
	for n := 0; held > most && n < atOnce; n++ {
		var of *Ring
		var at packet.Seq
		var oldest *packet.Packet
		for _, r := range rings {
			seq, p, more := r.first()
			if more && (of == nil || p == nil || oldest != nil && p.Arrival.Before(oldest.Arrival)) {
				of, at, oldest = r, seq, p
			}
		}
		if of == nil {
			return
		}
		of.pass(at, oldest)
		held -= weight(oldest)
	}
}

// overhead is what a packet takes besides its payload: its fields, and a dependency descriptor as it was read.
const overhead = 384

// weight is how many bytes a packet holds.
func weight(p *packet.Packet) int64 {
	if p == nil {
		return 0
	}
	return int64(cap(p.Payload)) + overhead
}

// Get returns the packet with this number, nil if it never came or is gone.
func (r *Ring) Get(seq packet.Seq) *packet.Packet {
	p := r.slot(seq).Load()
	if p == nil || p.Seq != seq {
		return nil
	}
	return p
}

// Newest returns the highest number stored so far.
func (r *Ring) Newest() (packet.Seq, bool) {
	seq := packet.Seq(r.newest.Load())
	return seq, seq != 0
}

// LatestKey returns the number of the first packet of the latest key frame, false if it is gone.
func (r *Ring) LatestKey() (packet.Seq, bool) {
	seq := packet.Seq(r.key.Load())
	return seq, seq != 0 && r.Get(seq) != nil
}

// Since calls yield for every packet from seq on that is still there, in order, until
// yield returns false. Holes are passed over.
func (r *Ring) Since(seq packet.Seq, yield func(*packet.Packet) bool) {
	newest, _ := r.Newest()
	seq = max(seq, newest-packet.Seq(len(r.slots))+1)
	for ; seq <= newest; seq++ {
		if p := r.Get(seq); p != nil && !yield(p) {
			return
		}
	}
}

// Reset forgets everything: the next packet belongs to another feed. For the writer.
func (r *Ring) Reset() {
	r.newest.Store(0)
	r.key.Store(0)
	r.oldest.Store(0)
	r.behind = 0
	for i := range r.slots {
		r.bytes.Add(-weight(r.slots[i].Swap(nil)))
	}
}

func (r *Ring) slot(seq packet.Seq) *atomic.Pointer[packet.Packet] {
	return &r.slots[uint64(seq)&uint64(len(r.slots)-1)]
}

func ceilPowerOfTwo(n int) int {
	if n < 2 {
		return 1
	}
	return 1 << bits.Len(uint(n-1))
}
