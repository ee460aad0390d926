package codec

import "encoding/binary"

// VP9IDs are the numbers of a VP9 descriptor that a slot continues by itself.
type VP9IDs struct {
	PictureID uint16 // 15 bits
	TL0       uint8
}

// Bits of the payload descriptor (RFC 9628 §4.2).
const (
	vp9HasPicture   = 0x80 // I, first byte
	vp9InterPicture = 0x40 // P
	vp9HasLayers    = 0x20 // L
	vp9Flexible     = 0x10 // F
	vp9Start        = 0x08 // B
	vp9End          = 0x04 // E
	vp9HasStructure = 0x02 // V
	vp9SwitchUp     = 0x10 // U, layer byte
	vp9InterLayer   = 0x01 // D
	vp9More         = 0x01 // N, reference byte
	vp9HasSizes     = 0x10 // Y, first byte of the scalability structure
	vp9HasGroup     = 0x08 // G
	vp9MaxDiffs     = 3
)

// MaxVP9Descriptor is the most that PatchVP9 writes.
const MaxVP9Descriptor = 5

// MaxVP9Layers is the number of spatial layers that a VP9 stream can have.
const MaxVP9Layers = 8

// parseVP9 gives in Size the bytes up to the layer indices: what comes behind them (references, scalability structure)
// goes out as it is.
func parseVP9(payload []byte) (Descriptor, error) {
	var d Descriptor
	if len(payload) == 0 {
		return d, ErrShort
	}
	first, at := payload[0], 1
	if first&vp9HasPicture != 0 {
		size := d.readPictureID(payload[at:])
		if size == 0 {
			return Descriptor{}, ErrShort
		}
		at += size
	}
	if first&vp9HasLayers != 0 {
		if len(payload) <= at {
			return Descriptor{}, ErrShort
		}
		layers := payload[at]
		d.HasLayers, d.HasTID = true, true
		d.TID, d.SID = layers>>5, layers>>1&0x07
		d.Sync, d.InterLayer = layers&vp9SwitchUp != 0, layers&vp9InterLayer != 0
		at++
		if first&vp9Flexible == 0 {
			if len(payload) <= at {
				return Descriptor{}, ErrShort
			}
			d.HasTL0, d.TL0 = true, payload[at]
			at++
		}
	}
	d.Size = uint8(at) //nolint:gosec // 5 at most
	d.InterPicture = first&vp9InterPicture != 0
	d.EndOfLayer = first&vp9End != 0
	d.Start = first&vp9Start != 0
	d.Key = d.Start && !d.InterPicture && d.SID == 0
	rest, err := skipVP9References(first, payload[at:])
	if err != nil {
		return Descriptor{}, err
	}
	sizes, rest, err := readVP9Structure(first, rest)
	if err != nil {
		return Descriptor{}, err
	}
	if len(rest) == 0 {
		return Descriptor{}, ErrShort
	}
	if d.HasSizes = sizes.Layers > 0; d.Key && d.HasSizes {
		d.Width, d.Height = sizes.Widths[0], sizes.Heights[0]
	}
	return d, nil
}

// skipVP9References skips up to three reference indices of flexible mode.
func skipVP9References(first uint8, rest []byte) ([]byte, error) {
	if first&vp9Flexible == 0 || first&vp9InterPicture == 0 {
		return rest, nil
	}
	for n := 0; ; n++ {
		if len(rest) == 0 {
			return nil, ErrShort
		}
		if n == vp9MaxDiffs {
			return nil, ErrSyntax
		}
		more := rest[0]&vp9More != 0
		rest = rest[1:]
		if !more {
			return rest, nil
		}
	}
}

// Sizes are those of a stream's spatial layers, smallest first.
type Sizes struct {
	Layers          int
	Widths, Heights [MaxVP9Layers]uint16
}

// readVP9Structure reads the sizes and skips the rest (RFC 9628 §4.2.1).
func readVP9Structure(first uint8, rest []byte) (sizes Sizes, _ []byte, _ error) {
	if first&vp9HasStructure == 0 {
		return sizes, rest, nil
	}
	if len(rest) == 0 {
		return sizes, nil, ErrShort
	}
	layers, flags := int(rest[0]>>5)+1, rest[0]
	rest = rest[1:]
	if flags&vp9HasSizes != 0 {
		if len(rest) < 4*layers {
			return sizes, nil, ErrShort
		}
		sizes.Layers = layers
		for i := range layers {
			sizes.Widths[i], sizes.Heights[i] = binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
			rest = rest[4:]
		}
	}
	if flags&vp9HasGroup == 0 {
		return sizes, rest, nil
	}
	if len(rest) == 0 {
		return sizes, nil, ErrShort
	}
	pictures := int(rest[0])
	rest = rest[1:]
	for range pictures {
		if len(rest) == 0 {
			return sizes, nil, ErrShort
		}
		references := int(rest[0] >> 2 & 0x03)
		if len(rest) < 1+references {
			return sizes, nil, ErrShort
		}
		rest = rest[1+references:]
	}
	return sizes, rest, nil
}

// VP9Sizes are the sizes that payload announces, of all spatial layers. d must come from Parse of this payload and have
// HasSizes.
func VP9Sizes(payload []byte, d Descriptor) Sizes {
	rest, err := skipVP9References(payload[0], payload[d.Size:])
	if err != nil {
		return Sizes{}
	}
	sizes, _, err := readVP9Structure(payload[0], rest)
	if err != nil {
		return Sizes{}
	}
	return sizes
}

// PatchVP9 appends to dst[:0] the descriptor of payload with the slot's own numbers in it, up to the layer indices. What
// goes behind it starts at payload[d.Size:]. A picture id is always written in 15 bits, so its width never changes for
// the receiver; a number that the publisher does not send is not made up. d must come from Parse of this payload.
func PatchVP9(dst, payload []byte, d *Descriptor, ids VP9IDs) []byte {
	dst = append(dst[:0], payload[0])
	if d.HasPictureID {
		dst = appendPictureID(dst, ids.PictureID)
	}
	if d.HasTL0 {
		return append(dst, payload[d.Size-2], ids.TL0)
	}
	if d.HasLayers {
		return append(dst, payload[d.Size-1])
	}
	return dst
}
