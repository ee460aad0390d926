package packet

import (
	"errors"
	"testing"

	"github.com/pion/rtp"
)

func TestParseAllocation(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		want Allocation
		err  error
	}{
		{"nothing", nil, Allocation{}, ErrExtension},
		{"all is off", []byte{0x00}, Allocation{Streams: 1}, nil},
		{"all of three streams is off", []byte{0x60}, Allocation{Stream: 1, Streams: 3}, nil},
		{"a stream beyond the last", []byte{0x41, 0, 1}, Allocation{}, ErrExtension},
		{"no room for masks", []byte{0x20, 0x11}, Allocation{}, ErrExtension},
		{"no room for temporal layers", []byte{0x01}, Allocation{}, ErrExtension},
		{"no room for rates", []byte{0x01, 0x40, 100}, Allocation{}, ErrExtension},
		{"a rate without end", []byte{0x01, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, Allocation{}, ErrExtension},
		{"a rate beyond belief", []byte{0x01, 0x00, 0xff, 0xff, 0xff, 0x7f}, Allocation{}, ErrExtension},
		{"sizes cut off", []byte{0x01, 0x00, 100, 1, 63}, Allocation{}, ErrExtension},
		{
			"one layer of two temporal",
			[]byte{0x01, 0x40, 100, 0xac, 0x02},
			allocation(0, 1, Allocated{Temporals: 2, Rates: [4]Bitrate{100_000, 300_000}}), nil,
		},
		{
			"the same for both streams",
			[]byte{0x51, 0, 1, 2},
			allocation(1, 2, Allocated{Stream: 0, Temporals: 1, Rates: [4]Bitrate{1000}}, Allocated{Stream: 1, Temporals: 1, Rates: [4]Bitrate{2000}}), nil,
		},
		{
			"simulcast with sizes",
			[]byte{0xa1, 0x00, 100, 0x90, 3, 0xc4, 19, 1, 63, 0, 179, 30, 2, 127, 1, 103, 30, 4, 255, 2, 207, 30},
			allocation(2, 3,
				Allocated{Stream: 0, Temporals: 1, Rates: [4]Bitrate{100_000}, Width: 320, Height: 180, FPS: 30},
				Allocated{Stream: 1, Temporals: 1, Rates: [4]Bitrate{400_000}, Width: 640, Height: 360, FPS: 30},
				Allocated{Stream: 2, Temporals: 1, Rates: [4]Bitrate{2_500_000}, Width: 1280, Height: 720, FPS: 30}),
			nil,
		},
		{
			"of three streams the middle one is off",
			[]byte{0x20, 0x10, 0x30, 0x00, 10, 20, 30},
			allocation(0, 3,
				Allocated{Stream: 0, Temporals: 1, Rates: [4]Bitrate{10_000}},
				Allocated{Stream: 2, Spatial: 0, Temporals: 1, Rates: [4]Bitrate{20_000}},
				Allocated{Stream: 2, Spatial: 1, Temporals: 1, Rates: [4]Bitrate{30_000}}),
			nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseAllocation(test.in)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if got != test.want {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func allocation(stream, streams int8, layers ...Allocated) Allocation {
	a := Allocation{Stream: stream, Streams: streams, Layers: len(layers)}
	copy(a.layers[:], layers)
	return a
}

// FuzzParseAllocation checks against pion's parser that both read the same.
func FuzzParseAllocation(f *testing.F) {
	for _, seed := range [][]byte{
		nil,
		{0x00},
		{0x01, 0x40, 100, 0xac, 0x02},
		{0xa1, 0x00, 100, 0x90, 3, 0xc4, 19, 1, 63, 0, 179, 30, 2, 127, 1, 103, 30, 4, 255, 2, 207, 30},
		{0x20, 0x10, 0x30, 0x00, 10, 20, 30},
		{0x3f, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := ParseAllocation(raw)
		if err != nil {
			if got != (Allocation{}) {
				t.Fatalf("error, and yet %+v", got)
			}
			return
		}
		var want rtp.VLA
		if _, err := want.Unmarshal(raw); err != nil {
			return
		}
		if got.Layers != len(want.ActiveSpatialLayer) || (len(raw) > 1 && int(got.Streams) != want.RTPStreamCount) {
			t.Fatalf("got %+v\npion %+v", got, want)
		}
		for i := range got.Layers {
			l, w := got.Layer(i), want.ActiveSpatialLayer[i]
			if int(l.Stream) != w.RTPStreamID || int(l.Spatial) != w.SpatialID || int(l.Temporals) != len(w.TargetBitrates) {
				t.Fatalf("layer %d: %+v, pion %+v", i, l, w)
			}
			for j, rate := range w.TargetBitrates {
				if l.Rates[j] != Bitrate(rate)*1000 {
					t.Fatalf("layer %d: %+v, pion %+v", i, l, w)
				}
			}
			if want.HasResolutionAndFramerate && (int(l.Width) != min(w.Width, 65535) || int(l.Height) != min(w.Height, 65535)) {
				t.Fatalf("layer %d: %+v, pion %+v", i, l, w)
			}
		}
	})
}
