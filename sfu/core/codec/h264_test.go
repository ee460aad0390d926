package codec

import (
	"encoding/hex"
	"testing"
)

// sps are parameter sets as encoders write them.
var sps = map[string]struct {
	text          string
	width, height uint16
}{
	"constrained baseline":          {"6742e01f8c8d40501ed00f08846a", 640, 480},
	"constrained baseline, 720p":    {"6742e01f95a814016e40", 1280, 720},
	"high, with emulation, 720p":    {"6764001facd9405005bb0110000003001000000303c0f1831960", 1280, 720},
	"high, cropped to 1080 rows":    {"67640028acd940780227e5c05a808080a0000003002000000781e30632c0", 1920, 1080},
	"cut off before the size":       {"6742e01f95", 0, 0},
	"nothing but a header":          {"6742", 0, 0},
	"a picture of one macroblock":   {"6742e01fffffffffffffffffffffff", 16, 16},
	"numbers that are too large":    {"6742e01f00000000000000000000000000000001", 0, 0},
	"crop larger than the picture":  {"6742e01ffbe278", 0, 0},
	"high with zeros without end":   {"676400" + "1f" + "000000000000000000", 0, 0},
	"high with a matrix of garbage": {"6764001fa5ffffffffffffffffff", 0, 0},
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSizesOfH264(t *testing.T) {
	for name, set := range sps {
		t.Run(name, func(t *testing.T) {
			d, err := Parse(H264, unhex(t, set.text))
			want := Descriptor{Start: true, Key: true, Width: set.width, Height: set.height}
			if err != nil || d != want {
				t.Errorf("got %+v, %v, want %d by %d", d, err, set.width, set.height)
			}
		})
	}
}

func TestParseH264(t *testing.T) {
	set := unhex(t, "6742e01f95a814016e40")
	stap := func(units ...[]byte) []byte {
		out := []byte{0x78}
		for _, unit := range units {
			out = append(out, 0, byte(len(unit)))
			out = append(out, unit...)
		}
		return out
	}
	key := Descriptor{Start: true, Key: true, Width: 1280, Height: 720}
	parses(t, H264, []parsed{
		{"nothing", nil, Descriptor{}, ErrShort},
		{"a header alone", []byte{0x65}, Descriptor{}, ErrShort},
		{"type 0", []byte{0x60, 1}, Descriptor{}, ErrSyntax},
		{"a STAP-B", []byte{0x79, 0, 0, 0, 1, 9}, Descriptor{}, ErrSyntax},
		{"a STAP-A with half a length", []byte{0x78, 0}, Descriptor{}, ErrShort},
		{"a STAP-A longer than there is", []byte{0x78, 0, 9, 0x67, 1}, Descriptor{}, ErrShort},
		{"a FU-A without payload", []byte{0x7c, 0x85}, Descriptor{}, ErrShort},

		{"sequence and picture parameter sets", stap(set, []byte{0x68, 0xce}), key, nil},
		{"the same behind a delimiter", stap([]byte{0x09, 0x10}, set), key, nil},
		{"an empty unit among them", stap(nil, set), key, nil},
		{"a delimiter", []byte{0x09, 0x10}, Descriptor{Start: true}, nil},
		{"a picture parameter set", []byte{0x68, 0xce}, Descriptor{}, nil},
		{"a slice of a key frame", []byte{0x65, 0x88}, Descriptor{}, nil},
		{"its first fragment", []byte{0x7c, 0x85, 0x88}, Descriptor{}, nil},
		{"the first slice of a delta frame", []byte{0x61, 0x9a}, Descriptor{Start: true}, nil},
		{"a later slice", []byte{0x61, 0x4a}, Descriptor{}, nil},
		{"its first fragment, start", []byte{0x7c, 0x81, 0x9a}, Descriptor{Start: true}, nil},
		{"a middle fragment", []byte{0x7c, 0x01, 0x9a}, Descriptor{}, nil},
		{"supplements before the first slice", stap([]byte{0x06, 5}, []byte{0x41, 0x9a}), Descriptor{Start: true}, nil},
		{"a fragmented parameter set", append([]byte{0x7c, 0x87}, set[1:]...), key, nil},
	})
}

func TestParsingH264AllocatesNothing(t *testing.T) {
	payload := unhex(t, "67640028acd940780227e5c05a808080a0000003002000000781e30632c0")
	if n := testing.AllocsPerRun(100, func() {
		if _, err := Parse(H264, payload); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzH264 checks that nothing panics and that what is refused says nothing.
func FuzzH264(f *testing.F) {
	for _, set := range sps {
		f.Add(unhex(f, set.text))
	}
	f.Add([]byte{0x78, 0, 2, 0x09, 0x10, 0, 2, 0x68, 0xce})
	f.Add([]byte{0x7c, 0x85, 0x88})
	f.Add([]byte{0x61, 0x9a})
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, _ := parsesOrRefuses(t, H264, payload)
		if d.Size != 0 || (d.Width == 0) != (d.Height == 0) || (d.Key && !d.Start) {
			t.Fatalf("self-contradicting: %+v", d)
		}
	})
}
