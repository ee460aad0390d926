package client

import "encoding/binary"

// VP8 is what the head of a VP8 payload tells (RFC 7741 §4.2, §4.3). Fields that a payload lacks are 0.
type VP8 struct {
	// Start is true for the first payload of a frame.
	Start bool
	// Key is true for the first payload of a key frame; Width and Height are set then.
	Key           bool
	Width, Height int
	PictureID     uint16
	TL0           uint8
	TID           uint8
	KeyIndex      uint8
}

// ParseVP8 reads a payload's descriptor and, at the start of a key frame, the picture's size.
func ParseVP8(payload []byte) (v VP8, ok bool) {
	rest := payload
	take := func(n int) []byte {
		if len(rest) < n {
			rest, ok = nil, false
			return make([]byte, n)
		}
		b := rest[:n]
		rest = rest[n:]
		return b
	}
	ok = true
	first := take(1)[0]
	v.Start = first&0x10 != 0 && first&0x07 == 0
	if first&0x80 != 0 {
		x := take(1)[0]
		if x&0x80 != 0 {
			high := take(1)[0]
			if v.PictureID = uint16(high); high&0x80 != 0 {
				v.PictureID = uint16(high&0x7f)<<8 | uint16(take(1)[0])
			}
		}
		if x&0x40 != 0 {
			v.TL0 = take(1)[0]
		}
		if x&0x30 != 0 {
			b := take(1)[0]
			v.TID, v.KeyIndex = b>>6, b&0x1f
		}
	}
	if !ok || !v.Start || len(rest) < 10 || rest[0]&1 != 0 {
		return v, ok
	}
	v.Key = rest[3] == 0x9d && rest[4] == 0x01 && rest[5] == 0x2a
	v.Width = int(binary.LittleEndian.Uint16(rest[6:]) & 0x3fff)
	v.Height = int(binary.LittleEndian.Uint16(rest[8:]) & 0x3fff)
	return v, ok
}

// vp8Descriptor is the length of the descriptors that we write.
const vp8Descriptor = 6

// vp8Payloads cuts a frame into payloads of at most size bytes behind a six byte descriptor, all about equally long,
// as browsers do it.
func vp8Payloads(v VP8, frame []byte, size int) [][]byte {
	parts := (len(frame) + size - vp8Descriptor - 1) / (size - vp8Descriptor)
	payloads := make([][]byte, 0, parts)
	for start := true; len(frame) > 0; start = false {
		left := parts - len(payloads)
		n := (len(frame) + left - 1) / left
		p := make([]byte, vp8Descriptor, vp8Descriptor+n)
		p[0] = 0x80 // extended
		if start {
			p[0] |= 0x10
		}
		p[1] = 0xf0 // picture id, TL0PICIDX, TID, KEYIDX follow
		binary.BigEndian.PutUint16(p[2:], 0x8000|v.PictureID&0x7fff)
		p[4] = v.TL0
		p[5] = v.TID<<6 | v.KeyIndex&0x1f
		payloads = append(payloads, append(p, frame[:n]...))
		frame = frame[n:]
	}
	return payloads
}
