package codec

import "encoding/binary"

// longPictureID marks a picture id of 15 bits rather than 7: M, in VP8 and VP9 alike (RFC 7741 §4.2, RFC 9628 §4.2).
const longPictureID = 0x80

// readPictureID reads the picture id that b begins with and returns its size in bytes, 0 if it is cut off.
func (d *Descriptor) readPictureID(b []byte) (size int) {
	if len(b) == 0 {
		return 0
	}
	if b[0]&longPictureID == 0 {
		d.HasPictureID, d.PictureID = true, uint16(b[0])
		return 1
	}
	if len(b) < 2 {
		return 0
	}
	d.HasPictureID, d.LongPictureID = true, true
	d.PictureID = binary.BigEndian.Uint16(b) & 0x7fff
	return 2
}

// appendPictureID writes a picture id, always in 15 bits, so its width never changes for the receiver.
func appendPictureID(dst []byte, id uint16) []byte {
	return append(dst, longPictureID|uint8(id>>8), uint8(id)) //nolint:gosec // both halves
}
