package pace_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/pace"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// hostile sends what does its lanes no good, and should do others no harm: frames without end, key frames as large as
// may wait, frames that never begin.
func hostile(rng *rand.Rand, lane int, flood int) (entries []pace.Entry[int]) {
	start, key := rng.IntN(300) == 0, rng.IntN(600) == 0
	for i := range rng.IntN(flood) {
		entries = append(entries, pace.Entry[int]{Item: -1, Class: pace.Video, Size: 1200, FrameStart: start && i == 0, Key: key && i == 0, Lane: lane})
	}
	return entries
}

// TestTheLargeDoNotStarveTheSmall sends a camera that takes less than its share beside lanes that take all they can get.
func TestTheLargeDoNotStarveTheSmall(t *testing.T) {
	worst, told := time.Duration(0), 0
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 4))
		rate, others := packet.Bitrate(300_000+rng.IntN(3_000_000)), 1+rng.IntN(4)
		p, now := pace.New[int](rate), begin
		size := int(rate) / 30 / 8 / (others + 1) // at 30 frames/s a share of the rate, that is less than half of its turn
		pushed := map[int]time.Time{}
		for ms := range 30_000 {
			now = begin.Add(time.Duration(ms) * time.Millisecond)
			if ms%33 == 0 {
				for part, left := 0, size; left > 0; part, left = part+1, left-1200 {
					e := pace.Entry[int]{Item: 100*ms + part, Class: pace.Video, Size: min(left, 1200), FrameStart: part == 0, Key: ms == 0 && part == 0}
					if pushed[e.Item] = now; !p.Push(now, e) {
						t.Fatalf("seed %d, %d ms: the camera's packet is refused: %+v", seed, ms, p.Snapshot())
					}
				}
			}
			for lane := range others {
				for _, e := range hostile(rng, 1+lane, 4) {
					p.Push(now, e)
				}
			}
			for d, ok := p.Dropped(); ok; d, ok = p.Dropped() {
				if told++; d.Lane == 0 {
					t.Fatalf("seed %d, %d ms: the camera gave way: %+v", seed, ms, d)
				}
			}
			for item, gap, ok := p.Pop(now); ok; item, gap, ok = p.Pop(now) {
				if item >= 0 && gap {
					t.Fatalf("seed %d, %d ms: a gap before the camera's %d", seed, ms, item)
				}
				if item >= 0 {
					worst = max(worst, now.Sub(pushed[item]))
					delete(pushed, item)
				}
			}
		}
		for item, at := range pushed {
			if now.Sub(at) > 100*ms {
				t.Fatalf("seed %d: the camera's %d waits since %v", seed, item, now.Sub(at))
			}
		}
	}
	if worst > 200*ms || told == 0 {
		t.Errorf("a packet of the camera waited for %v; others gave way %d times", worst, told)
	}
	t.Logf("a packet of the camera waited for %v at most", worst)
}

func TestLanesShareTheRate(t *testing.T) {
	p, now := pace.New[int](1_000_000), begin
	frame(p, now, 0, 0, 200, true)
	frame(p, now, 1, 1000, 200, true)
	frame(p, now, 2, 2000, 5, true)
	var got [3]int
	for range 100 {
		now = now.Add(5 * ms)
		for item, _, ok := p.Pop(now); ok; item, _, ok = p.Pop(now) {
			got[item/1000]++
		}
		if n := got[0] - got[1]; n < -1 || n > 1 || got[2] < 5 && got[2] < got[0]-1 {
			t.Fatalf("%v went out", got)
		}
	}
	if got[2] != 5 || got[0] < 31 {
		t.Errorf("%v went out", got)
	}
}

// A lane saves up nothing while it has nothing to send.
func TestALaneThatWasSilentGetsItsShareAndNoMore(t *testing.T) {
	p, now := pace.New[int](1_000_000), begin
	for range 500 {
		frame(p, now, 0, 0, 1, true)
		pops(p, now)
		now = now.Add(5 * ms)
	}
	frame(p, now, 0, 0, 50, true)
	frame(p, now, 1, 1000, 50, true)
	got := pops(p, now.Add(time.Second))
	if late := slices.IndexFunc(got, func(item int) bool { return item < 1000 }); late < 0 || late > 2 {
		t.Errorf("%v went out", got)
	}
}

// A frame that has more than may wait, and is no key frame, is not finished at the cost of others.
func TestAFrameWithoutEndGivesWay(t *testing.T) {
	p, now := pace.New[int](100_000), begin
	frame(p, now, 0, 0, 3, true)
	pops(p, now)
	frame(p, now, 0, 100, 50, false)
	pops(p, now.Add(400*ms))
	now = now.Add(400 * ms)
	if frame(p, now, 1, 1000, 1, false) != 1 {
		t.Fatal("a small frame was refused")
	}
	if d, ok := p.Dropped(); !ok || d.Lane != 0 || d.Item != 149 || !p.Refuses(0) || p.Waits(0) {
		t.Errorf("told %+v %t; %+v", d, ok, p.Snapshot())
	}
	frame(p, now, 0, 200, 1, true)
	for item, gap, ok := p.Pop(now.Add(time.Second)); ok; item, gap, ok = p.Pop(now.Add(time.Second)) {
		if gap != (item == 200) {
			t.Errorf("%d came out, with a gap: %t", item, gap)
		}
	}
}

func TestWhatIsNotSentIsGivenBack(t *testing.T) {
	p, now := pace.New[int](100_000), begin
	frame(p, now, 0, 0, 5, true)
	frame(p, now, 1, 100, 5, true)
	sent := 0
	for item, _, ok := p.Pop(now); ok; item, _, ok = p.Pop(now) {
		if item < 100 {
			p.Settle(0)
		} else {
			sent++
		}
	}
	if sent != 3 || p.Waits(0) {
		t.Errorf("%d were sent: %+v", sent, p.Snapshot())
	}
	p.Spend(1200)
	if got := pops(p, now.Add(48*ms)); got != nil {
		t.Errorf("%v went out, though another was sent meanwhile", got)
	}
}

// What will not be sent waits for its place, and for nothing else.
func TestWhatWillNotBeSentTakesNoRoom(t *testing.T) {
	p, now := pace.New[int](100_000), begin
	frame(p, now, 0, 0, 4, true)
	pops(p, now)
	for i := range 2000 {
		if !p.Push(now, pace.Entry[int]{Item: 100 + i, Class: pace.Video, FrameStart: true}) {
			t.Fatalf("%d was refused: %+v", i, p.Snapshot())
		}
	}
	if frame(p, now, 0, 5000, 1, false) != 1 {
		t.Errorf("a frame behind them was refused: %+v", p.Snapshot())
	}
	if got := pops(p, now.Add(time.Second)); len(got) != 2002 {
		t.Errorf("%d went out", len(got))
	}
	taken := 0
	for p.Push(now, pace.Entry[int]{Class: pace.Video, FrameStart: true}) {
		taken++
	}
	if taken != 1<<20/64 {
		t.Errorf("%d may wait", taken)
	}
}

func TestTrimKeepsTheKeyFrame(t *testing.T) {
	p, now := pace.New[int](100_000), begin
	frame(p, now, 0, 0, 4, true)
	pops(p, now)
	frame(p, now, 0, 10, 1, false)
	frame(p, now, 0, 20, 2, true)
	frame(p, now, 0, 30, 1, false)
	p.Trim(0)
	if got := pops(p, now.Add(time.Second)); !slices.Equal(got, []int{20, 21, 30}) {
		t.Errorf("%v went out", got)
	}
	now = now.Add(time.Second)
	frame(p, now, 0, 40, 4, false)
	p.Trim(0)
	p.Trim(7)
	if p.Waits(0) || p.Len() != 0 {
		t.Errorf("%+v waits", p.Snapshot())
	}
}
