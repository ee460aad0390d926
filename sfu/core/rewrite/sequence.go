package rewrite

import "github.com/plenum-meet/plenum/sfu/core/packet"

// spanCount bounds how many gaps closed on purpose a late packet can be looked up behind.
const spanCount = 64

// span is a run of source numbers with one offset: out = in - offset.
type span struct {
	from    packet.Seq
	offset  int64
	skipped int64 // numbers right before from that were dropped on purpose
}

// Sequence numbers the packets of a slot. One source at a time: Begin changes it. Holes of
// the source stay holes of the same size, gaps made on purpose are closed, and a late
// packet gets the number it would have had.
type Sequence struct {
	out    int64      // newest number given
	mapped packet.Seq // newest source number that was given one
	newest packet.Seq // newest source number given one or skipped
	open   span       // the latest: all but late packets need no other
	begun  bool
	closed uint32           // how many spans were closed since Begin; the latest of them are in spans
	spans  *[spanCount]span // nil until the first gap: most slots of a plain stream never close one
}

// NewSequence returns numbers that begin at first.
func NewSequence(first uint16) Sequence {
	// One cycle up, so that nothing is ever negative.
	return Sequence{out: 1<<16 + int64(first) - 1}
}

// Begin starts another source at its packet in, which gets the next number. Everything of
// the former source and everything older than in is unknown from now on.
func (s *Sequence) Begin(in packet.Seq) {
	s.begun, s.closed = true, 0
	s.open = span{from: in, offset: int64(in) - (s.out + 1)}
	s.mapped, s.newest = in-1, in-1
}

// Leave leaves the next number out: the receiver sees that something is missing there.
func (s *Sequence) Leave() { s.out++ }

// Hole returns how many source numbers are missing right before in.
func (s *Sequence) Hole(in packet.Seq) int64 { return max(int64(in-s.newest)-1, 0) }

// Newer reports whether in is newer than everything that was given a number.
func (s *Sequence) Newer(in packet.Seq) bool { return in > s.mapped }

// Ahead reports whether in is newer than everything that was given a number or dropped.
func (s *Sequence) Ahead(in packet.Seq) bool { return in > s.newest }

// Newest is the newest number given.
func (s *Sequence) Newest() int64 { return s.out }

// Map returns the number of source packet in, false if it has none: it is older than the
// source, was dropped on purpose, or lies behind too many gaps.
func (s *Sequence) Map(in packet.Seq) (int64, bool) {
	out, ok := s.lookUp(in)
	if ok && in > s.mapped {
		s.mapped, s.newest = in, max(s.newest, in)
		s.out = out
	}
	return out, ok
}

func (s *Sequence) lookUp(in packet.Seq) (int64, bool) {
	if at := &s.open; in >= at.from {
		return int64(in) - at.offset, s.begun
	}
	return s.lookBack(in)
}

// lookBack finds a packet from before the open span.
func (s *Sequence) lookBack(in packet.Seq) (int64, bool) {
	if in >= s.open.from-packet.Seq(s.open.skipped) {
		return 0, false
	}
	for i := range min(s.closed, spanCount) { // none while spans is nil
		at := &s.spans[(s.closed-1-i)%spanCount]
		if in >= at.from {
			return int64(in) - at.offset, true
		}
		if in >= at.from-packet.Seq(at.skipped) {
			return 0, false
		}
	}
	return 0, false
}

// Skip drops in on purpose: what follows it closes up. Late packets leave the hole that
// was made for them.
func (s *Sequence) Skip(in packet.Seq) {
	if in <= s.newest || !s.begun {
		return
	}
	s.newest = in
	if at := &s.open; at.from == in && at.skipped > 0 {
		at.from++
		at.offset++
		at.skipped++
		return
	}
	if s.spans == nil {
		s.spans = &[spanCount]span{}
	}
	s.spans[s.closed%spanCount] = s.open
	s.closed++
	s.open = span{from: in + 1, offset: s.open.offset + 1, skipped: 1}
}
