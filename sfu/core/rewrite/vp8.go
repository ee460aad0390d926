package rewrite

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// VP8 numbers the pictures of a slot: picture id, TL0PICIDX and KEYIDX (RFC 7741 §4.2).
// Within a source each moves by an offset; a change of source goes on at last + 1. Pictures
// that are dropped on purpose leave no hole in the picture ids.
type VP8 struct {
	picture  cycle
	tl0, key field
	pictures Sequence // by the source's picture ids, unwrapped by picture
}

// NewVP8 returns picture numbers that begin at the given ones.
func NewVP8(first codec.VP8IDs) VP8 {
	return VP8{
		pictures: NewSequence(first.PictureID),
		tl0:      newField(int64(first.TL0)),
		key:      newField(int64(first.KeyIndex)),
	}
}

// Begin starts another source: the next packet's numbers go on from the last.
func (v *VP8) Begin() {
	v.picture.bound, v.tl0.bound, v.key.bound = false, false, false
}

// Map returns the slot's numbers for d; newest says that its packet is the newest of the
// source. Numbers that d lacks are 0. It returns false for a picture that was dropped.
func (v *VP8) Map(d *codec.Descriptor, newest bool) (codec.VP8IDs, bool) {
	var ids codec.VP8IDs
	if d.HasPictureID {
		begins := !v.picture.bound
		in := packet.Seq(v.picture.unwrap(d.PictureID, pictureBits(d), newest))
		if begins {
			v.pictures.Begin(in)
		}
		out, ok := v.pictures.Map(in)
		if !ok {
			return ids, false
		}
		ids.PictureID = uint16(out & 0x7fff)
	}
	if d.HasTL0 {
		ids.TL0 = uint8(v.tl0.next(uint16(d.TL0), 8, newest))
	}
	if d.HasKeyIndex {
		ids.KeyIndex = uint8(v.key.next(uint16(d.KeyIndex), 5, newest) & 0x1f)
	}
	return ids, true
}

// Skip drops the picture of d, of the newest packet, on purpose: what follows it closes up.
func (v *VP8) Skip(d *codec.Descriptor) {
	if d.HasPictureID && v.picture.bound {
		v.pictures.Skip(packet.Seq(v.picture.unwrap(d.PictureID, pictureBits(d), true)))
	}
}

func pictureBits(d *codec.Descriptor) uint {
	if d.LongPictureID {
		return 15
	}
	return 7
}
