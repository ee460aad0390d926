package forward_test

import (
	"encoding/binary"

	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// style is what a publisher writes into its payload descriptors.
type style struct{ picture, long, tl0, tid, keyIndex bool }

// payload writes what one packet of a frame carries, in the publisher's own numbers.
func payload(kind codec.Kind, s style, o *origin, first, last bool) []byte {
	var out []byte
	switch kind {
	case codec.Unknown, codec.Opus, codec.RED:
	case codec.VP8:
		out = vp8(s, o, first)
	case codec.VP9:
		out = vp9(s, o, first, last)
	case codec.H264:
		out = []byte{0x41, 0x9a}
		switch {
		case o.frame.key && first:
			out = []byte{0x67, 0x42}
		case o.frame.key:
			out = []byte{0x65, 0x88}
		case !first:
			out = []byte{0x41, 0x1a}
		}
	case codec.AV1:
		out = []byte{0x10, 0x30}
		switch {
		case !first:
			out[0] |= 0x80
		case o.frame.key && o.frame.spatial == 0:
			out[0] |= 0x08
		}
	}
	return binary.BigEndian.AppendUint32(out, uint32(o.frame.id))
}

// id is a picture id as that style writes it.
func (s style) id(picture int64) []byte {
	if s.long {
		return []byte{0x80 | byte(picture>>8), byte(picture)}
	}
	return []byte{byte(picture) & 0x7f}
}

func vp8(s style, o *origin, first bool) []byte {
	head, flags := byte(0), byte(0)
	if first {
		head |= 0x10
	}
	if o.frame.free {
		head |= 0x20
	}
	var rest []byte
	if s.picture {
		flags |= 0x80
		rest = s.id(o.picture)
	}
	if s.tl0 {
		flags |= 0x40
		rest = append(rest, byte(o.tl0))
	}
	if s.tid || s.keyIndex {
		b := byte(0)
		if s.tid {
			flags |= 0x20
			b |= byte(o.frame.temporal) << 6
			if o.frame.layerSync {
				b |= 0x20
			}
		}
		if s.keyIndex {
			flags |= 0x10
			b |= byte(o.key) & 0x1f
		}
		rest = append(rest, b)
	}
	out := []byte{head}
	if flags != 0 {
		out = append([]byte{head | 0x80, flags}, rest...)
	}
	if o.frame.key && first {
		return append(out, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01)
	}
	return append(out, 0x11)
}

func vp9(s style, o *origin, first, last bool) []byte {
	head := byte(0)
	if o.frame.needsPast() {
		head |= 0x40
	}
	if first {
		head |= 0x08
	}
	if last {
		head |= 0x04
	}
	if o.frame.unused {
		head |= 0x01
	}
	var rest []byte
	if s.picture {
		head |= 0x80
		rest = s.id(o.picture)
	}
	if s.tid {
		head |= 0x20
		b := byte(o.frame.temporal)<<5 | byte(o.frame.spatial)<<1
		if o.frame.layerSync {
			b |= 0x10
		}
		if o.frame.needsBelow() {
			b |= 0x01
		}
		rest = append(rest, b, byte(o.tl0))
	}
	return append(append([]byte{head}, rest...), 0x82)
}
