package codec

import "testing"

func TestParseAV1(t *testing.T) {
	sequence := unhex(t, "0800000024cf7f0dbfff3008") // 960×540, without a size
	sized := unhex(t, "0a0b00000024cf7f0dbfff3008")
	key := Descriptor{Start: true, Key: true, Width: 960, Height: 540}
	parses(t, AV1, []parsed{
		{"nothing", nil, Descriptor{}, ErrShort},
		{"aggregation header alone", []byte{0x18}, Descriptor{}, ErrShort},
		{"an element longer than there is", []byte{0x20, 9, 0x30}, Descriptor{}, ErrShort},
		{"a length without end", []byte{0x20, 0x80, 0x80, 0x80}, Descriptor{}, ErrShort},
		{"a huge length", []byte{0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1}, Descriptor{}, ErrShort},
		{"a length of too many bytes", []byte{0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 1}, Descriptor{}, ErrShort},
		{"a new sequence that continues", []byte{0x98, 1}, Descriptor{}, ErrSyntax},

		{"sequence header alone", join([]byte{0x18}, sequence), key, nil},
		{"sequence header, one of two", join([]byte{0x28, byte(len(sequence))}, sequence, []byte{0x30, 1}), key, nil},
		{"sequence header, each with a length", join([]byte{0x08, byte(len(sequence))}, sequence, []byte{2, 0x30, 1}), key, nil},
		{"sequence header with a size of its own", join([]byte{0x18}, sized), key, nil},
		{"sequence header with an extension", join([]byte{0x18, 0x0c, 0x00}, sequence[1:]), key, nil},
		{"sequence header cut off", join([]byte{0x18}, sequence[:4]), Descriptor{Start: true, Key: true}, nil},
		{"extension cut off", []byte{0x18, 0x0c}, Descriptor{Start: true, Key: true}, nil},
		{"still picture", unhex(t, "180818bffff0"), Descriptor{Start: true, Key: true}, nil},
		{"a frame", []byte{0x10, 0x30, 1}, Descriptor{Start: true}, nil},
		{"a frame header", []byte{0x10, 0x18, 1}, Descriptor{Start: true}, nil},
		{"tiles", []byte{0x10, 0x20, 1}, Descriptor{}, nil},
		{"a continuation that looks like a frame", []byte{0x90, 0x30, 1}, Descriptor{}, nil},
		{"an empty element", []byte{0x20, 0, 1}, Descriptor{}, nil},
		{"a sequence header that begins no new sequence", join([]byte{0x10}, sequence), Descriptor{Start: true}, nil},
	})
}

// FuzzAV1 checks that nothing panics and that what is refused says nothing.
func FuzzAV1(f *testing.F) {
	f.Add(unhex(f, "180800000024cf7f0dbfff3008"))
	f.Add(unhex(f, "180a0b00000024cf7f0dbfff3008"))
	f.Add([]byte{0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1})
	f.Add([]byte{0x18, 0x0c, 0x80})
	// Timing, a decoder model and 32 operating points.
	f.Add(unhex(f, "1808"+"04ffffffffffffffffe0ffffffffffffffffffff"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, _ := parsesOrRefuses(t, AV1, payload)
		if d.Size != 0 || (d.Width == 0) != (d.Height == 0) || (d.Key && !d.Start) {
			t.Fatalf("self-contradicting: %+v", d)
		}
	})
}
