package rewrite

import "github.com/plenum-meet/plenum/sfu/core/codec"

// VP9 numbers the pictures of a slot: picture id and TL0PICIDX (RFC 9628 §4.2). Within a source each
// moves by an offset, whatever is dropped: frames refer to each other by distances in picture
// ids. A change of source goes on at last + 1.
type VP9 struct {
	picture, tl0 field
}

// NewVP9 returns picture numbers that begin at the given ones.
func NewVP9(first codec.VP9IDs) VP9 {
	return VP9{picture: newField(int64(first.PictureID)), tl0: newField(int64(first.TL0))}
}

// Begin starts another source: the next packet's numbers go on from the last.
func (v *VP9) Begin() { v.picture.bound, v.tl0.bound = false, false }

// Map returns the slot's numbers for d; newest says that its packet is the newest of the
// source. Numbers that d lacks are 0.
func (v *VP9) Map(d *codec.Descriptor, newest bool) (ids codec.VP9IDs) {
	if d.HasPictureID {
		ids.PictureID = uint16(v.picture.next(d.PictureID, pictureBits(d), newest) & 0x7fff)
	}
	if d.HasTL0 {
		ids.TL0 = uint8(v.tl0.next(uint16(d.TL0), 8, newest))
	}
	return ids
}
