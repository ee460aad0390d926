package codec

import "testing"

// keyFrame is the start of a key frame, 640×360, behind any descriptor.
var keyFrame = []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, 0xff}

func TestParseVP8(t *testing.T) {
	delta := []byte{0x11, 0xaa}
	parses(t, VP8, []parsed{
		{"nothing", nil, Descriptor{}, ErrShort},
		{"descriptor alone", []byte{0x10}, Descriptor{}, ErrShort},
		{"extended without extension byte", []byte{0x90}, Descriptor{}, ErrShort},
		{"no room for picture id", []byte{0x90, 0x80}, Descriptor{}, ErrShort},
		{"no room for second byte of picture id", []byte{0x90, 0x80, 0x81}, Descriptor{}, ErrShort},
		{"no room for TL0PICIDX", []byte{0x90, 0xc0, 0x01}, Descriptor{}, ErrShort},
		{"no room for TID", []byte{0x90, 0xe0, 0x01, 0x02}, Descriptor{}, ErrShort},
		{"no room for KEYIDX", []byte{0x90, 0x10}, Descriptor{}, ErrShort},
		{"all fields, nothing behind", []byte{0x90, 0xf0, 0x81, 0x02, 0x03, 0x44}, Descriptor{}, ErrShort},
		{"plain start of a delta frame", join([]byte{0x10}, delta), Descriptor{Size: 1, Start: true}, nil},
		{"plain continuation", join([]byte{0x00}, delta), Descriptor{Size: 1}, nil},
		{"continuation whose first byte looks like a key frame", []byte{0x00, 0x10}, Descriptor{Size: 1}, nil},
		{"start of another partition", []byte{0x11, 0x10}, Descriptor{Size: 1}, nil},
		{"extended without fields", join([]byte{0x90, 0x00}, delta), Descriptor{Size: 2, Start: true}, nil},
		{
			"short picture id", join([]byte{0x90, 0x80, 0x7f}, delta),
			Descriptor{Size: 3, Start: true, HasPictureID: true, PictureID: 127},
			nil,
		},
		{
			"long picture id", join([]byte{0x80, 0x80, 0xff, 0xfe}, delta),
			Descriptor{Size: 4, HasPictureID: true, LongPictureID: true, PictureID: 0x7ffe},
			nil,
		},
		{
			"KEYIDX alone", join([]byte{0x90, 0x10, 0xff}, delta),
			Descriptor{Size: 3, Start: true, HasKeyIndex: true, KeyIndex: 31},
			nil,
		},
		{
			"TID alone", join([]byte{0x90, 0x20, 0xa0}, delta),
			Descriptor{Size: 3, Start: true, HasTID: true, TID: 2, Sync: true},
			nil,
		},
		{
			"everything, key frame", join([]byte{0x90, 0xf0, 0x81, 0x02, 0x03, 0x45}, keyFrame),
			Descriptor{
				Size: 6, Start: true, Key: true, HasPictureID: true, LongPictureID: true, PictureID: 0x102,
				HasTL0: true, TL0: 3, HasTID: true, TID: 1, HasKeyIndex: true, KeyIndex: 5, Width: 640, Height: 360,
			},
			nil,
		},
		{
			"key frame whose size is scaled", join([]byte{0x10}, keyFrame[:6], []byte{0x80, 0x42, 0x68, 0x81}),
			Descriptor{Size: 1, Start: true, Key: true, Width: 640, Height: 360},
			nil,
		},
		{"key frame cut off", join([]byte{0x10}, keyFrame[:9]), Descriptor{}, ErrShort},
		{"key frame without start code", join([]byte{0x10}, make([]byte, 10)), Descriptor{}, ErrSyntax},
	})
}

func TestPatchVP8(t *testing.T) {
	ids := VP8IDs{PictureID: 0x1234, TL0: 0x56, KeyIndex: 0x07}
	patch := func(dst, payload []byte, d *Descriptor) []byte { return PatchVP8(dst, payload, d, ids) }
	patches(t, VP8, patch, []patched{
		{"nothing to patch", []byte{0x10, 0x11}, []byte{0x10}},
		{"extended without fields", []byte{0x90, 0x00, 0x11}, []byte{0x90, 0x00}},
		{"a short picture id becomes long", []byte{0x90, 0x80, 0x7f, 0x11}, []byte{0x90, 0x80, 0x92, 0x34}},
		{"TID and Y stay", []byte{0x90, 0xf0, 0x80, 0x01, 0x02, 0xbf, 0x11}, []byte{0x90, 0xf0, 0x92, 0x34, 0x56, 0xa7}},
		{"without KEYIDX its bits stay", []byte{0x90, 0x20, 0x55, 0x11}, []byte{0x90, 0x20, 0x55}},
		{"KEYIDX alone", []byte{0x80, 0x10, 0x00, 0x11}, []byte{0x80, 0x10, 0x07}},
	})
}

// FuzzVP8 checks that whatever parses can be patched, and then reads as what was written.
func FuzzVP8(f *testing.F) {
	for _, seed := range [][]byte{
		nil,
		{0x10},
		{0x90},
		{0x90, 0xf0},
		{0x90, 0x80, 0x81},
		{0x90, 0xf0, 0x81, 0x02, 0x03, 0x44},
		join([]byte{0x90, 0xf0, 0x81, 0x02, 0x03, 0x45}, keyFrame), join([]byte{0x10}, keyFrame[:9]),
		join([]byte{0x90, 0x80, 0x7f}, keyFrame),
		{0x90, 0x20, 0x55, 0x11},
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		f.Add(seed, uint16(0x7fff), uint8(255), uint8(31))
	}
	f.Fuzz(func(t *testing.T, payload []byte, picture uint16, tl0, key uint8) {
		d, ok := parsesOrRefuses(t, VP8, payload)
		if !ok {
			return
		}
		ids := VP8IDs{PictureID: picture & 0x7fff, TL0: tl0, KeyIndex: key & 31}
		want := d
		if d.HasPictureID {
			want.PictureID = ids.PictureID
		}
		if d.HasTL0 {
			want.TL0 = ids.TL0
		}
		if d.HasKeyIndex {
			want.KeyIndex = ids.KeyIndex
		}
		reads(t, VP8, PatchVP8(nil, payload, &d, ids), payload[d.Size:], MaxVP8Descriptor, want)
	})
}

func BenchmarkVP8(b *testing.B) {
	payload := join([]byte{0x90, 0xf0, 0x81, 0x02, 0x03, 0x45}, keyFrame, make([]byte, 1100))
	var buffer [MaxVP8Descriptor]byte
	b.ReportAllocs()
	for b.Loop() {
		d, err := Parse(VP8, payload)
		if err != nil {
			b.Fatal(err)
		}
		PatchVP8(buffer[:0], payload, &d, VP8IDs{PictureID: 7})
	}
}
