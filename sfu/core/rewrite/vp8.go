package rewrite

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// VP8 numbers the pictures of a slot: picture id, TL0PICIDX and KEYIDX (RFC 7741 §4.2).
// Within a source each moves by an offset; a change of source goes on at last + 1. Pictures
// that are dropped on purpose leave no hole in the picture ids.
type VP8 struct {
	newest   named      // packet
	at       packet.Seq // the source's newest picture id, unwrapped …
	picture  cycle      // … and as it came
	tl0, key field
	pictures Sequence // by the source's picture ids, unwrapped
}

// named is what a packet had of numbers, and what it was given: those after it in its picture are given the same.
type named struct {
	in, out                        codec.VP8IDs
	picture, long, tl0, key, known bool
}

// same reports whether d has the numbers of the packet that was named.
func (n *named) same(d *codec.Descriptor) bool {
	return n.known && n.in == codec.VP8IDs{PictureID: d.PictureID, TL0: d.TL0, KeyIndex: d.KeyIndex} &&
		n.picture == d.HasPictureID && n.long == d.LongPictureID && n.tl0 == d.HasTL0 && n.key == d.HasKeyIndex
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
	v.newest.known = false
	v.picture.bound, v.tl0.bound, v.key.bound = false, false, false
}

// Map returns the slot's numbers for d; newest says that its packet is the newest of the
// source. Numbers that d lacks are 0. It returns false for a picture that was dropped.
func (v *VP8) Map(d *codec.Descriptor, newest bool) (codec.VP8IDs, bool) {
	if newest && v.newest.same(d) {
		return v.newest.out, true
	}
	ids, ok := v.number(d, newest)
	if ok && newest {
		v.newest = named{
			in: codec.VP8IDs{PictureID: d.PictureID, TL0: d.TL0, KeyIndex: d.KeyIndex}, out: ids, known: true,
			picture: d.HasPictureID, long: d.LongPictureID, tl0: d.HasTL0, key: d.HasKeyIndex,
		}
	}
	return ids, ok
}

func (v *VP8) number(d *codec.Descriptor, newest bool) (ids codec.VP8IDs, ok bool) {
	if d.HasPictureID {
		out, ok := v.pictures.Map(v.unwrap(d, newest))
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
	v.newest.known = false
	if d.HasPictureID && v.picture.bound {
		v.pictures.Skip(v.unwrap(d, true))
	}
}

// unwrap is the picture id of d, which is there, unwrapped.
func (v *VP8) unwrap(d *codec.Descriptor, newest bool) packet.Seq {
	if !v.picture.bound {
		v.picture.begin(d.PictureID, pictureBits(d))
		v.at = 1<<16 + packet.Seq(d.PictureID) // one cycle up, so that nothing is ever negative
		v.pictures.Begin(v.at)
		return v.at
	}
	at := v.at + packet.Seq(v.picture.step(d.PictureID, pictureBits(d), newest))
	if newest {
		v.at = at
	}
	return at
}

func pictureBits(d *codec.Descriptor) uint8 {
	if d.LongPictureID {
		return 15
	}
	return 7
}
