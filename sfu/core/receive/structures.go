package receive

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	structureGap   = 50 * time.Millisecond // on average, between two structures
	structureBurst = 10
)

// structures are the dependency structures that packets of a stream refer to: that of the latest key frame, and the one
// before for packets that come late.
type structures struct {
	latest, before span
	spent          time.Time // structures parsed are paid for up to then
}

// span is the part of a stream for which a structure holds.
type span struct {
	from      packet.Seq
	structure *dependency.Structure
}

// parse reads a descriptor by the structure that holds for its packet, and takes a new one that it announces.
func (s *structures) parse(now time.Time, raw []byte, seq packet.Seq) (dependency.Descriptor, error) {
	if attaches(raw) && !s.afford(now) {
		return dependency.Descriptor{}, ErrTooMany
	}
	d, err := dependency.Parse(raw, s.inForce(seq))
	if err == nil && d.Attached {
		s.take(seq, d.Structure)
	}
	return d, err
}

// attaches reports whether a descriptor announces a structure, which costs memory to read.
func attaches(raw []byte) bool { return len(raw) > 3 && raw[3]&0x80 != 0 }

// afford bounds how many structures are read.
func (s *structures) afford(now time.Time) bool {
	if earliest := now.Add(-structureBurst * structureGap); s.spent.Before(earliest) {
		s.spent = earliest
	}
	if s.spent.After(now.Add(-structureGap)) {
		return false
	}
	s.spent = s.spent.Add(structureGap)
	return true
}

func (s *structures) inForce(seq packet.Seq) *dependency.Structure {
	if seq >= s.latest.from {
		return s.latest.structure
	}
	return s.before.structure
}

func (s *structures) take(seq packet.Seq, structure *dependency.Structure) {
	switch {
	case seq >= s.latest.from:
		if s.latest.structure != nil {
			s.before = s.latest
		}
		s.latest = span{seq, structure}
	case seq >= s.before.from:
		s.before = span{seq, structure}
	}
}
