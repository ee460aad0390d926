package client

import (
	"slices"
	"testing"
	"time"
)

func TestSlotCountsGapsAndDuplicates(t *testing.T) {
	for name, c := range map[string]struct {
		in                        []uint16
		packets, missing, doubled uint64
	}{
		"in order":                 {in: []uint16{1, 2, 3}, packets: 3},
		"over the wrap":            {in: []uint16{65534, 65535, 0, 1}, packets: 4},
		"a hole":                   {in: []uint16{1, 2, 5}, packets: 3, missing: 2},
		"a hole over the wrap":     {in: []uint16{65535, 2}, packets: 2, missing: 2},
		"a hole that is filled":    {in: []uint16{1, 3, 2}, packets: 3},
		"twice":                    {in: []uint16{1, 2, 2, 1}, packets: 2, doubled: 2},
		"older than the beginning": {in: []uint16{10, 9}, packets: 1, doubled: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := &slot{rtx: 1, clock: 90000}
			for _, n := range c.in {
				s.arrived(time.Unix(0, 0), n)
			}
			if s.stats.Packets != c.packets || uint64(len(s.missing)) != c.missing || s.stats.Duplicates != c.doubled {
				t.Errorf("packets %d, missing %d, duplicates %d; want %+v", s.stats.Packets, len(s.missing), s.stats.Duplicates, c)
			}
		})
	}
}

func TestSlotAsksAgainUntilItGivesUp(t *testing.T) {
	s := &slot{rtx: 1, clock: 90000}
	start := time.Unix(0, 0)
	s.arrived(start, 1)
	s.arrived(start, 4)
	if due, next := s.nacks(start); due != nil || next != start.Add(nackAfter) {
		t.Fatalf("asked for %v at once, next %v", due, next)
	}
	now := start.Add(nackAfter)
	asked := 0
	for len(s.missing) > 0 {
		due, next := s.nacks(now)
		if len(due) > 0 {
			asked++
			if !slices.Equal(due, []uint16{2, 3}) {
				t.Fatalf("asked for %v", due)
			}
		}
		now = next
	}
	if asked != nackTries || s.stats.Lost != 2 {
		t.Errorf("asked %d times, lost %d", asked, s.stats.Lost)
	}
}

func TestSlotReportsLossSinceTheLastReport(t *testing.T) {
	s := &slot{ssrc: 7, rtx: 1, clock: 90000}
	now := time.Unix(0, 0)
	for n := range uint16(10) {
		if n != 4 && n != 5 {
			s.arrived(now, n)
		}
	}
	r, ok := s.reception(now)
	if !ok || r.SSRC != 7 || r.FractionLost != 2*256/10 || r.TotalLost != 2 || r.LastSequenceNumber != 9 {
		t.Errorf("first report %+v", r)
	}
	s.arrived(now, 10)
	if r, _ := s.reception(now); r.FractionLost != 0 || r.TotalLost != 2 {
		t.Errorf("second report %+v", r)
	}
}

func TestPatternCountsOnAndShowsItsSize(t *testing.T) {
	p := NewPattern(20, Size{320, 180}, Size{640, 360})
	var last [2]VP8
	for n := range 40 {
		frames, interval := p.Next(time.Time{}, n == 25)
		if interval != 50*time.Millisecond || len(frames) != 2 {
			t.Fatalf("%d frames, next in %v", len(frames), interval)
		}
		for _, f := range frames {
			for i, payload := range f.Payloads {
				v, ok := ParseVP8(payload)
				if !ok || v.Start != (i == 0) || len(payload) > payloadSize {
					t.Fatalf("payload %d of frame %d: %+v, %v, %d bytes", i, n, v, ok, len(payload))
				}
				if key := (n == 0 || n == 25) && i == 0; v.Key != key {
					t.Fatalf("frame %d: key %v", n, v.Key)
				}
				if v.Key && v.Height != []int{180, 360}[f.Layer] {
					t.Fatalf("layer %d has height %d", f.Layer, v.Height)
				}
				if before := last[f.Layer]; n > 0 && i == 0 && (v.PictureID != before.PictureID+1 || v.TL0 != before.TL0+1) {
					t.Fatalf("frame %d: %+v after %+v", n, v, before)
				}
				last[f.Layer] = v
			}
		}
	}
}

func TestParseVP8TakesAnything(t *testing.T) {
	whole := vp8Payloads(VP8{PictureID: 300, TL0: 9, TID: 1, KeyIndex: 4}, greyOf(Size{640, 360}).key[:50], 200)[0]
	v, ok := ParseVP8(whole)
	if want := (VP8{Start: true, Key: true, Width: 640, Height: 360, PictureID: 300, TL0: 9, TID: 1, KeyIndex: 4}); !ok || v != want {
		t.Fatalf("%+v, want %+v", v, want)
	}
	for n := range whole {
		if _, ok := ParseVP8(whole[:n]); ok != (n >= 6) {
			t.Errorf("%d bytes: %v", n, ok)
		}
	}
}
