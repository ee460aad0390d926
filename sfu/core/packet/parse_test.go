package packet

import (
	"bytes"
	"errors"
	"testing"

	"github.com/pion/rtp"
)

var header = []byte{0x80, 0x60, 0x12, 0x34, 0, 0, 0, 9, 0, 0, 0, 7}

// with returns the header with other flags in its first byte, and what follows it.
func with(flags byte, rest ...byte) []byte {
	out := append(bytes.Clone(header), rest...)
	out[0] |= flags
	return out
}

func TestParse(t *testing.T) {
	ext := Extensions{MID: 1, AudioLevel: 2, TransportCC: 3, RID: 4, RepairedRID: 5, Dependency: 6, Allocation: 7, CaptureTime: 8, Orientation: 16}
	plain := Raw{SSRC: 7, PayloadType: 96, SequenceNumber: 0x1234, Timestamp: 9, Payload: []byte{}}
	but := func(change func(*Raw)) Raw {
		r := plain
		change(&r)
		return r
	}
	tests := []struct {
		name string
		in   []byte
		want Raw
		err  error
	}{
		{"nothing", nil, Raw{}, ErrShort},
		{"eleven bytes", header[:11], Raw{}, ErrShort},
		{"version 1", append([]byte{0x40}, header[1:]...), Raw{}, ErrVersion},
		{"header alone", header, plain, nil},
		{"payload", with(0, 5, 6), but(func(r *Raw) { r.Payload = []byte{5, 6} }), nil},
		{"marker", append([]byte{0x80, 0xe0}, header[2:]...), but(func(r *Raw) { r.Marker = true }), nil},
		{"contributing sources are skipped", with(2, 1, 1, 1, 1, 2, 2, 2, 2, 9), but(func(r *Raw) { r.Payload = []byte{9} }), nil},
		{"contributing sources cut off", with(2, 1, 1, 1, 1), Raw{}, ErrShort},

		{"padding behind payload", with(0x20, 8, 0, 0, 3), but(func(r *Raw) { r.Payload, r.Padding = []byte{8}, 3 }), nil},
		{"padding alone", with(0x20, 0, 0, 3), but(func(r *Raw) { r.Padding = 3 }), nil},
		{"padding of 0", with(0x20, 8, 0), Raw{}, ErrPadding},
		{"padding longer than payload", with(0x20, 8, 3), Raw{}, ErrPadding},
		{"padding flag without payload", with(0x20), Raw{}, ErrPadding},

		{"extension header cut off", with(0x10, 0xbe, 0xde, 0), Raw{}, ErrShort},
		{"extensions cut off", with(0x10, 0xbe, 0xde, 0, 2, 0, 0, 0, 0), Raw{}, ErrShort},
		{"no extensions", with(0x10, 0xbe, 0xde, 0, 0, 9), but(func(r *Raw) { r.Payload = []byte{9} }), nil},
		{"an unknown profile is skipped", with(0x10, 0xab, 0xcd, 0, 1, 0x20, 0xff, 0, 0, 9), but(func(r *Raw) { r.Payload = []byte{9} }), nil},
		{
			"one-byte elements", with(0x10, 0xbe, 0xde, 0, 3, 0x20, 0x85, 0, 0x31, 0x12, 0x34, 0x10, 'a', 0x41, 'h', 'i', 0),
			but(func(r *Raw) {
				r.HasLevel, r.Voice, r.Level = true, true, 5
				r.HasTransportCC, r.TransportCC = true, 0x1234
				r.MID, r.RID = "a", "hi"
			}), nil,
		},
		{
			"two-byte elements", with(0x10, 0x10, 0x00, 0, 3, 2, 1, 0x05, 0, 3, 2, 0x12, 0x34, 5, 1, 'f', 0),
			but(func(r *Raw) {
				r.HasLevel, r.Level = true, 5
				r.HasTransportCC, r.TransportCC = true, 0x1234
				r.RepairedRID = "f"
			}), nil,
		},
		{
			"what a picture needs, and when it was taken",
			with(0x10, 0x10, 0x00, 0, 6, 6, 4, 0x80, 1, 2, 3, 7, 1, 0, 8, 8, 0xe0, 0, 0, 0, 0x80, 0, 0, 1, 16, 1, 3, 0, 0, 9),
			but(func(r *Raw) {
				r.Dependency, r.Allocation = []byte{0x80, 1, 2, 3}, []byte{0}
				r.CaptureTime = 0xe000000080000001
				r.HasRotation, r.Rotation = true, 3
				r.Payload = []byte{9}
			}), nil,
		},
		{"id 15 ends the one-byte form", with(0x10, 0xbe, 0xde, 0, 1, 0xf0, 0, 0x20, 5), plain, nil},
		{"id 0 with a length is skipped", with(0x10, 0xbe, 0xde, 0, 1, 0x01, 9, 9, 0), plain, nil},
		{"one-byte element longer than there is", with(0x10, 0xbe, 0xde, 0, 1, 0x2f, 0, 0, 0), Raw{}, ErrExtension},
		{"two-byte element without a length", with(0x10, 0x10, 0x00, 0, 1, 0, 0, 0, 2), Raw{}, ErrExtension},
		{"two-byte element longer than there is", with(0x10, 0x10, 0x00, 0, 1, 2, 9, 0, 0), Raw{}, ErrExtension},
		{"transport-cc of one byte", with(0x10, 0xbe, 0xde, 0, 1, 0x30, 1, 0, 0), Raw{}, ErrExtension},
		{"audio level of no byte", with(0x10, 0x10, 0x00, 0, 1, 2, 0, 0, 0), Raw{}, ErrExtension},
		{"a capture time of seven bytes", with(0x10, 0xbe, 0xde, 0, 2, 0x86, 1, 2, 3, 4, 5, 6, 7), Raw{}, ErrExtension},
		{"an orientation of no byte", with(0x10, 0x10, 0x00, 0, 1, 16, 0, 0, 0), Raw{}, ErrExtension},
		{"a MID of 33 bytes", with(0x10, append([]byte{0x10, 0x00, 0, 9, 1, 33}, make([]byte, 34)...)...), Raw{}, ErrExtension},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.in, ext)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if !bytes.Equal(got.Payload, test.want.Payload) {
				t.Errorf("payload %x, want %x", got.Payload, test.want.Payload)
			}
			got.Payload, test.want.Payload = nil, nil
			if !equal(got, test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func equal(a, b Raw) bool {
	return a.SSRC == b.SSRC && a.PayloadType == b.PayloadType && a.SequenceNumber == b.SequenceNumber &&
		a.Timestamp == b.Timestamp && a.Marker == b.Marker && a.Padding == b.Padding && a.MID == b.MID &&
		a.RID == b.RID && a.RepairedRID == b.RepairedRID && a.Level == b.Level && a.Voice == b.Voice &&
		a.HasLevel == b.HasLevel && bytes.Equal(a.Dependency, b.Dependency) && bytes.Equal(a.Allocation, b.Allocation) &&
		a.CaptureTime == b.CaptureTime && a.Rotation == b.Rotation && a.HasRotation == b.HasRotation && a.TransportCC == b.TransportCC && a.HasTransportCC == b.HasTransportCC
}

func TestParseIgnoresExtensionsThatWereNotNegotiated(t *testing.T) {
	in := with(0x10, 0xbe, 0xde, 0, 1, 0x20, 0x85, 0x10, 'a')
	got, err := Parse(in, Extensions{})
	if err != nil || got.HasLevel || got.MID != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseDoesNotAllocate(t *testing.T) {
	in := with(0x10, 0xbe, 0xde, 0, 2, 0x20, 0x85, 0x31, 0, 1, 0, 0, 0, 1, 2, 3)
	ext := Extensions{AudioLevel: 2, TransportCC: 3}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := Parse(in, ext); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzParse checks against pion's parser that both read the same header, and that nothing panics.
func FuzzParse(f *testing.F) {
	for _, seed := range [][]byte{
		nil, header[:11], header, with(0, 1, 2, 3),
		with(0x20), with(0x20, 0), with(0x20, 1), with(0x20, 8, 0, 0, 4), with(0x20, 8, 0, 0, 5), with(0x20, 8, 0),
		with(2, 1, 1, 1, 1), with(0x0f), with(0x10), with(0x10, 0xbe, 0xde, 0xff, 0xff),
		with(0x10, 0xbe, 0xde, 0, 1, 0x2f, 0, 0, 0), with(0x10, 0x10, 0, 0, 1, 2, 9, 0, 0), with(0x10, 0x10, 0, 0, 1, 0, 0, 0, 2),
		with(0x10, 0xbe, 0xde, 0, 3, 0x20, 0x85, 0, 0x31, 0x12, 0x34, 0x10, 'a', 0x41, 'h', 'i', 0),
	} {
		f.Add(seed)
	}
	f.Add(with(0x10, 0x10, 0x00, 0, 4, 6, 4, 0x80, 1, 2, 3, 7, 1, 0, 16, 1, 3, 0, 0, 9))
	ext := Extensions{MID: 1, AudioLevel: 2, TransportCC: 3, RID: 4, RepairedRID: 5, Dependency: 6, Allocation: 7, CaptureTime: 8, Orientation: 16}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := Parse(in, ext)
		if err != nil {
			return
		}
		if got.Padding+len(got.Payload) > len(in)-fixedHeader {
			t.Fatalf("payload %d and padding %d of %d bytes", len(got.Payload), got.Padding, len(in))
		}
		var want rtp.Header
		if _, err := want.Unmarshal(in); err != nil {
			return // pion is stricter about extensions
		}
		if got.SSRC != SSRC(want.SSRC) || got.SequenceNumber != want.SequenceNumber || got.Timestamp != want.Timestamp ||
			got.Marker != want.Marker || got.PayloadType != want.PayloadType {
			t.Fatalf("got %+v, pion reads %+v", got, want)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	in := append(with(0x10, 0xbe, 0xde, 0, 2, 0x20, 0x85, 0x31, 0, 1, 0, 0, 0), make([]byte, 1100)...)
	ext := Extensions{AudioLevel: 2, TransportCC: 3}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(in, ext); err != nil {
			b.Fatal(err)
		}
	}
}
