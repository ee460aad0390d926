package dependency

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// bits packs a string of zeros and ones, spaces between the fields, into bytes.
func bits(fields string) []byte {
	digits := strings.ReplaceAll(fields, " ", "")
	out := make([]byte, (len(digits)+7)/8)
	for i, digit := range digits {
		if digit == '1' {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}

func parsed(t *testing.T, raw []byte, inForce *Structure) Descriptor {
	t.Helper()
	d, err := Parse(raw, inForce)
	if err != nil {
		t.Fatalf("%x: %v", raw, err)
	}
	return d
}

// oneLayer is L1T1 by hand: appendix A.8.1 field by field.
const oneLayer = "1 1 000101 0000000100000010" + // first, last, template 5, frame 0x102
	" 1 0 0 0 0" + // a structure is attached
	" 000101 00000" + // templates from id 5, one decode target
	" 00 11" + // another template of the same layer, no more
	" 10 10" + // both: switch
	" 0 1 0000 0" + // the first refers to nothing, the second one frame back
	" 1" + // one chain: ns(2)
	// the target's chain is ns(1), no bits
	" 0000 0001" + // chain diffs
	" 1 0000010011111111 0000001011001111" // 1280 by 720

func TestParseByHand(t *testing.T) {
	d := parsed(t, bits(oneLayer), nil)
	s := d.Structure
	if !d.First || !d.Last || d.Number != 0x102 || d.Template != 5 || !d.Attached || d.Active != 1 || d.HasActive {
		t.Errorf("read %+v", d)
	}
	if d.Width != 1280 || d.Height != 720 || d.Spatial != 0 || d.Temporal != 0 || len(d.FrameDiffs) != 0 {
		t.Errorf("read %+v", d)
	}
	if s.Targets != 1 || s.Chains != 1 || s.TemplateOffset != 5 || len(s.Templates) != 2 || !slices.Equal(s.Protecting, []int8{0}) {
		t.Errorf("structure %+v", s)
	}
	tests := []struct {
		name, in string
		want     Descriptor
	}{
		{
			"by template alone", "1 0 000110 0000000000000111",
			Descriptor{First: true, Number: 7, Template: 6, Active: 1, Indications: []Indication{Switch}, FrameDiffs: []uint16{1}, ChainDiffs: []uint16{1}},
		},
		{
			"active targets", "0 1 000110 0000000000001000 01000 0",
			Descriptor{Last: true, Number: 8, Template: 6, HasActive: true, Indications: []Indication{Switch}, FrameDiffs: []uint16{1}, ChainDiffs: []uint16{1}},
		},
		{
			"everything of its own", "0 0 000110 1111111111111111 00111 01 01 0111 10 00010000 11 111111111111 00 11111111",
			Descriptor{Number: 65535, Template: 6, Active: 1, Indications: []Indication{Discardable}, FrameDiffs: []uint16{8, 17, 4096}, ChainDiffs: []uint16{255}},
		},
		{
			"no references after all", "0 0 000110 0000000000000000 00010 00",
			Descriptor{Template: 6, Active: 1, Indications: []Indication{Switch}, ChainDiffs: []uint16{1}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := parsed(t, bits(test.in), s)
			if got.Width != 1280 || got.Height != 720 || got.Structure != s {
				t.Errorf("size %d by %d", got.Width, got.Height)
			}
			if !same(got, test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// same compares what the fields of one frame say, structures apart.
func same(a, b Descriptor) bool {
	return a.First == b.First && a.Last == b.Last && a.Number == b.Number && a.Template == b.Template && a.Attached == b.Attached &&
		a.Active == b.Active && a.HasActive == b.HasActive && a.Spatial == b.Spatial && a.Temporal == b.Temporal &&
		slices.Equal(a.Indications, b.Indications) && slices.Equal(a.FrameDiffs, b.FrameDiffs) && slices.Equal(a.ChainDiffs, b.ChainDiffs)
}

func TestDescriptorsThatAreRefused(t *testing.T) {
	s := parsed(t, bits(oneLayer), nil).Structure
	structure := func(rest string) []byte { return bits("1 1 000000 0000000000000001 10000 " + rest) }
	tests := []struct {
		name string
		in   []byte
		err  error
	}{
		{"nothing", nil, ErrSyntax},
		{"two bytes", []byte{1, 2}, ErrSyntax},
		{"longer than a header extension", make([]byte, 256), ErrSyntax},
		{"an unknown template", bits("1 1 000111 0000000000000000"), ErrNoStructure},
		{"a template below the first", bits("1 1 000100 0000000000000000"), ErrNoStructure},
		{"a structure without the frame's own template", slices.Concat([]byte{0xc0}, bits(oneLayer)[1:]), ErrSyntax},
		{"targets cut off", bits("1 1 000101 0000000000000000 10000 000"), ErrSyntax},
		{"layers without end", slices.Concat(structure("000000 00000"), make([]byte, 40)), ErrSyntax},
		{"a fifth spatial layer", structure("000000 00000 10 10 10 10 11" + strings.Repeat("0", 200)), ErrSyntax},
		{"a ninth temporal layer", structure("000000 00000" + strings.Repeat("01", 8) + "11" + strings.Repeat("0", 200)), ErrSyntax},
		{"more indications than bits", structure("000000 11111" + strings.Repeat("00", 20) + "11 10101010"), ErrSyntax},
		{"frame diffs without end", structure("000000 00000 11 10" + strings.Repeat("1", 60)), ErrSyntax},
		{"chain diffs cut off", structure("000000 00000 11 10 0 1"), ErrSyntax},
		{"sizes cut off", structure("000000 00000 11 10 0 1 0000 1 00000000"), ErrSyntax},
		{"custom indications of one target", bits("1 1 000110 0000000000000000 00100 11"), nil},
		{"custom frame diffs cut off", bits("1 1 000110 0000000000000000 00010 11"), ErrSyntax},
		{"custom frame diffs without end", slices.Concat(bits("1 1 000110 0000000000000000"), []byte{0x17}, bytes.Repeat([]byte{0xff}, 20)), ErrSyntax},
		{"more custom frame diffs than places", bits("1 1 000110 0000000000000000 00010 " + strings.Repeat("01 0000 ", 17) + "00"), ErrSyntax},
		{"more frame diffs than places", structure("000000 00000 11 10 " + strings.Repeat("1 0000 ", 17) + "0 0000 0"), ErrSyntax},
		{"custom chain diffs cut off", bits("1 1 000110 0000000000000000 00001 111"), ErrSyntax},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, err := Parse(test.in, s)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if err != nil && (d.Raw != nil || d.Structure != nil) {
				t.Errorf("error, and yet %+v", d)
			}
		})
	}
	if _, err := Parse([]byte{0x80, 0, 1}, nil); !errors.Is(err, ErrNoStructure) {
		t.Errorf("without any structure: %v", err)
	}
	whole := bits(oneLayer)
	for n := range whole {
		if _, err := Parse(whole[:n], nil); err == nil {
			t.Errorf("the first %d bytes alone were taken", n)
		}
	}
}

func TestRewrite(t *testing.T) {
	s := NewPattern(Full, 3, 3).Structure()
	all := s.All()
	frame := func(f Frame) []byte { return s.Append(nil, f) }
	custom := Frame{Template: 3, Indications: slices.Repeat([]Indication{Required}, 9), FrameDiffs: []uint16{5, 300}, ChainDiffs: []uint16{1, 2, 200}}
	tests := []struct {
		name   string
		in     []byte
		active uint32
		longer int
		says   bool
	}{
		{"nothing to say", frame(Frame{Template: 2}), all, 0, false},
		{"fewer targets, no flags yet", frame(Frame{Template: 2}), 7, 2, true},
		{"fewer targets before custom fields", frame(custom), 7, 1, true},
		{"the same targets as before", frame(Frame{Template: 2, HasActive: true, Active: 63}), 63, 0, true},
		{"fewer than before", frame(Frame{Template: 2, HasActive: true, Active: 63}), 7, 0, true},
		{"more than before", frame(Frame{Template: 2, HasActive: true, Active: 63}), all, 0, true},
		{"a structure, fewer targets", frame(Frame{First: true, Attach: true}), 7, 2, true},
		{"bits beyond the targets are cut", frame(Frame{Template: 2}), ^uint32(0), 0, false},
		{"no target at all", frame(Frame{Template: 2}), 0, 2, true},
		{"padding is no field", slices.Concat(frame(Frame{Template: 2, HasActive: true, Active: 63}), []byte{0, 0}), 7, -2, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := parsed(t, test.in, s)
			before := bytes.Clone(test.in)
			out := d.Rewrite([]byte("before"), 4242, test.active)
			if !bytes.Equal(test.in, before) || !bytes.HasPrefix(out, []byte("before")) {
				t.Fatal("wrote where it must not")
			}
			out = out[6:]
			if longer := len(out) - len(test.in); longer != test.longer {
				t.Errorf("%d bytes longer, want %d", longer, test.longer)
			}
			got, want := parsed(t, out, s), d
			want.Number = 4242
			if want.HasActive = test.says; test.says {
				want.Active = test.active & all
			}
			if !same(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestRewriteActiveSaysThatAllIsBack(t *testing.T) {
	s := NewPattern(Full, 3, 3).Structure()
	d := parsed(t, s.Append(nil, Frame{Template: 2}), s)
	got := parsed(t, d.RewriteActive(nil, 1, s.All()), s)
	if !got.HasActive || got.Active != s.All() {
		t.Errorf("got %+v", got)
	}
}

func TestRewriteOfWhatJustFitsKeepsWhatItSays(t *testing.T) {
	s := NewPattern(Full, 3, 3).Structure()
	for i := range s.Templates {
		s.Templates[i].FrameDiffs = slices.Repeat([]uint16{1}, maxFrameDiffs)
	}
	s.Templates = append(s.Templates, s.Templates[len(s.Templates)-1])
	var full []byte
	diffs := 0
	for len(full) < MaxSize && diffs < maxFrameDiffs {
		diffs++
		full = s.Append(nil, Frame{
			Template: 2, Attach: true, Indications: slices.Repeat([]Indication{Switch}, 9),
			FrameDiffs: slices.Repeat([]uint16{4096}, diffs), ChainDiffs: []uint16{1, 2, 3},
		})
	}
	full = slices.Concat(full, make([]byte, max(0, MaxSize-len(full))))
	d := parsed(t, full, nil)
	if out := d.Rewrite(nil, 3, 1); len(out) > MaxSize {
		t.Errorf("%d bytes", len(out))
	} else if got := parsed(t, out, nil); len(got.FrameDiffs) != diffs || got.HasActive || got.Number != 3 {
		t.Errorf("%d diffs of %d, active %v, number %d", len(got.FrameDiffs), diffs, got.HasActive, got.Number)
	}
}

func TestNothingIsAllocatedPerPacket(t *testing.T) {
	s := NewPattern(Full, 3, 3).Structure()
	raw := s.Append(nil, Frame{Template: 2})
	dst := make([]byte, 0, MaxSize)
	if n := testing.AllocsPerRun(100, func() {
		d, err := Parse(raw, s)
		if err != nil {
			t.Fatal(err)
		}
		dst = d.Rewrite(dst[:0], 7, 63)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	key := s.Append(nil, Frame{Attach: true})
	d := parsed(t, key, nil)
	if n := testing.AllocsPerRun(100, func() { dst = d.Rewrite(dst[:0], 7, 63) }); n != 0 {
		t.Errorf("%v allocations to rewrite a structure", n)
	}
}

// FuzzParse checks that whatever parses can be rewritten and then says what it was told to say, and the same of all else.
func FuzzParse(f *testing.F) {
	f.Add([]byte(nil), []byte(nil), uint16(0), uint32(0))
	for _, stream := range chromium {
		for _, text := range stream.descriptors {
			f.Add(unhex(f, stream.descriptors[0].raw), unhex(f, text.raw), uint16(0xffff), uint32(63))
		}
	}
	f.Add(bits(oneLayer), bits("0 0 000110 1111111111111111 00111 01 01 0111 10 00010000 11 111111111111 00 11111111"), uint16(7), uint32(1))
	for _, mode := range []Mode{Full, KeyOnly, Independent} {
		p := NewPattern(mode, 3, 3, 320, 180, 640, 360, 1280, 720)
		frames := append(p.Picture(true), p.Picture(false)...)
		f.Add(p.Structure().Append(nil, frames[0]), p.Structure().Append(nil, frames[4]), uint16(1), uint32(0x1ff))
	}
	f.Fuzz(func(t *testing.T, first, second []byte, number uint16, active uint32) {
		var inForce *Structure
		for _, raw := range [][]byte{first, second} {
			d, err := Parse(raw, inForce)
			if err != nil {
				continue
			}
			checkRewrite(t, d, inForce, number, active)
			inForce = d.Structure
		}
	})
}

func checkRewrite(t *testing.T, d Descriptor, inForce *Structure, number uint16, active uint32) {
	t.Helper()
	s := d.Structure
	if len(d.Indications) != s.Targets || len(d.ChainDiffs) != s.Chains || d.Active&^s.All() != 0 || len(s.TargetSpatial) != s.Targets {
		t.Fatalf("self-contradicting: %+v of %+v", d, s)
	}
	out := d.Rewrite(nil, number, active)
	if len(out) > MaxSize {
		t.Fatalf("%d bytes became %d", len(d.Raw), len(out))
	}
	got, err := Parse(out, inForce)
	if err != nil {
		t.Fatalf("%x became %x: %v", d.Raw, out, err)
	}
	want := d
	want.Number = number
	if got.HasActive && len(d.Raw) < MaxSize-8 {
		want.HasActive, want.Active = true, active&s.All()
	}
	if len(d.Raw) >= MaxSize-8 {
		want.HasActive, want.Active = got.HasActive, got.Active
	}
	if !same(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	if d.Attached {
		// The writer's structure reads as the same.
		again := got.Structure.Append(nil, Frame{Attach: true})
		if len(again) > MaxSize {
			return
		}
		read, err := Parse(again, nil)
		if err != nil {
			t.Fatalf("written structure: %v", err)
		}
		if !slices.EqualFunc(read.Structure.Templates, s.Templates, Template.equal) || !slices.Equal(read.Structure.Protecting, s.Protecting) {
			t.Fatalf("structure %+v became %+v", s, read.Structure)
		}
	}
}

func BenchmarkParseAndRewrite(b *testing.B) {
	s := NewPattern(Full, 3, 3, 320, 180, 640, 360, 1280, 720).Structure()
	for _, bench := range []struct {
		name  string
		frame Frame
	}{
		{"template", Frame{Template: 7}},
		{"custom", Frame{Template: 7, FrameDiffs: []uint16{1, 12}, ChainDiffs: []uint16{1, 2, 3}}},
		{"structure", Frame{Attach: true}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			raw, dst := s.Append(nil, bench.frame), make([]byte, 0, MaxSize)
			b.ReportAllocs()
			for b.Loop() {
				d, err := Parse(raw, s)
				if err != nil {
					b.Fatal(err)
				}
				dst = d.Rewrite(dst[:0], 7, 63)
			}
		})
	}
	b.Run("rewrite alone", func(b *testing.B) {
		raw, dst := s.Append(nil, Frame{Template: 7}), make([]byte, 0, MaxSize)
		d, _ := Parse(raw, s)
		b.ReportAllocs()
		for b.Loop() {
			dst = d.Rewrite(dst[:0], 7, 63)
		}
	})
}
