package loss

import (
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const ms = time.Millisecond

// bench is a receiver with a clock. Its stream starts at a number near the wrap.
type bench struct {
	t     *testing.T
	now   time.Time
	r     *Receiver
	first uint16
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Unix(1000, 0), r: NewReceiver(90000), first: 65530}
	b.receive(0)
	return b
}

func (b *bench) receive(offsets ...int) {
	b.t.Helper()
	for _, n := range offsets {
		seq, ok := b.r.Received(b.now, b.first+uint16(n), 0)
		if want := packet.Seq(1<<16+65530) + packet.Seq(n); !ok || seq != want {
			b.t.Errorf("packet %d: %d, %v, want %d", n, seq, ok, want)
		}
	}
}

// nacks checks which packets are asked for now.
func (b *bench) nacks(rtt time.Duration, want ...int) {
	b.t.Helper()
	var got []int
	for _, seq := range b.r.Nacks(b.now, rtt, nil) {
		got = append(got, int(seq-b.first))
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("at %d ms: asks for %v, want %v", b.now.UnixMilli()-1_000_000, got, want)
	}
}

func (b *bench) deadline(want time.Duration) {
	b.t.Helper()
	at, ok := b.r.Deadline()
	if !ok || at.Sub(b.now) != want {
		b.t.Errorf("deadline in %v (%v), want %v", at.Sub(b.now), ok, want)
	}
}

func (b *bench) after(d time.Duration) { b.now = b.now.Add(d) }

func TestAsksAfterTheGrace(t *testing.T) {
	b := newBench(t)
	if _, ok := b.r.Deadline(); ok {
		t.Error("a deadline, and nothing is missing")
	}
	b.receive(3, 4, 8) // over the wrap: 65530 + 6 is 0
	b.deadline(20 * ms)
	b.after(19 * ms)
	b.nacks(50 * ms)
	b.after(ms)
	b.nacks(50*ms, 1, 2, 5, 6, 7)
	b.nacks(50 * ms)
}

func TestRepeatsFollowTheRoundTrip(t *testing.T) {
	for _, test := range []struct {
		rtt  time.Duration
		want []time.Duration
	}{
		{80 * ms, []time.Duration{90 * ms, 110 * ms, 135 * ms}},
		{time.Millisecond, []time.Duration{20 * ms, 20 * ms}},
		{350 * ms, []time.Duration{360 * ms, 400 * ms, 400 * ms}},
		{0, []time.Duration{110 * ms, 135 * ms}}, // unknown
	} {
		b := newBench(t)
		b.receive(2)
		b.after(20 * ms)
		b.nacks(test.rtt, 1)
		for _, gap := range test.want {
			b.deadline(gap)
			b.after(gap - ms)
			b.nacks(test.rtt)
			b.after(ms)
			b.nacks(test.rtt, 1)
		}
	}
}

func TestRecoveredPacketsStopTheirNacks(t *testing.T) {
	b := newBench(t)
	b.receive(4)
	b.after(20 * ms)
	b.nacks(50*ms, 1, 2, 3)
	if seq, ok := b.r.Recovered(b.now, b.first+2); !ok || seq != 1<<16+65532 {
		t.Errorf("recovered %d, %v", seq, ok)
	}
	if _, ok := b.r.Recovered(b.now, b.first+2); ok {
		t.Error("recovered twice")
	}
	if _, ok := b.r.Received(b.now, b.first+2, 0); ok {
		t.Error("the original came after its retransmission, and counted")
	}
	b.receive(1) // late by itself
	b.after(60 * ms)
	b.nacks(50*ms, 3)
	b.r.Recovered(b.now, b.first+3)
	if _, ok := b.r.Deadline(); ok {
		t.Error("nothing is missing, but there is a deadline")
	}
}

func TestReorderingWithinTheGraceAsksForNothing(t *testing.T) {
	b := newBench(t)
	b.receive(2)
	b.after(18 * ms)
	b.receive(1)
	b.after(time.Second)
	b.nacks(50 * ms)
	// The grace has learned: one and a half times what was seen.
	b.receive(4)
	b.deadline(27 * ms)
	// Packets that were really lost shorten it again.
	b.after(27 * ms)
	b.nacks(50*ms, 3)
	b.r.Recovered(b.now, b.first+3)
	b.receive(6)
	if at, _ := b.r.Deadline(); at.Sub(b.now) >= 27*ms {
		t.Errorf("the grace is still %v", at.Sub(b.now))
	}
}

func TestGivesUpAfterTenTries(t *testing.T) {
	b := newBench(t)
	b.receive(2)
	asked := 0
	for range 1000 {
		b.after(10 * ms)
		asked += len(b.r.Nacks(b.now, 50*ms, nil))
	}
	if asked != 10 {
		t.Errorf("asked %d times", asked)
	}
	if !b.r.NeedsKeyFrame() {
		t.Error("a packet was given up, and no key frame is needed")
	}
	if b.r.NeedsKeyFrame() {
		t.Error("reading does not clear")
	}
}

func TestAKeyFramePurgesWhatIsOlder(t *testing.T) {
	b := newBench(t)
	b.receive(10, 12)
	b.r.KeyFrame(1<<16 + 65540)
	b.after(20 * ms)
	b.nacks(50*ms, 11)
}

func TestOverflowKeepsWhatFollowsTheKeyFrame(t *testing.T) {
	b := newBench(t)
	for n := range 500 {
		b.receive(2 * (n + 1)) // 500 holes
	}
	b.r.pending.key = 1<<16 + 65530 + 900 // told before the holes behind it
	for n := range 600 {
		b.receive(1000 + 2*(n+1))
	}
	if b.r.NeedsKeyFrame() {
		t.Error("gave up on more than the key frame made useless")
	}
	if got := len(b.r.pending.list); got != 50+600 {
		t.Errorf("%d pending", got)
	}
	for n := range 400 {
		b.receive(2200 + 2*(n+1))
	}
	if !b.r.NeedsKeyFrame() {
		t.Error("a full list without a way out needs a key frame")
	}
}

func TestJumps(t *testing.T) {
	t.Run("up to the limit is loss", func(t *testing.T) {
		b := newBench(t)
		b.receive(1000)
		b.after(20 * ms)
		if got := len(b.r.Nacks(b.now, 0, nil)); got != 999 {
			t.Errorf("asks for %d", got)
		}
	})
	t.Run("beyond it starts anew", func(t *testing.T) {
		b := newBench(t)
		b.receive(1001)
		b.after(time.Second)
		b.nacks(0)
		if !b.r.NeedsKeyFrame() {
			t.Error("no key frame is needed")
		}
		if _, ok := b.r.Received(b.now, b.first+1000, 0); ok {
			t.Error("took a packet from before the start")
		}
		if lost := b.r.Snapshot().Lost; lost != 0 {
			t.Errorf("%d lost", lost)
		}
	})
	t.Run("one packet far behind is dropped", func(t *testing.T) {
		b := newBench(t)
		b.receive(1, 2, 3)
		if _, ok := b.r.Received(b.now, b.first-2000, 0); ok {
			t.Error("took it")
		}
		b.receive(4)
	})
	t.Run("two in sequence far behind are a new stream, in the next cycle", func(t *testing.T) {
		b := newBench(t)
		b.receive(1, 2, 3)
		b.r.Received(b.now, 5000, 0)
		seq, ok := b.r.Received(b.now, 5001, 0)
		if !ok || seq != 2<<16+5001 {
			t.Errorf("%d, %v", seq, ok)
		}
		if !b.r.NeedsKeyFrame() {
			t.Error("no key frame is needed")
		}
		if seq, ok := b.r.Received(b.now, 5002, 0); !ok || seq != 2<<16+5002 {
			t.Errorf("%d, %v", seq, ok)
		}
	})
}

func TestWindow(t *testing.T) {
	b := newBench(t)
	b.receive(600, 1100)
	b.receive(1100 - window + 1)
	if _, ok := b.r.Received(b.now, b.first+1100-window, 0); ok {
		t.Error("took a packet behind the window")
	}
	if _, ok := b.r.Received(b.now, b.first+600, 0); ok {
		t.Error("took a duplicate")
	}
	if _, ok := b.r.Recovered(b.now, b.first+1100-window); ok {
		t.Error("recovered a packet behind the window")
	}
}

func TestAStreamMayBeginWithARetransmission(t *testing.T) {
	now := time.Unix(1000, 0)
	r := NewReceiver(90000)
	r.Begin(98)
	for n, want := range map[uint16]bool{97: false, 98: true} {
		if _, ok := r.Recovered(now, n); ok != want {
			t.Errorf("%d: %v", n, ok)
		}
	}
	r.Begin(50)
	if seq, ok := r.Received(now, 100, 0); !ok || seq != 1<<16+100 {
		t.Errorf("%d, %v", seq, ok)
	}
	if got := r.Nacks(now.Add(50*ms), 40*ms, nil); !slices.Equal(got, []uint16{99}) {
		t.Errorf("asks for %v", got)
	}
	if got := r.Interval(); got != (Interval{Expected: 3, Lost: 2, Recovered: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestRecoveredBeforeAnything(t *testing.T) {
	r := NewReceiver(90000)
	if _, ok := r.Recovered(time.Unix(1000, 0), 5); ok {
		t.Error("a retransmission started the stream")
	}
	if report := r.Report(time.Unix(1000, 0), 7); report.SSRC != 7 || report.LastSequenceNumber != 0 {
		t.Errorf("report %+v", report)
	}
}

func TestReport(t *testing.T) {
	b := newBench(t)
	for n := 1; n < 100; n++ {
		if n%10 != 0 {
			b.receive(n)
		}
	}
	b.r.Received(b.now, b.first+99, 0) // a duplicate counts for nothing
	b.r.Recovered(b.now, b.first+10)   // repaired is still lost on the way
	b.r.SenderReport(b.now, 0x1111_2222_3333_4444, 0)
	b.after(1500 * ms)
	got := b.r.Report(b.now, 7)
	if got.TotalLost != 9 || got.FractionLost != 9*256/100 || got.LastSequenceNumber != 65530+99 ||
		got.LastSenderReport != 0x2222_3333 || got.Delay != 3<<15 {
		t.Errorf("first: %+v", got)
	}
	for n := 100; n < 200; n++ {
		b.receive(n)
	}
	if got := b.r.Report(b.now, 7); got.TotalLost != 9 || got.FractionLost != 0 {
		t.Errorf("second: %+v", got)
	}
}

func TestJitter(t *testing.T) {
	r := NewReceiver(1000)
	now := time.Unix(1000, 0)
	for n := range 500 {
		now = now.Add(20 * ms)
		late := time.Duration(n%2) * 8 * ms
		r.Received(now.Add(late), uint16(n), uint32(n*20))
	}
	// Each packet is 8 ms nearer to or farther from the one before.
	if got := r.Report(now, 1).Jitter; got < 7 || got > 8 {
		t.Errorf("jitter %d ms", got)
	}
}

func TestIntervalsAddUp(t *testing.T) {
	b := newBench(t)
	b.receive(1, 2, 4, 8)
	if got := b.r.Interval(); got.Expected != 9 || got.Lost != 4 || got.Recovered != 0 {
		t.Errorf("first: %+v", got)
	}
	b.r.Recovered(b.now, b.first+3)
	b.receive(9)
	if got := b.r.Interval(); got.Expected != 1 || got.Lost != 0 || got.Recovered != 1 {
		t.Errorf("second: %+v", got)
	}
	if got := b.r.Interval(); got.Expected != 0 || got.Lost != 0 {
		t.Errorf("third: %+v", got)
	}
	b.receive(2000) // another stream: what is between was never sent
	if got := b.r.Interval(); got.Expected != 1 || got.Lost != 0 {
		t.Errorf("after a jump: %+v", got)
	}
}

func TestAVoiceIsAskedForLessOften(t *testing.T) {
	b := newBench(t)
	b.r.Limit(2)
	b.receive(2)
	asked := 0
	for range 1000 {
		b.after(10 * ms)
		asked += len(b.r.Nacks(b.now, 50*ms, nil))
	}
	if asked != 2 || !b.r.NeedsKeyFrame() {
		t.Errorf("asked %d times", asked)
	}
}

func TestWhatIsTooLateToBeOfUseIsForgotten(t *testing.T) {
	b := newBench(t)
	b.r.Use(500 * ms)
	next := 0
	for range 100 { // nobody asks meanwhile
		next += 2
		b.receive(next)
		b.after(40 * ms)
	}
	if n := b.r.Snapshot().Pending; n > 13 {
		t.Errorf("%d packets are pending, of half a second with 25 misses a second", n)
	}
	if asked := b.r.Nacks(b.now, 50*ms, nil); len(asked) < 10 || len(asked) > 13 {
		t.Errorf("asks for %d packets at once", len(asked))
	}
	b.after(600 * ms)
	b.nacks(50 * ms)
	if b.r.NeedsKeyFrame() {
		t.Error("what is of no use was given up on")
	}
}

func TestReceivingDoesNotAllocate(t *testing.T) {
	r := NewReceiver(90000)
	now := time.Unix(1000, 0)
	nacks := make([]uint16, 0, 64)
	seq := uint16(0)
	step := func() {
		now = now.Add(3 * ms)
		seq++
		if seq%10 != 0 {
			r.Received(now, seq, 0)
		}
		nacks = r.Nacks(now, 20*ms, nacks[:0])
		for _, n := range nacks {
			r.Recovered(now, n)
		}
		r.Deadline()
	}
	for range 100 {
		step()
	}
	if n := testing.AllocsPerRun(1000, step); n != 0 {
		t.Errorf("%v allocations per packet", n)
	}
}

func BenchmarkReceived(b *testing.B) {
	r := NewReceiver(90000)
	now := time.Unix(1000, 0)
	b.ReportAllocs()
	seq := uint16(0)
	for b.Loop() {
		seq++
		r.Received(now, seq, 0)
	}
}

// Whoever leaves out numbers by the hundred is not asked for all of them.
func TestStepsOfManyNumbersAreNotAllMisses(t *testing.T) {
	t.Parallel()
	for _, step := range []uint16{2, 100, 500, 999} {
		r, now, seq := NewReceiver(90_000), time.Unix(1000, 0), uint16(0)
		asked, key := map[uint16]bool{}, false
		for range 4000 { // in a second
			now, seq = now.Add(250*time.Microsecond), seq+step
			if _, ok := r.Received(now, seq, 0); !ok {
				t.Fatalf("steps of %d: a packet is not taken", step)
			}
			for _, n := range r.Nacks(now, 10*time.Millisecond, nil) {
				asked[n] = true
			}
			key = key || r.NeedsKeyFrame()
		}
		if len(asked) > 2*maxMissing {
			t.Errorf("steps of %d: %d packets were asked for", step, len(asked))
		}
		if step > 2 && !key {
			t.Errorf("steps of %d: no key frame is needed", step)
		}
	}
}
