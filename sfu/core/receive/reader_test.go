package receive

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const ms = time.Millisecond

// av1 is a payload that continues a frame: all that matters is in the descriptor.
var av1 = append([]byte{0x90}, make([]byte, 50)...)

// stream plays packets into a reader.
type stream struct {
	t   testing.TB
	r   *Reader
	now time.Time
	seq packet.Seq
	ts  uint32
}

func newStream(t testing.TB, kind codec.Kind, of, streams int8) *stream {
	return &stream{t: t, r: NewReader(kind, of, streams), now: time.Unix(1000, 0), seq: 1 << 16}
}

// next is the following packet; read reads it.
func (s *stream) next(payload, descriptor []byte) packet.Raw {
	s.seq++
	return packet.Raw{Codec: s.r.Codec(), Timestamp: s.ts, Payload: payload, Dependency: descriptor}
}

func (s *stream) read(raw packet.Raw, seq packet.Seq) ([]*packet.Packet, error) {
	return s.r.Read(nil, s.now, &raw, seq)
}

func (s *stream) one(payload, descriptor []byte) *packet.Packet {
	s.t.Helper()
	raw := s.next(payload, descriptor)
	got, err := s.read(raw, s.seq)
	if err != nil || len(got) != 1 {
		s.t.Fatalf("packet %d: %d packets, %v", s.seq, len(got), err)
	}
	return got[0]
}

// vp9 is a payload descriptor of one packet that is a whole layer frame, in non-flexible mode.
func vp9(sid, tid int, key bool, sizes ...uint16) []byte {
	first := byte(0x80 | 0x20 | 0x08 | 0x04)
	if !key {
		first |= 0x40
	}
	if len(sizes) > 0 {
		first |= 0x02
	}
	d := byte(0)
	if sid > 0 {
		d = 1
	}
	out := []byte{first, 0x80, 1, byte(tid<<5|sid<<1) | d, 1}
	if len(sizes) > 0 {
		out = append(out, byte(len(sizes)-1)<<5|0x10)
		for _, height := range sizes {
			out = append(out, 0, 100, byte(height>>8), byte(height))
		}
	}
	return append(out, 1, 2, 3)
}

func TestLayersOfEachCodec(t *testing.T) {
	pattern := dependency.NewPattern(dependency.KeyOnly, 3, 3, 320, 180, 640, 360, 1280, 720)
	vp8 := []byte{0x90, 0x20, 2<<6 | 0x20, 0x01, 0, 0}
	for _, test := range []struct {
		name       string
		kind       codec.Kind
		stream     int8
		streams    int8
		payload    []byte
		descriptor []byte
		want       packet.Layer
		key        bool
	}{
		{"VP8 simulcast", codec.VP8, 2, 3, vp8, nil, packet.Layer{Spatial: 2, Temporal: 2}, false},
		{"VP9 SVC", codec.VP9, 0, 1, vp9(1, 2, false), nil, packet.Layer{Spatial: 1, Temporal: 2}, false},
		{"VP9 SVC, key picture", codec.VP9, 0, 1, vp9(0, 0, true, 180, 360), nil, packet.Layer{}, true},
		{"VP9 simulcast", codec.VP9, 1, 3, vp9(0, 1, false), nil, packet.Layer{Spatial: 1, Temporal: 1}, false},
		{"AV1 SVC", codec.AV1, 0, 1, av1, pattern.Structure().Append(nil, pattern.Picture(true)[0]), packet.Layer{}, true},
		{"AV1 simulcast", codec.AV1, 2, 3, av1, pattern.Structure().Append(nil, pattern.Picture(true)[0]), packet.Layer{Spatial: 2}, true},
		{"Opus", codec.Opus, 0, 1, []byte{0x78, 1, 2}, nil, packet.Layer{}, true},
	} {
		p := newStream(t, test.kind, test.stream, test.streams).one(test.payload, test.descriptor)
		if got := (packet.Layer{Spatial: p.Spatial, Temporal: p.Temporal}); got != test.want || p.Stream != test.stream {
			t.Errorf("%s: %+v of stream %d, want %+v", test.name, got, p.Stream, test.want)
		}
		if p.Descriptor.Key != test.key {
			t.Errorf("%s: key frame %v", test.name, p.Descriptor.Key)
		}
		if string(p.Payload) != string(test.payload) || p.Dependency != nil && string(p.Dependency.Raw) != string(test.descriptor) {
			t.Errorf("%s: payload or descriptor changed", test.name)
		}
	}
}

func TestThePayloadIsCopied(t *testing.T) {
	pattern := dependency.NewPattern(dependency.Full, 2, 1)
	descriptor := pattern.Structure().Append(nil, pattern.Picture(true)[0])
	payload := slices.Clone(av1)
	p := newStream(t, codec.AV1, 0, 1).one(payload, descriptor)
	want := string(descriptor)
	clear(payload)
	clear(descriptor)
	if string(p.Payload) != string(av1) || string(p.Dependency.Raw) != want {
		t.Error("the packet changes with the buffer it was read from")
	}
}

// svc plays pictures of a pattern, one packet for each layer frame.
func (s *stream) svc(pattern *dependency.Pattern, key bool) (raws []packet.Raw, seqs []packet.Seq) {
	s.ts += 3000
	for _, f := range pattern.Picture(key) {
		raws = append(raws, s.next(av1, pattern.Structure().Append(nil, f)))
		seqs = append(seqs, s.seq)
	}
	return raws, seqs
}

func TestPacketsWaitForTheStructureThatTheyReferTo(t *testing.T) {
	s := newStream(t, codec.AV1, 0, 1)
	pattern := dependency.NewPattern(dependency.Full, 3, 1)
	raws, seqs := s.svc(pattern, true)
	for i := 1; i < 3; i++ {
		if got, err := s.read(raws[i], seqs[i]); len(got) != 0 || err != nil {
			t.Fatalf("packet %d went out without its structure: %v", i, err)
		}
	}
	got, err := s.read(raws[0], seqs[0]) // it comes again
	if err != nil || len(got) != 3 || got[0].Seq != seqs[0] || got[1].Seq != seqs[1] || got[2].Seq != seqs[2] {
		t.Fatalf("released %d packets, %v", len(got), err)
	}
	if got[2].Spatial != 2 || got[2].Dependency.Structure != got[0].Dependency.Structure || s.r.Waiting() != 0 {
		t.Errorf("layer %d", got[2].Spatial)
	}
}

// What waited for a late key frame's structure comes out behind it, so it is none that was overtaken.
func TestWhatWasOvertakenIsMarked(t *testing.T) {
	s := newStream(t, codec.VP9, 0, 1)
	first, late := s.next(vp9(0, 0, true), nil), s.next(vp9(0, 0, true), nil)
	next := s.next(vp9(0, 0, false), nil)
	for _, test := range []struct {
		raw       packet.Raw
		seq       packet.Seq
		overtaken bool
	}{{first, s.seq - 2, false}, {next, s.seq, false}, {late, s.seq - 1, true}} {
		if got, err := s.read(test.raw, test.seq); err != nil || len(got) != 1 || got[0].Overtaken != test.overtaken {
			t.Errorf("packet %d: %+v, %v", test.seq, got, err)
		}
	}

	s = newStream(t, codec.AV1, 0, 1)
	raws, seqs := s.svc(dependency.NewPattern(dependency.Full, 2, 1), true)
	s.read(raws[1], seqs[1])
	got, err := s.read(raws[0], seqs[0])
	if err != nil || len(got) != 2 || got[0].Overtaken || got[1].Overtaken {
		t.Errorf("%d packets, %v", len(got), err)
	}
}

func TestWaitingIsBounded(t *testing.T) {
	s := newStream(t, codec.AV1, 0, 1)
	pattern := dependency.NewPattern(dependency.Full, 3, 1)
	s.svc(pattern, true)
	full := 0
	for range 1000 {
		raws, seqs := s.svc(pattern, false)
		for i := range raws {
			if _, err := s.read(raws[i], seqs[i]); errors.Is(err, ErrWaits) {
				full++
			}
		}
	}
	if s.r.Waiting() != maxWaiting || full != 3000-maxWaiting {
		t.Errorf("%d wait, %d gave way", s.r.Waiting(), full)
	}
	s.now = s.now.Add(2 * time.Second)
	raws, seqs := s.svc(pattern, false)
	if _, err := s.read(raws[0], seqs[0]); err != nil || s.r.Waiting() != 1 {
		t.Errorf("%d wait after their time, %v", s.r.Waiting(), err)
	}
	s.r.Forget()
	raws, seqs = s.svc(pattern, true)
	if got, err := s.read(raws[0], seqs[0]); err != nil || len(got) != 1 {
		t.Errorf("%d packets with the structure, %v", len(got), err)
	}
}

func TestALatePacketIsReadByTheStructureOfItsTime(t *testing.T) {
	s := newStream(t, codec.AV1, 0, 1)
	one := dependency.NewPattern(dependency.Full, 3, 1)
	two := dependency.NewPattern(dependency.Full, 1, 3)
	raws, seqs := s.svc(one, true)
	if _, err := s.read(raws[0], seqs[0]); err != nil {
		t.Fatal(err)
	}
	next, nextSeqs := s.svc(two, true)
	if got, err := s.read(next[0], nextSeqs[0]); err != nil || len(got) != 1 {
		t.Fatal(err)
	}
	got, err := s.read(raws[2], seqs[2])
	if err != nil || len(got) != 1 || got[0].Spatial != 2 {
		t.Errorf("late packet: %d, %v", len(got), err)
	}
	if s.r.Layers() != 1 {
		t.Errorf("%d layers after the structure with one", s.r.Layers())
	}
}

func TestStructuresAreReadAsOftenAsKeyFramesCome(t *testing.T) {
	s := newStream(t, codec.AV1, 0, 1)
	pattern := dependency.NewPattern(dependency.Full, 3, 3)
	read := func(n int) (ok int) {
		for range n {
			raws, seqs := s.svc(pattern, true)
			if _, err := s.read(raws[0], seqs[0]); err == nil {
				ok++
			} else if !errors.Is(err, ErrTooMany) {
				t.Fatal(err)
			}
		}
		return ok
	}
	if got := read(1000); got != structureBurst {
		t.Errorf("%d structures at once", got)
	}
	s.now = s.now.Add(time.Second)
	if got := read(1000); got != structureBurst {
		t.Errorf("%d structures a second later", got)
	}
}

func TestLayersAndHeightsFollowTheKeyFrames(t *testing.T) {
	s := newStream(t, codec.VP9, 0, 1)
	if s.r.Layers() != 1 {
		t.Errorf("%d layers before anything came", s.r.Layers())
	}
	s.one(vp9(0, 0, true, 180, 360, 720), nil)
	if s.r.Layers() != 3 || s.r.Height(0) != 180 || s.r.Height(2) != 720 || s.r.Height(3) != 0 || s.r.Height(-1) != 0 {
		t.Errorf("%d layers, %d tall", s.r.Layers(), s.r.Height(2))
	}
	// Without sizes they are counted.
	s.ts += 3000
	s.one(vp9(0, 0, true), nil)
	s.one(vp9(1, 0, false), nil)
	s.ts += 3000
	s.one(vp9(0, 1, false), nil)
	if s.r.Layers() != 2 {
		t.Errorf("%d layers after a key picture of two", s.r.Layers())
	}
	s.one(vp9(2, 1, false), nil)
	if s.r.Layers() != 3 {
		t.Errorf("%d layers after a packet of the third", s.r.Layers())
	}
	s.r.SetCodec(codec.VP8)
	if s.r.Layers() != 1 || s.r.Codec() != codec.VP8 {
		t.Errorf("%d layers of another codec", s.r.Layers())
	}
}

func TestALayerThatCannotBeIsRefused(t *testing.T) {
	s := newStream(t, codec.VP9, 0, 1)
	raw := s.next(vp9(5, 0, false), nil)
	if got, err := s.read(raw, s.seq); !errors.Is(err, ErrLayer) || len(got) != 0 {
		t.Errorf("%d packets, %v", len(got), err)
	}
}

func TestOpusBetweenREDBecomesRED(t *testing.T) {
	s := newStream(t, codec.RED, 0, 1)
	raw := s.next([]byte{0x78, 1, 2}, nil)
	raw.Codec, raw.PayloadType = codec.Opus, 111
	got, err := s.read(raw, s.seq)
	if err != nil || len(got) != 1 {
		t.Fatal(err)
	}
	blocks, err := codec.SplitRED(nil, got[0].Payload)
	if err != nil || len(blocks) != 1 || string(blocks[0].Data) != "\x78\x01\x02" || blocks[0].PayloadType != 111 {
		t.Errorf("%+v, %v", blocks, err)
	}
}

func TestAnEncryptedPayloadIsReadByItsDescriptorAlone(t *testing.T) {
	s := newStream(t, codec.H264, 0, 1)
	pattern := dependency.NewPattern(dependency.Full, 1, 3)
	secret := []byte{0x1f, 0xff} // no NAL unit
	if _, err := codec.Parse(codec.H264, secret); err == nil {
		t.Fatal("the payload can be read")
	}
	p := s.one(secret, pattern.Structure().Append(nil, pattern.Picture(true)[0]))
	if !p.Descriptor.Key || !p.Descriptor.Start {
		t.Errorf("%+v", p.Descriptor)
	}
	p = s.one(secret, pattern.Structure().Append(nil, pattern.Picture(false)[0]))
	if p.Descriptor.Key || p.Temporal != 2 {
		t.Errorf("temporal layer %d", p.Temporal)
	}
}

func TestPaddingNeedsNoReading(t *testing.T) {
	if p := newStream(t, codec.AV1, 0, 1).one(nil, []byte{1}); !p.PaddingOnly() {
		t.Error("no padding")
	}
}

// FuzzRead reads packets of one stream that were not made by anybody friendly.
func FuzzRead(f *testing.F) {
	pattern := dependency.NewPattern(dependency.KeyOnly, 3, 3, 320, 180, 640, 360, 1280, 720)
	f.Add(uint8(codec.AV1), []byte{4, 2, 7, 9}, av1, pattern.Structure().Append(nil, pattern.Picture(true)[0]))
	f.Add(uint8(codec.VP9), []byte{1, 1}, vp9(0, 0, true, 180, 360), []byte{})
	f.Add(uint8(codec.VP8), []byte{200, 1}, []byte{0x90, 0xe0, 0x80, 1, 1, 0x20, 0}, []byte{0xc0, 0, 1, 0x80})
	f.Fuzz(func(t *testing.T, kind uint8, steps, payload, descriptor []byte) {
		alone := NewReader(codec.Kind(kind%8), 0, 1)
		of := NewReader(codec.Kind(kind%8), 2, 3)
		now := time.Unix(1000, 0)
		for i, step := range steps[:min(len(steps), 100)] { // what is longer only takes longer
			raw := packet.Raw{Codec: codec.Kind(step % 8), Timestamp: uint32(step) << 24, Payload: payload, Dependency: descriptor}
			if step&1 != 0 && len(descriptor) > 3 {
				raw.Dependency = descriptor[:3]
			}
			if step&2 != 0 {
				raw.Payload = payload[:len(payload)/2]
			}
			now = now.Add(time.Duration(step) * ms)
			for _, r := range []*Reader{alone, of} {
				got, _ := r.Read(nil, now, &raw, packet.Seq(1<<16+int(step)*i))
				for _, p := range got {
					if p.Spatial < 0 || p.Spatial >= MaxLayers || p.Temporal < 0 || p.Stream != r.stream {
						t.Fatalf("layer %d.%d of stream %d", p.Spatial, p.Temporal, p.Stream)
					}
				}
				if r.Layers() < 1 || r.Layers() > MaxLayers || r.Waiting() > maxWaiting {
					t.Fatalf("%d layers, %d wait", r.Layers(), r.Waiting())
				}
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	pattern := dependency.NewPattern(dependency.Full, 3, 3, 320, 180, 640, 360, 1280, 720)
	structure := pattern.Structure()
	key := structure.Append(nil, pattern.Picture(true)[0])
	delta := structure.Append(nil, pattern.Picture(false)[1])
	body := make([]byte, 1100)
	for _, test := range []struct {
		name       string
		kind       codec.Kind
		payload    []byte
		descriptor []byte
	}{
		{"opus", codec.Opus, append([]byte{0x78}, body[:80]...), nil},
		{"VP8", codec.VP8, append([]byte{0x90, 0xe0, 0x80, 1, 1, 0x20, 1}, body...), nil},
		{"VP9", codec.VP9, append(vp9(1, 1, false), body...), nil},
		{"AV1", codec.AV1, append([]byte{0x90}, body...), delta},
	} {
		b.Run(test.name, func(b *testing.B) {
			s := newStream(b, test.kind, 0, 1)
			if test.descriptor != nil {
				s.one(test.payload, key)
			}
			raw := s.next(test.payload, test.descriptor)
			var dst []*packet.Packet
			b.ReportAllocs()
			for b.Loop() {
				s.seq++
				dst, _ = s.r.Read(dst[:0], s.now, &raw, s.seq)
			}
			if len(dst) != 1 {
				b.Fatalf("%d packets", len(dst))
			}
		})
	}
}
