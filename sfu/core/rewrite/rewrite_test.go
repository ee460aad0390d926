package rewrite

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// step is what happens to a Sequence: a packet is mapped (want is its number, -1 for none),
// skipped, or begins another source.
type step struct {
	do   string
	in   packet.Seq
	want int64
}

func TestSequence(t *testing.T) {
	tests := []struct {
		name  string
		steps []step
	}{
		{"in order", []step{{"begin", 500, 10}, {"map", 501, 11}, {"map", 502, 12}}},
		{"a hole stays and is filled late", []step{{"begin", 500, 10}, {"map", 503, 13}, {"map", 501, 11}, {"map", 504, 14}, {"map", 502, 12}}},
		{"what is skipped closes up", []step{{"begin", 500, 10}, {"skip", 501, 0}, {"map", 502, 11}, {"skip", 503, 0}, {"skip", 504, 0}, {"map", 505, 12}}},
		{"a packet skipped on purpose has no number", []step{{"begin", 500, 10}, {"skip", 501, 0}, {"skip", 502, 0}, {"map", 503, 11}, {"map", 501, -1}, {"map", 502, -1}}},
		{"late on both sides of a skip", []step{{"begin", 500, 10}, {"map", 502, 12}, {"skip", 503, 0}, {"map", 505, 14}, {"map", 501, 11}, {"map", 504, 13}}},
		{"lost before a skip: the number is not used again", []step{{"begin", 500, 10}, {"skip", 502, 0}, {"map", 501, 11}, {"begin", 9000, 12}}},
		{"lost between two skips", []step{{"begin", 500, 10}, {"skip", 501, 0}, {"skip", 503, 0}, {"map", 504, 12}, {"map", 502, 11}}},
		{"a late skip leaves its hole", []step{{"begin", 500, 10}, {"map", 502, 12}, {"skip", 501, 0}, {"map", 503, 13}}},
		{"older than the source", []step{{"begin", 500, 10}, {"map", 499, -1}}},
		{"a change goes on at the next number", []step{{"begin", 500, 10}, {"map", 505, 15}, {"begin", 7, 16}, {"map", 8, 17}, {"map", 504, 513}}},
		{"backward to a lower source", []step{{"begin", 90000, 10}, {"begin", 3, 11}, {"map", 2, -1}, {"map", 4, 12}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewSequence(10)
			for i, step := range test.steps {
				switch step.do {
				case "skip":
					s.Skip(step.in)
					continue
				case "begin":
					s.Begin(step.in)
				}
				got, ok := s.Map(step.in)
				got -= 1 << 16
				if !ok {
					got = -1
				}
				if got != step.want {
					t.Fatalf("step %d, %+v: got %d", i, step, got)
				}
			}
		})
	}
}

func TestSequenceForgetsOldSkips(t *testing.T) {
	s := NewSequence(0)
	s.Begin(1000)
	s.Map(1000)
	for n := packet.Seq(0); n < 2*spanCount; n++ {
		s.Map(1002 + 3*n) // 1001 + 3n is lost, 1003 + 3n padding
		s.Skip(1003 + 3*n)
	}
	if _, ok := s.Map(1001); ok {
		t.Error("a packet behind more skips than are remembered has a number")
	}
	if _, ok := s.Map(1001 + 3*(2*spanCount-1)); !ok {
		t.Error("a packet behind the latest skip has none")
	}
}

func TestTimelineFollowsTheWallClock(t *testing.T) {
	now := time.Hour
	line := NewTimeline(90000, 0xffffff00)
	if _, started := line.Last(); started {
		t.Fatal("started before the first packet")
	}
	first := line.Expected(now)
	if uint32(first) != 0xffffff00 {
		t.Fatalf("begins at %x", first)
	}
	line.Begin(now, 5000, first)
	if got := line.Map(now, 5000, true); got != first {
		t.Fatalf("first packet at %d", got-first)
	}
	if got := line.Map(now+time.Second, 5000+90000, true); got != first+90000 {
		t.Errorf("the source's clock moved by %d", got-first)
	}
	if got := line.Map(now+time.Second, 5000, false); got != first {
		t.Errorf("a late packet moved to %d", got-first)
	}
	now += 3 * time.Second
	if got := line.Expected(now) - first; got != 3*90000 {
		t.Errorf("expected after 3 s: %d", got)
	}
	if got := line.Lead(now, first+3*90000+900); got != 10*time.Millisecond {
		t.Errorf("lead %v", got)
	}
}

func TestTimelineFollowsADriftingSource(t *testing.T) {
	for _, test := range []struct {
		name string
		tick packet.Timestamp // per 20 ms; 1800 is right
		want time.Duration    // lead after a minute, at most
	}{{"fast", 1803, 11 * time.Millisecond}, {"slow", 1797, -11 * time.Millisecond}, {"steady", 1800, 0}} {
		now, in := time.Duration(1000), packet.Timestamp(5)
		line := NewTimeline(90000, 7)
		line.Begin(now, in, line.Expected(now))
		var out int64
		for range 3000 {
			out = line.Map(now, in, true)
			now, in = now+20*time.Millisecond, in+test.tick
		}
		if got := line.Lead(now+-20*time.Millisecond, out); max(got, -got) > max(test.want, -test.want) {
			t.Errorf("%s: the source leads by %v", test.name, got)
		}
	}
}

func TestTimelineJumps(t *testing.T) {
	now := time.Hour
	for _, test := range []struct {
		name    string
		elapsed time.Duration
		step    packet.Timestamp
		want    bool
	}{
		{"next frame", 33 * time.Millisecond, 2970, false},
		{"same frame", 0, 0, false},
		{"a burst after a stall of five seconds", 5 * time.Second, 2970, false},
		{"silence with a running clock", time.Hour, 3600 * 90000, false},
		{"backward", 33 * time.Millisecond, -1, true},
		{"silence with a standing clock", 11 * time.Second, 2970, true},
		{"another clock", 33 * time.Millisecond, 90000 * 20, true},
	} {
		line := NewTimeline(90000, 7)
		line.Begin(now, 5000, line.Expected(now))
		line.Map(now, 5000, true)
		if got := line.Jumps(now+test.elapsed, 5000+test.step); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// picture is a descriptor with a picture id of so many bits, and the id that is wanted.
type picture struct {
	id    uint16
	long  bool
	late  bool
	begin bool
	want  uint16
}

func TestVP8PictureIDs(t *testing.T) {
	tests := []struct {
		name string
		in   []picture
	}{
		{"in order", []picture{{id: 7, long: true, want: 100}, {id: 8, long: true, want: 101}}},
		{"a hole stays", []picture{{id: 7, long: true, want: 100}, {id: 9, long: true, want: 102}, {id: 8, long: true, late: true, want: 101}}},
		{"the source wraps", []picture{{id: 0x7fff, long: true, want: 100}, {id: 0, long: true, want: 101}, {id: 0x7fff, long: true, late: true, want: 100}}},
		{"7 bits wrap", []picture{{id: 126, want: 100}, {id: 1, want: 103}, {id: 127, late: true, want: 101}}},
		{"7 bits never step back", []picture{{id: 5, want: 100}, {id: 4, want: 227}}},
		{"width grows", []picture{{id: 127, want: 100}, {id: 0x200, long: true, want: 101}, {id: 0x201, long: true, want: 102}}},
		{"width shrinks", []picture{{id: 0x17f, long: true, want: 100}, {id: 0, want: 101}}},
		{"a change goes on", []picture{{id: 7, long: true, want: 100}, {id: 9, long: true, want: 102}, {id: 3000, long: true, begin: true, want: 103}, {id: 3001, long: true, want: 104}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := NewVP8(codec.VP8IDs{PictureID: 100})
			for i, p := range test.in {
				if p.begin {
					v.Begin()
				}
				d := codec.Descriptor{HasPictureID: true, LongPictureID: p.long, PictureID: p.id}
				if got, ok := v.Map(&d, !p.late); !ok || got.PictureID != p.want {
					t.Errorf("packet %d: got %d (%v), want %d", i, got.PictureID, ok, p.want)
				}
			}
		})
	}
}

func TestVP8NumbersWrap(t *testing.T) {
	v := NewVP8(codec.VP8IDs{PictureID: 0x7fff, TL0: 255, KeyIndex: 31})
	d := codec.Descriptor{
		HasPictureID: true, LongPictureID: true, PictureID: 20, HasTL0: true, TL0: 30, HasKeyIndex: true, KeyIndex: 3,
	}
	if got, _ := v.Map(&d, true); got != (codec.VP8IDs{PictureID: 0x7fff, TL0: 255, KeyIndex: 31}) {
		t.Errorf("first: %+v", got)
	}
	d.PictureID, d.TL0, d.KeyIndex = 21, 31, 4
	if got, _ := v.Map(&d, true); got != (codec.VP8IDs{}) {
		t.Errorf("second: %+v", got)
	}
	// A source that has no TL0PICIDX leaves the slot's where it is.
	v.Begin()
	if got, _ := v.Map(&codec.Descriptor{HasPictureID: true, LongPictureID: true, PictureID: 9}, true); got.PictureID != 1 {
		t.Errorf("third: %+v", got)
	}
	v.Begin()
	if got, _ := v.Map(&d, true); got != (codec.VP8IDs{PictureID: 2, TL0: 1, KeyIndex: 1}) {
		t.Errorf("fourth: %+v", got)
	}
}
