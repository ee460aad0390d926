package egress

import (
	"encoding/binary"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// What a packet takes on the wire beside its payload, in bytes.
const (
	rtpHeader     = 12
	csrcSize      = 4
	headSize      = rtpHeader + csrcSize
	transportSize = 4  // the transport-wide number's share of the extensions
	tagSize       = 16 // of AES-GCM
	ipAndUDP      = 28 // IPv4
)

// Overhead is what a media packet takes on the wire beside its payload, in bytes.
const Overhead = headSize + 4 + transportSize + tagSize + ipAndUDP

// head is the fixed header of a packet that carries one CSRC (RFC 3550 §5.1).
type head struct {
	ssrc      packet.SSRC
	payload   uint8
	sequence  uint16
	timestamp uint32
	marker    bool
	csrc      uint32
}

// put writes the header without its extensions and returns its size.
func (h *head) put(b []byte, padded bool) int {
	b[0] = 0x80 | 1 // version 2, one CSRC
	if padded {
		b[0] |= paddingBit
	}
	b[1] = h.payload
	if h.marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.sequence)
	binary.BigEndian.PutUint32(b[4:], h.timestamp)
	binary.BigEndian.PutUint32(b[8:], uint32(h.ssrc))
	binary.BigEndian.PutUint32(b[12:], h.csrc)
	return headSize
}
