package loss

import (
	"sort"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	maxPending = 1000
	maxTries   = 10
	minGrace   = 20 * time.Millisecond
	maxGrace   = 100 * time.Millisecond
	minRepeat  = 20 * time.Millisecond
	maxRepeat  = 400 * time.Millisecond
	margin     = 10 * time.Millisecond // for the publisher to answer
	unknownRTT = 100 * time.Millisecond
)

// miss is one packet that did not come yet.
type miss struct {
	seq   packet.Seq
	since time.Time
	next  time.Time // ask then
	tries uint8
}

// pending are the packets to ask for: first after a grace that has seen the stream's
// reordering, then every round trip, more and more slowly.
type pending struct {
	list  []miss // oldest first
	wake  time.Time
	grace time.Duration
	key   packet.Seq // start of the latest key frame
	asked uint64
	limit uint8
	use   time.Duration // a packet that is later is of no use, 0: it always is
}

func newPending() pending { return pending{grace: minGrace, limit: maxTries} }

// add notes a missing packet, newer than all before. It returns false if packets had to be
// given up for it.
func (p *pending) add(now time.Time, seq packet.Seq) bool {
	kept := true
	p.dropUseless(now)
	if len(p.list) == maxPending {
		p.dropBefore(p.key)
		if len(p.list) == maxPending {
			p.clear()
			kept = false
		}
	}
	next := now.Add(p.grace)
	if len(p.list) == 0 || next.Before(p.wake) {
		p.wake = next
	}
	p.list = append(p.list, miss{seq: seq, since: now, next: next})
	return kept
}

// arrived takes a packet off the list that came by itself, only late.
func (p *pending) arrived(now time.Time, seq packet.Seq) {
	i, ok := p.find(seq)
	if !ok {
		return
	}
	if m := &p.list[i]; m.tries == 0 {
		p.grace = max(p.grace, min(now.Sub(m.since)*3/2, maxGrace))
	}
	p.remove(i)
}

// recovered takes a packet off the list that came because we asked.
func (p *pending) recovered(seq packet.Seq) {
	if i, ok := p.find(seq); ok {
		// It was really lost: waiting for reordering only cost time.
		p.grace = max(minGrace, p.grace*31/32)
		p.remove(i)
	}
}

func (p *pending) keyFrame(seq packet.Seq) {
	p.key = max(p.key, seq)
	p.dropBefore(p.key)
}

func (p *pending) dropBefore(seq packet.Seq) {
	i, _ := p.find(seq)
	p.list = append(p.list[:0], p.list[i:]...)
}

// dropUseless forgets what would come too late, asked for or not.
func (p *pending) dropUseless(now time.Time) {
	if p.use == 0 {
		return
	}
	n := 0
	for n < len(p.list) && now.Sub(p.list[n].since) > p.use {
		n++
	}
	p.list = append(p.list[:0], p.list[n:]...)
}

func (p *pending) clear() { p.list = p.list[:0] }

// due appends what to ask for now.
func (p *pending) due(now time.Time, rtt time.Duration, dst []uint16) (asked []uint16, gaveUp bool) {
	if len(p.list) == 0 || now.Before(p.wake) {
		return dst, false
	}
	p.dropUseless(now)
	if rtt <= 0 {
		rtt = unknownRTT
	}
	kept := p.list[:0]
	for _, m := range p.list {
		if !now.Before(m.next) {
			if m.tries >= p.limit {
				gaveUp = true
				continue
			}
			m.tries++
			m.next = now.Add(repeat(rtt, m.tries))
			dst = append(dst, uint16(m.seq))
			p.asked++
		}
		if len(kept) == 0 || m.next.Before(p.wake) {
			p.wake = m.next
		}
		kept = append(kept, m)
	}
	p.list = kept
	return dst, gaveUp
}

// repeat is how long to wait after the n-th time: RTT·1.25^(n-1) and a margin.
func repeat(rtt time.Duration, n uint8) time.Duration {
	for ; n > 1 && rtt < maxRepeat; n-- {
		rtt = rtt * 5 / 4
	}
	return min(max(rtt+margin, minRepeat), maxRepeat)
}

func (p *pending) deadline() (time.Time, bool) { return p.wake, len(p.list) > 0 }

// find returns where seq is, or where it would be.
func (p *pending) find(seq packet.Seq) (int, bool) {
	i := sort.Search(len(p.list), func(i int) bool { return p.list[i].seq >= seq })
	return i, i < len(p.list) && p.list[i].seq == seq
}

func (p *pending) remove(i int) { p.list = append(p.list[:i], p.list[i+1:]...) }
