package rewrite

import "github.com/plenum-meet/plenum/sfu/core/codec"

// VP8 numbers the pictures of a slot: picture id, TL0PICIDX and KEYIDX (RFC 7741 §4.2).
// Within a source each moves by an offset; a change of source goes on at last + 1.
type VP8 struct {
	picture, tl0, key field
}

// NewVP8 returns picture numbers that begin at the given ones.
func NewVP8(first codec.VP8IDs) VP8 {
	return VP8{
		picture: field{out: int64(first.PictureID) - 1},
		tl0:     field{out: int64(first.TL0) - 1},
		key:     field{out: int64(first.KeyIndex) - 1},
	}
}

// Begin starts another source: the next packet's numbers go on from the last.
func (v *VP8) Begin() {
	v.picture.bound, v.tl0.bound, v.key.bound = false, false, false
}

// Map returns the slot's numbers for d; newest says that its packet is the newest of the
// source. Numbers that d lacks are 0.
func (v *VP8) Map(d codec.Descriptor, newest bool) codec.VP8IDs {
	var ids codec.VP8IDs
	if d.HasPictureID {
		bits := uint(7)
		if d.LongPictureID {
			bits = 15
		}
		ids.PictureID = uint16(v.picture.next(d.PictureID, bits, newest) & 0x7fff)
	}
	if d.HasTL0 {
		ids.TL0 = uint8(v.tl0.next(uint16(d.TL0), 8, newest))
	}
	if d.HasKeyIndex {
		ids.KeyIndex = uint8(v.key.next(uint16(d.KeyIndex), 5, newest) & 0x1f)
	}
	return ids
}

// field is one cyclic number of a source and of the slot, both unwrapped.
type field struct {
	in, out int64 // newest
	bits    uint  // width of the newest in
	bound   bool  // in belongs to the present source
}

// next returns the slot's number for v, which is bits wide.
func (f *field) next(v uint16, bits uint, newest bool) int64 {
	if !f.bound {
		f.bound = true
		f.in, f.bits = int64(v), bits
		f.out++
		return f.out
	}
	// A picture id may change its width: only the bits that both have can be compared.
	common := min(bits, f.bits)
	cycle := int64(1) << common
	step := (int64(v) - f.in) & (cycle - 1)
	// The newest packet never steps back: it is a long way forward then.
	if !newest && step >= cycle/2 {
		step -= cycle
	}
	if !newest {
		return f.out + step
	}
	f.in, f.bits = int64(v), bits
	f.out += step
	return f.out
}
