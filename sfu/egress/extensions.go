package egress

import (
	"encoding/binary"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	oneByteIDs  = 14 // ids and …
	oneByteSize = 16 // … bytes that the short form can say (RFC 8285 §4.2)
)

// extensions gathers the header extensions of one packet. A slot uses it again for each.
type extensions struct {
	list      [5]extension
	n         int
	long      bool // does not fit the one-byte form
	level     [1]byte
	rotation  [1]byte
	transport [2]byte
}

type extension struct {
	id    uint8
	value []byte
}

func (e *extensions) reset() { e.n, e.long = 0, false }

// add takes an extension, unless it is not negotiated.
func (e *extensions) add(id uint8, value []byte) {
	if id == 0 || len(value) == 0 {
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
}

// addNumber takes the transport-wide number.
func (e *extensions) addNumber(id uint8, number uint16) {
	binary.BigEndian.PutUint16(e.transport[:], number)
	e.add(id, e.transport[:])
}

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

// write puts the extensions into the header. They stay those of e until the next reset.
func (e *extensions) write(header *rtp.Header) error {
	header.Extensions = header.Extensions[:0]
	header.Extension = e.n > 0
	header.ExtensionProfile = rtp.ExtensionProfileOneByte
	if e.long {
		header.ExtensionProfile = rtp.ExtensionProfileTwoByte
	}
	for _, x := range e.list[:e.n] {
		if err := header.SetExtension(x.id, x.value); err != nil {
			return err
		}
	}
	return nil
}
