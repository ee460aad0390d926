package history

import (
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Ring keeps the latest packets of one publisher layer. Put is for its one writer,
// everything else for any goroutine.
type Ring struct {
	slots  []atomic.Pointer[packet.Packet]
	newest atomic.Int64 // 0: nothing yet; numbers start above 0
	key    atomic.Int64
	oldest packet.Seq // that may be there still; for the writer
}

// NewRing returns a ring of the given capacity, rounded up to a power of two.
func NewRing(capacity int) *Ring {
	return &Ring{slots: make([]atomic.Pointer[packet.Packet], ceilPowerOfTwo(capacity))}
}

// Put stores p in place of what was there. A packet older than the whole ring is ignored.
func (r *Ring) Put(p *packet.Packet) {
	newest := packet.Seq(r.newest.Load())
	if p.Seq <= newest-packet.Seq(len(r.slots)) {
		return
	}
	r.slot(p.Seq).Store(p)
	if p.Seq > newest {
		r.newest.Store(int64(p.Seq))
	}
	if p.Descriptor.Key && p.Seq > packet.Seq(r.key.Load()) {
		r.key.Store(int64(p.Seq))
	}
}

// expireAtMost bounds what one call of Expire costs.
const expireAtMost = 16

// Expire forgets packets that arrived before a moment, a few with each call: a ring has room for the fastest stream, and
// most would keep half a minute in it. For the writer.
func (r *Ring) Expire(before time.Time) {
	newest := packet.Seq(r.newest.Load())
	r.oldest = max(r.oldest, newest-packet.Seq(len(r.slots))+1)
	for range expireAtMost {
		if r.oldest >= newest {
			return
		}
		if p := r.Get(r.oldest); p != nil {
			if !p.Arrival.Before(before) {
				return
			}
			r.slot(r.oldest).Store(nil)
		}
		r.oldest++
	}
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
	r.oldest = 0
	for i := range r.slots {
		r.slots[i].Store(nil)
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
