package codec

import (
	"slices"
	"testing"
)

// structure is a scalability structure of two layers with their sizes, and a group of two pictures.
var structure = []byte{
	0x38,                                   // two spatial layers, sizes, a group
	0x01, 0x40, 0x00, 0xb4, 2, 128, 1, 104, // 320×180, 640×360
	2, 0x04, 4, 0x58, 2, 1, // T0 four back; T2, U, two references
}

func TestParseVP9(t *testing.T) {
	parses(t, VP9, []parsed{
		{"nothing", nil, Descriptor{}, ErrShort},
		{"descriptor alone", []byte{0x08}, Descriptor{}, ErrShort},
		{"no room for picture id", []byte{0x80}, Descriptor{}, ErrShort},
		{"no room for second byte of picture id", []byte{0x80, 0x81}, Descriptor{}, ErrShort},
		{"no room for layer indices", []byte{0x20}, Descriptor{}, ErrShort},
		{"no room for TL0PICIDX", []byte{0x20, 0x00}, Descriptor{}, ErrShort},
		{"no room for references", []byte{0x50}, Descriptor{}, ErrShort},
		{"references without end", []byte{0x50, 3, 5, 7, 9, 0}, Descriptor{}, ErrSyntax},
		{"nothing behind references", []byte{0x50, 3, 4}, Descriptor{}, ErrShort},
		{"no room for a structure", []byte{0x0a}, Descriptor{}, ErrShort},
		{"no room for sizes", join([]byte{0x0a}, structure[:8]), Descriptor{}, ErrShort},
		{"no room for a group", join([]byte{0x0a}, structure[:9]), Descriptor{}, ErrShort},
		{"group cut off", join([]byte{0x0a}, structure[:12]), Descriptor{}, ErrShort},
		{"references of a group cut off", join([]byte{0x0a}, structure[:14]), Descriptor{}, ErrShort},
		{"nothing behind the structure", join([]byte{0x0a}, structure), Descriptor{}, ErrShort},

		{"plain key frame", []byte{0x08, 1}, Descriptor{Size: 1, Start: true, Key: true}, nil},
		{"its continuation", []byte{0x00, 1}, Descriptor{Size: 1}, nil},
		{"plain delta frame", []byte{0x48, 1}, Descriptor{Size: 1, Start: true, InterPicture: true}, nil},
		{
			"short picture id",
			[]byte{0xc4, 0x7f, 1},
			Descriptor{Size: 2, HasPictureID: true, PictureID: 127, InterPicture: true, EndOfLayer: true},
			nil,
		},
		{
			"long picture id, layers, TL0PICIDX",
			[]byte{0xe8, 0xff, 0xfe, 0x54, 0x99, 1},
			Descriptor{
				Size: 5, Start: true, HasPictureID: true, LongPictureID: true, PictureID: 0x7ffe, InterPicture: true,
				HasLayers: true, HasTID: true, TID: 2, Sync: true, SID: 2, HasTL0: true, TL0: 0x99,
			},
			nil,
		},
		{
			"flexible mode has no TL0PICIDX",
			[]byte{0x70, 0x22, 3, 5, 8, 1},
			Descriptor{Size: 2, HasLayers: true, HasTID: true, TID: 1, SID: 1, InterPicture: true},
			nil,
		},
		{
			"key picture, lowest layer, with its structure", join([]byte{0x2a, 0x00, 0x07}, structure, []byte{1}),
			Descriptor{
				Size: 3, Start: true, Key: true, HasLayers: true, HasTID: true, HasTL0: true, TL0: 7,
				Width: 320, Height: 180, HasSizes: true,
			},
			nil,
		},
		{
			"key picture, upper layer",
			[]byte{0x28, 0x03, 0x07, 1},
			Descriptor{Size: 3, Start: true, HasLayers: true, HasTID: true, SID: 1, InterLayer: true, HasTL0: true, TL0: 7},
			nil,
		},
	})
}

func TestVP9Sizes(t *testing.T) {
	payload := join([]byte{0x7a, 0x00, 3, 4}, structure, []byte{1})
	d, err := Parse(VP9, payload)
	if err != nil || !d.HasSizes || d.Width != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	got := VP9Sizes(payload, d)
	if got.Layers != 2 || !slices.Equal(got.Widths[:2], []uint16{320, 640}) || !slices.Equal(got.Heights[:2], []uint16{180, 360}) {
		t.Errorf("got %+v", got)
	}
}

func TestPatchVP9(t *testing.T) {
	ids := VP9IDs{PictureID: 0x1234, TL0: 0x56}
	patch := func(dst, payload []byte, d *Descriptor) []byte { return PatchVP9(dst, payload, d, ids) }
	patches(t, VP9, patch, []patched{
		{"nothing to patch", []byte{0x08, 1}, []byte{0x08}},
		{"a short picture id becomes long", []byte{0x88, 0x7f, 1}, []byte{0x88, 0x92, 0x34}},
		{"layer indices stay", []byte{0xa8, 0x80, 1, 0xb5, 9, 1}, []byte{0xa8, 0x92, 0x34, 0xb5, 0x56}},
		{"TL0PICIDX alone", []byte{0x28, 0xb5, 9, 1}, []byte{0x28, 0xb5, 0x56}},
		{"flexible mode", []byte{0xf8, 5, 0xb5, 2, 1}, []byte{0xf8, 0x92, 0x34, 0xb5}},
	})
}

// FuzzVP9 checks that whatever parses can be patched, and then reads as what was written.
func FuzzVP9(f *testing.F) {
	for _, seed := range [][]byte{
		nil,
		{0x08},
		{0x80, 0x81},
		{0x50, 3, 5, 7, 9, 0},
		{0xe8, 0xff, 0xfe, 0x54, 0x99, 1},
		{0x70, 0x22, 3, 5, 8, 1},
		join([]byte{0x2a, 0x00, 0x07}, structure, []byte{1}),
		join([]byte{0x0a}, structure[:14]),
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		f.Add(seed, uint16(0x7fff), uint8(255))
	}
	f.Fuzz(func(t *testing.T, payload []byte, picture uint16, tl0 uint8) {
		d, ok := parsesOrRefuses(t, VP9, payload)
		if !ok {
			return
		}
		if got := VP9Sizes(payload, d); d.HasSizes != (got.Layers > 0) {
			t.Fatalf("sizes %+v of %+v", got, d)
		}
		ids := VP9IDs{PictureID: picture & 0x7fff, TL0: tl0}
		want := d
		if d.HasPictureID {
			want.PictureID = ids.PictureID
		}
		if d.HasTL0 {
			want.TL0 = ids.TL0
		}
		reads(t, VP9, PatchVP9(nil, payload, &d, ids), payload[d.Size:], MaxVP9Descriptor, want)
	})
}

func BenchmarkVP9(b *testing.B) {
	payload := join([]byte{0xe8, 0xff, 0xfe, 0x54, 0x99}, make([]byte, 1100))
	var buffer [MaxVP9Descriptor]byte
	b.ReportAllocs()
	for b.Loop() {
		d, err := Parse(VP9, payload)
		if err != nil {
			b.Fatal(err)
		}
		PatchVP9(buffer[:0], payload, &d, VP9IDs{PictureID: 7})
	}
}
