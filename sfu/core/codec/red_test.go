package codec

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestSplitRED(t *testing.T) {
	block := func(offset uint16, data string) Block {
		return Block{PayloadType: 111, Offset: offset, Data: []byte(data)}
	}
	tests := []struct {
		name string
		in   []byte
		want []Block
		err  error
	}{
		{"nothing", nil, nil, ErrShort},
		{"a header alone", []byte{0x6f}, nil, ErrShort},
		{"half a header", []byte{0xef, 0x0f}, nil, ErrShort},
		{"headers without a last one", []byte{0xef, 0, 0, 1}, nil, ErrShort},
		{"blocks longer than there is", []byte{0xef, 0, 0, 9, 0x6f, 1}, nil, ErrShort},
		{"headers without end", bytes.Repeat([]byte{0x80, 0, 0, 0}, 40), nil, ErrSyntax},
		{"the newest alone", []byte("\x6fnew"), []Block{block(0, "new")}, nil},
		{"one older", []byte("\xef\x0f\x00\x03\x6foldnew"), []Block{block(960, "old"), block(0, "new")}, nil},
		{
			"two older", []byte("\xef\x1e\x00\x03\xef\x0f\x00\x02\x6foldermost"),
			[]Block{block(1920, "old"), block(960, "er"), block(0, "most")},
			nil,
		},
		{"an empty one is left out", []byte("\xef\x0f\x00\x00\x6fnew"), []Block{block(0, "new")}, nil},
		{"as far and as long as can be", append([]byte("\xef\xff\xff\xff\x6f"), make([]byte, 1024)...), []Block{block(16383, strings.Repeat("\x00", 1023)), block(0, "\x00")}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, err := Parse(RED, test.in)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if want := (Descriptor{Start: true, Key: true}); err == nil && d != want {
				t.Errorf("parsed %+v", d)
			}
			got, splitErr := SplitRED(nil, test.in)
			if err == nil && splitErr == nil && !equalBlocks(got, test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func equalBlocks(a, b []Block) bool {
	return slices.EqualFunc(a, b, func(a, b Block) bool {
		return a.PayloadType == b.PayloadType && a.Offset == b.Offset && bytes.Equal(a.Data, b.Data)
	})
}

func TestAppendRED(t *testing.T) {
	older := []Block{
		{PayloadType: 7, Offset: 16384, Data: []byte("too old")},
		{PayloadType: 7, Offset: 1920, Data: []byte("old")},
		{PayloadType: 7, Offset: 960, Data: make([]byte, 1024)},
		{PayloadType: 7, Offset: 960},
	}
	got := AppendRED([]byte("before"), 111, older, []byte("new"))
	if want := "before\xef\x1e\x00\x03\x6foldnew"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := AppendRED(nil, 111, nil, []byte("new")); string(got) != "\x6fnew" {
		t.Errorf("without older ones: %q", got)
	}
}

func TestREDAllocatesNothing(t *testing.T) {
	packet := AppendRED(nil, 111, []Block{{Offset: 1920, Data: make([]byte, 60)}, {Offset: 960, Data: make([]byte, 60)}}, make([]byte, 60))
	blocks, out := make([]Block, 0, 3), make([]byte, 0, 1500)
	if n := testing.AllocsPerRun(100, func() {
		got, err := SplitRED(blocks[:0], packet)
		if err != nil {
			t.Fatal(err)
		}
		out = AppendRED(out[:0], 63, got[:len(got)-1], got[len(got)-1].Data)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzRED checks that what splits can be put together again and splits into the same.
func FuzzRED(f *testing.F) {
	for _, seed := range []string{"", "\x6f", "\x6fnew", "\xef\x0f\x00\x03\x6foldnew", "\xef\x1e\x00\x03\xef\x0f\x00\x02\x6foldermost", "\xef\xff\xff\xff\x6f"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		blocks, err := SplitRED(nil, payload)
		if err != nil {
			return
		}
		if len(blocks) > maxREDBlocks {
			t.Fatalf("%d blocks", len(blocks))
		}
		for i := range blocks {
			blocks[i].PayloadType = 111
		}
		last := len(blocks) - 1
		again, err := SplitRED(nil, AppendRED(nil, 111, blocks[:last], blocks[last].Data))
		if err != nil || !equalBlocks(again, blocks) {
			t.Fatalf("%+v became %+v, %v", blocks, again, err)
		}
	})
}
