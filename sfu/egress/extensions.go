package egress

import (
	"encoding/binary"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	oneByteIDs  = 14 // ids and …
	oneByteSize = 16 // … bytes that the short form can say (RFC 8285 §4.2)

	twoByteSize = 255 // bytes that the long form can say

	oneByteProfile = 0xbede
	twoByteProfile = 0x1000
)

// extensions gathers the header extensions of one packet. A slot uses it again for each.
type extensions struct {
	list      [6]extension
	n         int
	long      bool // does not fit the one-byte form
	level     [1]byte
	rotation  [1]byte
	transport [2]byte
	capture   [8]byte
}

type extension struct {
	id    uint8
	value []byte
}

func (e *extensions) reset() { e.n, e.long = 0, false }

// add takes an extension, unless it is not negotiated or too long to say: a descriptor grows while it is rewritten.
func (e *extensions) add(id uint8, value []byte) {
	if id == 0 || len(value) == 0 || len(value) > twoByteSize {
		return
	}
	e.list[e.n] = extension{id, value}
	e.n++
	e.long = e.long || id > oneByteIDs || len(value) > oneByteSize
}

// addOf takes what p brought from its publisher.
func (e *extensions) addOf(line *Line, p *packet.Packet) {
	if p.HasLevel {
		e.level[0] = p.Level & 0x7f
		if p.Voice {
			e.level[0] |= 0x80
		}
		e.add(line.AudioLevel, e.level[:])
	}
	if p.HasRotation {
		e.rotation[0] = p.Rotation
		e.add(line.Orientation, e.rotation[:])
	}
	if p.CaptureTime != 0 {
		binary.BigEndian.PutUint64(e.capture[:], p.CaptureTime)
		e.add(line.CaptureTime, e.capture[:])
	}
}

// addNumber takes a place for the transport-wide number.
func (e *extensions) addNumber(id uint8) { e.add(id, e.transport[:]) }

// size is what the extensions take in the header, in bytes.
func (e *extensions) size() int {
	if e.n == 0 {
		return 0
	}
	each := 1
	if e.long {
		each = 2
	}
	size := 0
	for _, x := range e.list[:e.n] {
		size += each + len(x.value)
	}
	return 4 + (size+3)/4*4
}

// put writes the extensions at n, says so in the fixed header at the start of b, and returns where the payload begins and
// where the value of one id is, 0 if it is not there.
func (e *extensions) put(b []byte, n int, id uint8) (end, at int) {
	if e.n == 0 {
		return n, 0
	}
	b[0] |= extensionBit
	profile, words := oneByteProfile, (e.size()-4)/4
	if e.long {
		profile = twoByteProfile
	}
	binary.BigEndian.PutUint16(b[n:], uint16(profile))
	binary.BigEndian.PutUint16(b[n+2:], uint16(words)) //nolint:gosec // 6 short values
	n += 4
	end = n + 4*words
	for _, x := range e.list[:e.n] {
		if e.long {
			b[n], b[n+1] = x.id, byte(len(x.value))
			n += 2
		} else {
			b[n] = x.id<<4 | byte(len(x.value)-1)
			n++
		}
		if x.id == id {
			at = n
		}
		n += copy(b[n:], x.value)
	}
	clear(b[n:end])
	return end, at
}
