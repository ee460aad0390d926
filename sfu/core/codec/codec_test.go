package codec

import (
	"bytes"
	"errors"
	"testing"
)

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// parsed is a payload and what is read of it.
type parsed struct {
	name string
	in   []byte
	want Descriptor
	err  error
}

func parses(t *testing.T, kind Kind, tests []parsed) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(kind, test.in)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if got != test.want {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// patched is a payload and the descriptor that replaces its own.
type patched struct {
	name     string
	in, want []byte
}

func patches(t *testing.T, kind Kind, patch func(dst, payload []byte, d *Descriptor) []byte, tests []patched) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, err := Parse(kind, test.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := patch([]byte{1, 2, 3}, test.in, &d); !bytes.Equal(got, test.want) {
				t.Errorf("got %x, want %x", got, test.want)
			}
		})
	}
}

// parsesOrRefuses returns what a payload says; of one that is refused nothing may be said.
func parsesOrRefuses(t *testing.T, kind Kind, payload []byte) (Descriptor, bool) {
	t.Helper()
	d, err := Parse(kind, payload)
	if err != nil && d != (Descriptor{}) {
		t.Fatalf("error %v, and yet %+v", err, d)
	}
	return d, err == nil
}

// reads checks that a patched descriptor of at most most bytes says what is wanted, whose picture id is long if there is one.
func reads(t *testing.T, kind Kind, patched, rest []byte, most int, want Descriptor) {
	t.Helper()
	if len(patched) > most {
		t.Fatalf("%d bytes of descriptor", len(patched))
	}
	again, err := Parse(kind, join(patched, rest))
	if err != nil {
		t.Fatalf("patched descriptor does not parse: %v", err)
	}
	want.Size, want.LongPictureID = uint8(len(patched)), want.HasPictureID //nolint:gosec // a handful
	if again != want {
		t.Fatalf("got %+v\nwant %+v", again, want)
	}
}

func TestParseOpus(t *testing.T) {
	if _, err := Parse(Opus, nil); !errors.Is(err, ErrShort) {
		t.Errorf("empty packet: %v", err)
	}
	if d, err := Parse(Opus, []byte{0xf8}); err != nil || d != (Descriptor{Start: true, Key: true}) {
		t.Errorf("DTX packet: %+v, %v", d, err)
	}
}

func TestKindOf(t *testing.T) {
	for mime, want := range map[string]Kind{
		"video/VP8": VP8, "video/vp8": VP8, "audio/opus": Opus, "audio/OPUS": Opus,
		"video/VP9": VP9, "video/h264": H264, "video/AV1": AV1, "audio/red": RED, "video/red": Unknown, "video/H265": Unknown, "audio/VP8": Unknown, "": Unknown,
	} {
		if got := KindOf(mime); got != want {
			t.Errorf("%q is %v, want %v", mime, got, want)
		}
	}
	if _, err := Parse(Unknown, keyFrame); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown codec: %v", err)
	}
}
