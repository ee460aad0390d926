package codec

import "encoding/binary"

// VP8IDs are the numbers of a VP8 descriptor that a slot continues by itself.
type VP8IDs struct {
	PictureID     uint16 // 15 bits
	TL0, KeyIndex uint8  // 8 and 5 bits
}

// Bits of the payload descriptor (RFC 7741 §4.2).
const (
	vp8Extended    = 0x80 // X, first byte
	vp8Start       = 0x10 // S
	vp8Partition   = 0x07 // PID
	vp8HasPicture  = 0x80 // I, extension byte
	vp8HasTL0      = 0x40 // L
	vp8HasTID      = 0x20 // T
	vp8HasKeyIndex = 0x10 // K
	vp8Sync        = 0x20 // Y, last byte
	vp8KeyIndex    = 0x1f
	vp8Delta       = 0x01 // P, first byte behind the descriptor: not a key frame
)

// vp8KeyHeader is frame tag, start code and size of a key frame (RFC 6386 §9.1).
const vp8KeyHeader = 10

// MaxVP8Descriptor is the most that PatchVP8 writes.
const MaxVP8Descriptor = 6

func parseVP8(payload []byte) (Descriptor, error) {
	var d Descriptor
	if len(payload) == 0 {
		return d, ErrShort
	}
	first, at := payload[0], 1
	if first&vp8Extended != 0 {
		if len(payload) <= at {
			return Descriptor{}, ErrShort
		}
		flags := payload[at]
		at++
		if flags&vp8HasPicture != 0 {
			size := d.readPictureID(payload[at:])
			if size == 0 {
				return Descriptor{}, ErrShort
			}
			at += size
		}
		if flags&vp8HasTL0 != 0 {
			if len(payload) <= at {
				return Descriptor{}, ErrShort
			}
			d.HasTL0, d.TL0 = true, payload[at]
			at++
		}
		if flags&(vp8HasTID|vp8HasKeyIndex) != 0 {
			if len(payload) <= at {
				return Descriptor{}, ErrShort
			}
			if flags&vp8HasTID != 0 {
				d.HasTID, d.TID, d.Sync = true, payload[at]>>6, payload[at]&vp8Sync != 0
			}
			if flags&vp8HasKeyIndex != 0 {
				d.HasKeyIndex, d.KeyIndex = true, payload[at]&vp8KeyIndex
			}
			at++
		}
	}
	frame := payload[at:]
	if len(frame) == 0 {
		return Descriptor{}, ErrShort
	}
	d.Size = uint8(at)
	d.Start = first&vp8Start != 0 && first&vp8Partition == 0
	if !d.Start || frame[0]&vp8Delta != 0 {
		return d, nil
	}
	if len(frame) < vp8KeyHeader {
		return Descriptor{}, ErrShort
	}
	if frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a {
		return Descriptor{}, ErrSyntax
	}
	d.Key = true
	d.Width = binary.LittleEndian.Uint16(frame[6:]) & 0x3fff
	d.Height = binary.LittleEndian.Uint16(frame[8:]) & 0x3fff
	return d, nil
}

// PatchVP8 appends to dst[:0] the descriptor of payload with the slot's own numbers in it.
// The payload behind the old descriptor starts at payload[d.Size:]. A picture id is always
// written in 15 bits, so its width never changes for the receiver; a number that the
// publisher does not send is not made up. d must come from Parse of this payload.
func PatchVP8(dst, payload []byte, d *Descriptor, ids VP8IDs) []byte {
	dst = append(dst[:0], payload[0])
	if payload[0]&vp8Extended == 0 {
		return dst
	}
	dst = append(dst, payload[1])
	if d.HasPictureID {
		dst = appendPictureID(dst, ids.PictureID)
	}
	if d.HasTL0 {
		dst = append(dst, ids.TL0)
	}
	if d.HasTID || d.HasKeyIndex {
		last := payload[d.Size-1]
		if d.HasKeyIndex {
			last = last&^vp8KeyIndex | ids.KeyIndex&vp8KeyIndex
		}
		dst = append(dst, last)
	}
	return dst
}
