package layer

import "github.com/plenum-meet/plenum/sfu/core/packet"

// eraCount bounds how many changes back a late picture is decided by what held at its time.
const eraCount = 8

// era is what held until a picture.
type era struct {
	until packet.Timestamp
	level int8
	top   int8
	alone bool
}

// eras remember what held before the latest changes: a late picture goes out if what it needs did.
type eras struct {
	ended int
	of    *[eraCount]era // nil until the first change
}

// end notes what held until now.
func (e *eras) end(before era) {
	if e.of == nil {
		e.of = &[eraCount]era{}
	}
	e.of[e.ended%eraCount] = before
	e.ended++
}

// at is what held at a picture; present is what holds since the latest change.
func (e *eras) at(timestamp packet.Timestamp, present era) era {
	for i := e.ended - 1; i >= max(e.ended-eraCount, 0); i-- {
		past := e.of[i%eraCount]
		if past.until <= timestamp {
			break
		}
		present = past
	}
	return present
}
