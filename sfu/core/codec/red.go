package codec

import "encoding/binary"

// RED carries older frames beside the newest, so that a receiver can fill gaps without asking (RFC 2198). Each
// receiver has its own payload types, and not each takes RED: so packets are split where they arrive and put together
// again where they leave.

// Block is one frame in a RED packet.
type Block struct {
	PayloadType uint8
	// Offset is how many timestamp ticks the frame is older than the packet, 14 bits; 0 for the newest.
	Offset uint16
	Data   []byte // aliases the packet
}

// Header of a block (RFC 2198 §3).
const (
	redMore       = 0x80 // F: another block follows
	redHeader     = 4
	redLastHeader = 1

	maxREDBlocks = 32
	maxREDOffset = 1<<14 - 1
	maxREDLength = 1<<10 - 1
)

// parseRED checks the headers. What is inside can always be decoded from, as Opus can.
func parseRED(payload []byte) (Descriptor, error) {
	_, headers, err := readREDHeaders(payload)
	if err != nil {
		return Descriptor{}, err
	}
	if headers == len(payload) {
		return Descriptor{}, ErrShort
	}
	return Descriptor{Start: true, Key: true}, nil
}

// readREDHeaders gives the number of older blocks and where the first begins.
func readREDHeaders(payload []byte) (older, size int, _ error) {
	blocks := 0
	for at := 0; at < len(payload); at += redHeader {
		if payload[at]&redMore == 0 {
			size = at + redLastHeader
			if size+blocks > len(payload) {
				return 0, 0, ErrShort
			}
			return older, size, nil
		}
		if len(payload)-at < redHeader {
			return 0, 0, ErrShort
		}
		if older++; older == maxREDBlocks {
			return 0, 0, ErrSyntax
		}
		blocks += int(binary.BigEndian.Uint16(payload[at+2:]) & maxREDLength)
	}
	return 0, 0, ErrShort
}

// SplitRED appends the blocks of a packet to dst, oldest first as they come; the last is the newest. Empty ones are left
// out, but the newest never.
func SplitRED(dst []Block, payload []byte) ([]Block, error) {
	older, at, err := readREDHeaders(payload)
	if err != nil {
		return dst, err
	}
	for i := range older {
		header := binary.BigEndian.Uint32(payload[redHeader*i:])
		length := int(header & maxREDLength)
		if length > 0 {
			dst = append(dst, Block{
				PayloadType: uint8(header >> 24 & 0x7f), Offset: uint16(header >> 10 & maxREDOffset), //nolint:gosec // masked
				Data: payload[at : at+length],
			})
		}
		at += length
	}
	return append(dst, Block{PayloadType: payload[redHeader*older] & 0x7f, Data: payload[at:]}), nil
}

// AppendRED puts a packet together: newest with older frames before it, oldest first. Those that are too old or too long
// for their headers are left out. Each block is of the receiver's payload type; what the blocks say of theirs is not
// looked at.
func AppendRED(dst []byte, payloadType uint8, older []Block, newest []byte) []byte {
	for _, b := range older {
		if b.fits() {
			dst = append(dst, redMore|payloadType)
			dst = append(dst, byte(b.Offset>>6), byte(b.Offset<<2)|byte(len(b.Data)>>8), byte(len(b.Data))) //nolint:gosec // the lower bytes
		}
	}
	dst = append(dst, payloadType&0x7f)
	for _, b := range older {
		if b.fits() {
			dst = append(dst, b.Data...)
		}
	}
	return append(dst, newest...)
}

func (b Block) fits() bool {
	return b.Offset <= maxREDOffset && len(b.Data) > 0 && len(b.Data) <= maxREDLength
}
