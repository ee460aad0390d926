package pace_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/pace"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const ms = time.Millisecond

// frame pushes a frame of n packets with items from first on.
func frame(p *pace.Pacer[int], now time.Time, slot, first, n int, key bool) (taken int) {
	for i := range n {
		if p.Push(now, pace.Entry[int]{Item: first + i, Class: pace.Video, Size: 1200, FrameStart: i == 0, Key: key && i == 0, Lane: slot}) {
			taken++
		}
	}
	return taken
}

// pops takes what may go out now.
func pops(p *pace.Pacer[int], now time.Time) (items []int) {
	for item, _, ok := p.Pop(now); ok; item, _, ok = p.Pop(now) {
		items = append(items, item)
	}
	return items
}

func TestAnOrdinaryFramePassesAtOnce(t *testing.T) {
	p := pace.New[int](1_000_000)
	frame(p, begin, 0, 1, 4, false)
	if got := pops(p, begin); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("%v went out", got)
	}
	if at, ok := p.Deadline(); ok {
		t.Errorf("a wake-up at %v with nothing to do", at)
	}
}

func TestAKeyFrameIsSpread(t *testing.T) {
	p := pace.New[int](1_000_000)
	frame(p, begin, 0, 0, 50, true) // 60 kB: a burst at 2.5 Mbit/s, the rest at 1
	now, gone, goes := begin, len(pops(p, begin)), 0
	if gone > 6 {
		t.Errorf("%d packets in the first burst", gone)
	}
	for at, ok := p.Deadline(); ok; at, ok = p.Deadline() {
		if at.Sub(now) < 5*ms {
			t.Fatalf("woken after %v", at.Sub(now))
		}
		now, goes = at, goes+1
		gone += len(pops(p, now))
	}
	if took := now.Sub(begin); gone != 50 || took < 300*ms || took > 350*ms {
		t.Errorf("%d packets in %v and %d goes", gone, took, goes)
	}
}

func TestAKeyFrameThatGoesOutIsSaidSo(t *testing.T) {
	p := pace.New[int](1_000_000)
	frame(p, begin, 0, 0, 50, true)
	frame(p, begin, 1, 100, 1, false)
	if pops(p, begin); !p.KeyWaits(0) || p.KeyWaits(1) || p.KeyWaits(7) || p.KeyWaits(-1) {
		t.Errorf("lane 0 waits with a key frame: %v; lane 1, which has none: %v", p.KeyWaits(0), p.KeyWaits(1))
	}
	frame(p, begin, 0, 200, 1, false)
	for at, ok := p.Deadline(); ok; at, ok = p.Deadline() {
		pops(p, at)
	}
	frame(p, begin.Add(time.Second), 0, 300, 5, false)
	if p.KeyWaits(0) {
		t.Error("a key frame that has gone out waits")
	}
}

func TestSoundGoesFirstThenRepairsVideoPadding(t *testing.T) {
	p := pace.New[int](100_000)
	frame(p, begin, 0, 1, 4, true)
	pops(p, begin)
	now := begin
	p.Push(now, pace.Entry[int]{Item: 40, Class: pace.Padding, Size: 200})
	p.Push(now, pace.Entry[int]{Item: 20, Class: pace.Repair, Size: 1000})
	p.Push(now, pace.Entry[int]{Item: 10, Class: pace.Audio, Size: 100})
	if got := pops(p, now); !slices.Equal(got, []int{10}) {
		t.Errorf("%v went out at once, want the sound", got)
	}
	if got := pops(p, now.Add(time.Second)); !slices.Equal(got, []int{20, 4, 40}) {
		t.Errorf("%v went out", got)
	}
}

func TestOverflowDropsToTheNextKeyFrame(t *testing.T) {
	p := pace.New[int](100_000) // 7812 bytes may wait
	now := begin
	frame(p, now, 0, 100, 2, false) // passes
	pops(p, now)
	frame(p, now, 0, 200, 3, false)
	pops(p, now) // 200 goes out, and the frame is begun
	for i := range 3 {
		frame(p, now, 0, 300+100*i, 3, false)
	}
	if frame(p, now, 0, 600, 1, false) != 0 {
		t.Fatal("a frame was taken above the bound")
	}
	if drop, ok := p.Dropped(); ok || !p.Refuses(0) {
		t.Errorf("told %+v, %t: the lane gave way to itself", drop, ok)
	}
	if frame(p, now, 0, 700, 2, false) != 0 {
		t.Error("a frame came in that needs one which was dropped")
	}
	frame(p, now, 0, 800, 2, true)
	frame(p, now, 0, 900, 1, false)
	if got := pops(p, now.Add(time.Second)); !slices.Equal(got, []int{201, 202, 800}) {
		t.Errorf("%v went out, want the frame that was begun and the key frame", got)
	}
	if got := pops(p, now.Add(2*time.Second)); !slices.Equal(got, []int{801, 900}) {
		t.Errorf("%v went out", got)
	}
}

func TestTheLargestGivesWay(t *testing.T) {
	p := pace.New[int](100_000)
	now := begin
	frame(p, now, 3, 1, 3, false)
	pops(p, now)
	frame(p, now, 3, 10, 8, false) // 9600 bytes: above the bound
	if frame(p, now, 5, 50, 1, false) != 1 {
		t.Error("a small slot gave way to a large one")
	}
	if drop, ok := p.Dropped(); !ok || drop.Lane != 3 {
		t.Errorf("told %+v, %t", drop, ok)
	}
	if frame(p, now, 3, 70, 1, false) != 0 {
		t.Error("the large one goes on without a key frame")
	}
}

func TestAKeyFrameReplacesWhatWaits(t *testing.T) {
	p := pace.New[int](100_000)
	now := begin
	frame(p, now, 0, 1, 3, false)
	pops(p, now)
	for i := range 20 {
		frame(p, now, 0, 100*(i+1), 10, true)
	}
	if s := p.Snapshot(); s.Bytes[pace.Video] > 3*12_000 {
		t.Errorf("%d bytes of key frames wait", s.Bytes[pace.Video])
	}
	if drop, ok := p.Dropped(); ok {
		t.Errorf("told %+v, though a key frame came", drop)
	}
}

func TestClear(t *testing.T) {
	p := pace.New[int](100_000)
	now := begin
	frame(p, now, 0, 1, 6, true)
	pops(p, now)
	frame(p, now, 1, 20, 1, true)
	p.Clear(0)
	frame(p, now, 0, 40, 1, false)
	if got := pops(p, now.Add(time.Second)); !slices.Equal(got, []int{20, 40}) {
		t.Errorf("%v went out", got)
	}
}

func TestRefusesWhatIsNotSane(t *testing.T) {
	p := pace.New[int](1_000_000)
	for _, e := range []pace.Entry[int]{
		{Class: 200, Size: 100},
		{Class: pace.Video, Lane: -1, Size: 100},
		{Class: pace.Video, Lane: 1 << 30, Size: 100},
		{Class: pace.Repair, Size: -1},
	} {
		if p.Push(begin, e) {
			t.Errorf("took %+v", e)
		}
	}
	for _, rate := range []packet.Bitrate{0, -1, 1 << 62} {
		p.SetRate(rate)
		frame(p, begin, 0, 1, 5, true)
		if pops(p, begin.Add(time.Minute)); p.Snapshot().Bound <= 0 {
			t.Errorf("rate %d: %+v", rate, p.Snapshot())
		}
	}
}

func TestPacerDoesNotAllocate(t *testing.T) {
	p, now := pace.New[int](2_000_000), begin
	go5 := func() {
		now = now.Add(5 * ms)
		frame(p, now, 0, 1, 2, false)
		frame(p, now, 1, 1, 1, false)
		p.Push(now, pace.Entry[int]{Class: pace.Audio, Size: 100})
		for {
			if _, _, ok := p.Pop(now); !ok {
				return
			}
		}
	}
	for range 1000 {
		go5()
	}
	if allocs := testing.AllocsPerRun(1000, go5); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkPacer(b *testing.B) {
	for _, name := range []string{"passes", "waits"} {
		b.Run(fmt.Sprint(name), func(b *testing.B) {
			p, now := pace.New[int](50_000_000), begin
			if name == "waits" {
				frame(p, now, 0, 1, 400, true)
			}
			e := pace.Entry[int]{Class: pace.Video, Size: 1200, FrameStart: true, Lane: 1}
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(100 * time.Microsecond)
				p.Push(now, e)
				p.Pop(now)
			}
		})
	}
}
