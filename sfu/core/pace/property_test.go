package pace_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/pace"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const seeds = 20

var begin = time.Unix(1_700_000_000, 0)

// source makes what a peer is sent: sound, some slots of video, repairs and padding.
type source struct {
	rng     *rand.Rand
	next    int
	left    map[int]int // packets left of a slot's frame
	slots   int
	largest int
}

func newSource(rng *rand.Rand) *source {
	return &source{rng: rng, left: map[int]int{}, slots: 1 + rng.IntN(6), largest: 1 + rng.IntN(60)}
}

func (s *source) entry() pace.Entry[int] {
	s.next++
	e := pace.Entry[int]{Item: s.next, Size: 1 + s.rng.IntN(1250), Lane: s.rng.IntN(s.slots)}
	switch s.rng.IntN(20) {
	case 0:
		e.Class, e.Size = pace.Audio, 20+s.rng.IntN(100)
	case 1:
		e.Class = pace.Repair
	case 2:
		e.Class, e.Size = pace.Padding, 1+s.rng.IntN(255)
	default:
		e.Class = pace.Video
		if s.left[e.Lane] == 0 {
			e.FrameStart, e.Key = true, s.rng.IntN(15) == 0
			s.left[e.Lane] = 1 + s.rng.IntN(s.largest)
			if !e.Key && s.rng.IntN(10) > 0 {
				s.left[e.Lane] = 1 + s.rng.IntN(4)
			}
		}
		if !e.Key && s.rng.IntN(8) == 0 {
			e.Size = 0
		}
		s.left[e.Lane]--
	}
	return e
}

// TestPacerIsItsModel drives pacer and model alike.
func TestPacerIsItsModel(t *testing.T) {
	dropped := 0
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 1))
		rate := packet.Bitrate(30_000 + rng.IntN(4_000_000))
		p, m, s, now := pace.New[int](rate), newModel(float64(rate)), newSource(rng), begin
		for step := range 4000 {
			switch rng.IntN(40) {
			case 0:
				rate = packet.Bitrate(30_000 + rng.IntN(1+rng.IntN(8_000_000)))
				p.SetRate(rate)
				m.setRate(float64(rate))
			case 1:
				now = now.Add(time.Duration(rng.IntN(200)) * time.Millisecond)
			case 2, 3, 4:
				now = now.Add(time.Duration(rng.IntN(12)) * time.Millisecond)
			}
			if e := s.entry(); rng.IntN(3) > 0 {
				if got, want := p.Push(now, e), m.push(e); got != want {
					t.Fatalf("seed %d, step %d: %+v is taken: %t, want %t; %+v", seed, step, e, got, want, p.Snapshot())
				}
			}
			for range rng.IntN(4) {
				got, gap, ok := p.Pop(now)
				want, wantGap, wantOK := m.pop(now)
				if got != want || gap != wantGap || ok != wantOK {
					t.Fatalf("seed %d, step %d: popped %d %t %t, want %d %t %t; %+v", seed, step, got, gap, ok, want, wantGap, wantOK, p.Snapshot())
				}
				if ok && rng.IntN(6) == 0 {
					p.Settle(0)
					m.unsent()
				}
			}
			if got, want := p.Snapshot().Waiting, len(m.list); got != want {
				t.Fatalf("seed %d, step %d: %d wait, want %d", seed, step, got, want)
			}
		}
		dropped += int(p.Snapshot().Dropped[pace.Video])
	}
	if dropped < seeds*20 {
		t.Errorf("only %d packets of video were dropped", dropped)
	}
}

// witness checks what comes out of a pacer against what went in.
type witness struct {
	entries map[int]pace.Entry[int]
	frames  map[int]int    // item to frame of its slot
	frame   map[int]int    // slot to the latest frame that came in
	last    map[string]int // slot and class to the latest item that came out
	shown   map[int]int    // slot to the latest frame that came out
	keys    map[string]bool
	missing map[string]int // packets of a frame that were refused, or did not come out
	in, out int
}

func newWitness() *witness {
	return &witness{
		entries: map[int]pace.Entry[int]{}, frames: map[int]int{}, frame: map[int]int{}, last: map[string]int{},
		shown: map[int]int{}, keys: map[string]bool{}, missing: map[string]int{},
	}
}

func (w *witness) pushed(e pace.Entry[int], taken bool) {
	if e.Class == pace.Video {
		if e.FrameStart {
			w.frame[e.Lane]++
		}
		name := fmt.Sprint(e.Lane, ".", w.frame[e.Lane])
		w.keys[name] = w.keys[name] || e.Key
		w.missing[name]++ // until it comes out
		w.frames[e.Item] = w.frame[e.Lane]
	}
	if taken {
		w.in++
		w.entries[e.Item] = e
	}
}

func (w *witness) popped(item int, gap bool) error {
	e, ok := w.entries[item]
	if !ok {
		return fmt.Errorf("%d came out twice, or never went in", item)
	}
	delete(w.entries, item)
	w.out++
	lane := fmt.Sprint(e.Lane, " ", e.Class)
	if item <= w.last[lane] {
		return fmt.Errorf("%d after %d in slot and class %s", item, w.last[lane], lane)
	}
	w.last[lane] = item
	if e.Class != pace.Video {
		return nil
	}
	frame, before := w.frames[item], w.shown[e.Lane]
	w.missing[fmt.Sprint(e.Lane, ".", frame)]--
	if frame == before {
		return nil
	}
	w.shown[e.Lane] = frame
	whole := before == 0 || w.missing[fmt.Sprint(e.Lane, ".", before)] == 0
	if gap == (whole && frame == before+1) {
		return fmt.Errorf("frame %d of lane %d came out after %d, whole: %t, gap: %t", frame, e.Lane, before, whole, gap)
	}
	if gap && !w.keys[fmt.Sprint(e.Lane, ".", frame)] {
		return fmt.Errorf("frame %d of lane %d came out after %d, and is no key frame", frame, e.Lane, before)
	}
	return nil
}

// TestOrderAndConservation checks that nothing is lost, doubled or reordered, that
// after a frame that is not whole, or missing, comes a key frame and the gap is told, that sound never waits, and that the bounds hold.
func TestOrderAndConservation(t *testing.T) {
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 2))
		rate := packet.Bitrate(100_000 + rng.IntN(4_000_000))
		p, s, w, now := pace.New[int](rate), newSource(rng), newWitness(), begin
		s.largest = min(s.largest, 20) // key frames of all slots together are below 1 MB
		refused, gaveWay := 0, 0
		pop := func() bool {
			item, gap, ok := p.Pop(now)
			if !ok {
				return false
			}
			if err := w.popped(item, gap); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			return true
		}
		for range 5000 {
			now = now.Add(time.Duration(rng.IntN(3000)) * time.Microsecond)
			e := s.entry()
			before := p.Snapshot()
			taken := p.Push(now, e)
			w.pushed(e, taken)
			for d, ok := p.Dropped(); ok; d, ok = p.Dropped() {
				if !p.Refuses(d.Lane) {
					t.Fatalf("seed %d: %+v was told, and lane %d goes on", seed, d, d.Lane)
				}
				gaveWay++
			}
			after := p.Snapshot()
			switch {
			case e.Class == pace.Audio && taken:
				if item, _, ok := p.Pop(now); !ok || item != e.Item {
					t.Fatalf("seed %d: sound waits", seed)
				}
				w.popped(e.Item, false)
			case e.Class == pace.Audio:
				t.Fatalf("seed %d: sound is dropped", seed)
			case e.Class == pace.Video && !taken:
				refused++
				if !p.Refuses(e.Lane) {
					t.Fatalf("seed %d: video of lane %d is dropped, and the lane says nothing", seed, e.Lane)
				}
			}
			if e.Key && !taken {
				t.Fatalf("seed %d: a key frame is refused: %+v", seed, before)
			}
			if after.Bytes[pace.Video] > 1<<20 {
				t.Fatalf("seed %d: %d bytes wait", seed, after.Bytes[pace.Video])
			}
			for range rng.IntN(6) {
				pop()
			}
		}
		// What waits goes out by its deadlines, at the rate.
		waiting := p.Snapshot()
		for deadline, ok := p.Deadline(); ok; deadline, ok = p.Deadline() {
			if deadline.After(now) {
				now = deadline
			}
			for pop() {
			}
		}
		end := p.Snapshot()
		var sent, dropped uint64
		for class := range end.Sent {
			sent, dropped = sent+end.Sent[class], dropped+end.Dropped[class]
		}
		if end.Waiting != 0 || end.Bytes != [4]int{} || end.Counted != 0 || int(sent) != w.out || int(sent+dropped) != s.next {
			t.Fatalf("seed %d: %d went in and %d out, %d dropped of %d: %+v after %+v", seed, w.in, w.out, dropped, s.next, end, waiting)
		}
		if seed < 3 {
			t.Logf("seed %d: %d kbit/s, %d in, %d out, %d of video refused, lanes gave way %d times", seed, rate/1000, w.in, w.out, refused, gaveWay)
		}
	}
}

// TestRateIsKept checks that in any span no more goes out than 2.5 times the rate and a burst, and no more than
// the rate and what may go ahead of the link.
func TestRateIsKept(t *testing.T) {
	worst := 0.0
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 3))
		rate := packet.Bitrate(100_000 + rng.IntN(4_000_000))
		p, s, now := pace.New[int](rate), newSource(rng), begin
		sizes := map[int]int{}
		debt, ahead, last := 0.0, 0.0, now // leaky buckets that must never run over
		limit := max(float64(rate)*0.040, 3000*8) + 1250*8
		lead := limit + max(float64(rate)*0.150, 6000*8) + float64(rate)*0.03 // a span between two looks
		for range 5000 {
			if rng.IntN(3) == 0 {
				now = now.Add(time.Duration(rng.IntN(8000)) * time.Microsecond)
			}
			if e := s.entry(); e.Class != pace.Audio && p.Push(now, e) {
				sizes[e.Item] = e.Size
			}
			for range rng.IntN(8) {
				item, _, ok := p.Pop(now)
				if !ok {
					break
				}
				debt = max(debt-now.Sub(last).Seconds()*float64(rate)*2.5, 0) + float64(sizes[item])*8
				ahead = max(ahead-now.Sub(last).Seconds()*float64(rate), 0) + float64(sizes[item])*8
				if last = now; debt > limit {
					t.Fatalf("seed %d: %.0f bits ahead of %d bit/s, at most %.0f", seed, debt, rate, limit)
				}
				if worst = max(worst, ahead/lead); ahead > lead {
					t.Fatalf("seed %d: %.0f bits ahead of a link of %d bit/s, at most %.0f", seed, ahead, rate, lead)
				}
			}
		}
	}
	if worst < 0.5 {
		t.Errorf("the bound was never near: %.2f of it", worst)
	}
}
