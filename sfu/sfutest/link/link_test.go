package link_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func ms(n float64) time.Duration { return link.Milliseconds(n).Duration() }

// fates sends n packets, one each gap, and returns when each arrived, in milliseconds since the start.
func fates(l *link.Link, n, size int, gap time.Duration) [][]float64 {
	all := make([][]float64, n)
	for i := range all {
		for _, at := range l.Send(start.Add(time.Duration(i)*gap), size) {
			all[i] = append(all[i], float64(at.Sub(start))/float64(time.Millisecond))
		}
	}
	return all
}

func TestWhatALinkDoesToAPacket(t *testing.T) {
	limited := link.Conditions{Rate: 800_000, Queue: 30} // 1000 bytes take 10 ms
	bytes := link.Conditions{Rate: 800_000, QueueBytes: 2000}
	bucket := link.Conditions{Rate: 800_000, Queue: 30, Bucket: 2000}
	never := []float64(nil)
	for _, c := range []struct {
		name string
		plan link.Plan
		gap  time.Duration
		want [][]float64
	}{
		{"nothing in the way", link.Always(link.Conditions{}), ms(5), [][]float64{{0}, {5}, {10}}},
		{"delay", link.Always(link.Conditions{Delay: 20}), ms(5), [][]float64{{20}, {25}, {30}}},
		{"all is lost", link.Always(link.Conditions{Loss: 1}), ms(5), [][]float64{never, never}},
		{"all is held back", link.Always(link.Conditions{Reorder: 1, Hold: 30}), ms(5), [][]float64{{30}, {35}}},
		{"all comes twice", link.Always(link.Conditions{Duplicate: 1, Echo: 2}), ms(5), [][]float64{{0, 2}, {5, 7}}},
		{"one after the other at the rate", link.Always(limited), ms(5), [][]float64{{10}, {20}, {30}, {40}}},
		{"the newest is dropped by a full queue", link.Always(limited), 0, [][]float64{{10}, {20}, {30}, never, never}},
		{"a queue in bytes", link.Always(bytes), 0, [][]float64{{10}, {20}, never}},
		{"silence fills the bucket", link.Always(bucket), ms(40), [][]float64{{10}, {40}, {80}}},
		{"too large", link.Always(link.Conditions{MTU: 999}), ms(5), [][]float64{never, never}},
		{"just small enough", link.Always(link.Conditions{MTU: 1000}), ms(5), [][]float64{{0}, {5}}},
		{
			"a hole in time",
			link.Plan{Steps: []link.Step{{At: 5, Then: link.Conditions{Blackhole: true}}, {At: 10}}},
			ms(5),
			[][]float64{{0}, never, {10}},
		},
		{
			"a hole that comes again",
			link.Plan{Steps: []link.Step{{At: 5, Then: link.Conditions{Blackhole: true}}, {At: 10}}, Repeat: 15},
			ms(5),
			[][]float64{{0}, never, {10}, {15}, never, {25}},
		},
		{
			"the queue goes on at the new rate",
			link.Plan{Start: link.Conditions{Rate: 800_000, Queue: 100}, Steps: []link.Step{{At: 15, Then: link.Conditions{Rate: 80_000, Queue: 1000}}}},
			0,
			[][]float64{{10}, {65}, {165}}, // half of the second packet at the old rate, half at the new
		},
		{
			"a shorter delay lets nobody overtake",
			link.Plan{Start: link.Conditions{Delay: 50}, Steps: []link.Step{{At: 5, Then: link.Conditions{Delay: 10}}}},
			ms(5),
			[][]float64{{50}, {50}, {50}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.plan.Validate(); err != nil {
				t.Fatal(err)
			}
			got := fates(link.New(c.plan, start, 1, 1), len(c.want), 1000, c.gap)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// Whatever the knobs, packet n meets the same luck: what 5 % lose is among what 20 % lose, and so on.
func TestOneSeedOneFate(t *testing.T) {
	const n = 5000
	lost := func(c link.Conditions) (is [n]bool) {
		for i, f := range fates(link.New(link.Always(c), start, 7, 3), n, 1000, ms(1)) {
			is[i] = len(f) == 0
		}
		return is
	}
	little := lost(link.Conditions{Loss: 0.05})
	if again := lost(link.Conditions{Loss: 0.05}); again != little {
		t.Error("the same seed gave other fates")
	}
	busy := lost(link.Conditions{Loss: 0.05, Delay: 3, Jitter: 8, Reorder: 0.1, Hold: 5, Duplicate: 0.1, MTU: 1200, Rate: 1e9, Queue: 5})
	if busy != little {
		t.Error("other knobs changed who is lost")
	}
	for i, much := range lost(link.Conditions{Loss: 0.2}) {
		if little[i] && !much {
			t.Fatalf("packet %d is lost at 5 %% and not at 20 %%", i)
		}
	}
	other := link.New(link.Always(link.Conditions{Loss: 0.05}), start, 7, 4)
	same := 0
	for i, f := range fates(other, n, 1000, ms(1)) {
		if (len(f) == 0) == little[i] {
			same++
		}
	}
	if same == n {
		t.Error("another stream of the seed has the same fates")
	}
}

// The link does what its knobs say: nothing that is measured through it is worth more than this.
func TestMeasuredAgainstTheKnobs(t *testing.T) {
	for _, c := range []link.Conditions{
		{},
		{Loss: 0.01},
		{Loss: 0.05},
		{Loss: 0.1},
		{Loss: 0.2},
		{Loss: 0.3},
		{Loss: 0.02, Burst: 3},
		{Loss: 0.1, Burst: 2},
		{Loss: 0.3, Burst: 8},
		{Delay: 80, Jitter: 40},
		{Delay: 80, Jitter: 40, Uniform: true, Reorder: 0.1, Hold: 30},
		{Duplicate: 0.05, Echo: 10},
		{Rate: 2_000_000, Queue: 100, Loss: 0.1, Delay: 20},
	} {
		for seed := range uint64(3) {
			measure(t, c, seed)
		}
	}
}

func measure(t *testing.T, c link.Conditions, seed uint64) {
	t.Helper()
	const size = 1000
	n, gap := 100_000, ms(3)
	if c.Burst > 0 {
		n *= 4 // whole bursts are what chance counts by
	}
	if c.Jitter > 0 {
		gap = ms(200) // so far apart that order costs no delay
	}
	l := link.New(link.Always(c), start, seed, 0)
	var bursts, lost, twice, late int
	var spread, sum float64
	var latest float64
	before := false
	for i, f := range fates(l, n, size, gap) {
		if len(f) == 0 {
			lost++
			if !before {
				bursts++
			}
		}
		before = len(f) == 0
		if len(f) == 2 {
			twice++
		}
		if len(f) == 0 {
			continue
		}
		latest = max(latest, f[0])
		d := f[0] - float64(time.Duration(i)*gap)/float64(time.Millisecond)
		if c.Hold > 0 && d > float64(c.Delay+c.Jitter) {
			late++
		}
		sum += d
		spread += (d - float64(c.Delay)) * (d - float64(c.Delay))
	}
	came := float64(n - lost)
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within {
			t.Errorf("%+v, seed %d: %s is %.4f, want %.4f ± %.4f", c, seed, what, got, want, within)
		}
	}
	counts := l.Counts()
	if c.Rate > 0 {
		near("rate in Mbit/s", came/(1-c.Loss)*size*8/latest/1000, float64(c.Rate)/1e6, 0.02*float64(c.Rate)/1e6)
		near("loss by chance", float64(counts.Lost)/float64(counts.Lost+counts.Delivered), c.Loss, 0.005)
		near("wait in a full queue in ms", l.Waiting(start.Add(time.Duration(n)*gap)).Seconds()*1000, float64(c.Queue), 5)
		return
	}
	near("loss", float64(lost)/float64(n), c.Loss, 0.005)
	near("copies", float64(twice)/came, c.Duplicate, 0.005)
	if c.Loss > 0 {
		burst := c.Burst
		if burst == 0 {
			burst = 1 / (1 - c.Loss)
		}
		near("mean burst", float64(lost)/float64(bursts), burst, burst/10)
	}
	if c.Jitter > 0 && c.Hold == 0 {
		near("delay in ms", sum/came, float64(c.Delay), 1)
		near("standard deviation in ms", math.Sqrt(spread/came), float64(c.Jitter)/2, 1)
	}
	if c.Hold > 0 {
		near("held back in ms", sum/came-float64(c.Delay), c.Reorder*float64(c.Hold), 1)
		near("share held back beyond all jitter", float64(late)/came, c.Reorder*0.375, 0.01) // -10…+40 of ±40
	}
}

func TestAnotherPlanKeepsWhatWaits(t *testing.T) {
	l := link.New(link.Always(link.Conditions{Rate: 800_000, Queue: 1000}), start, 1, 1)
	for range 4 {
		l.Send(start, 1000)
	}
	now := start.Add(ms(20))
	if w := l.Waiting(now); w != ms(20) {
		t.Fatalf("%v wait, want 20 ms", w)
	}
	l.Change(now, link.Always(link.Conditions{Rate: 80_000, Queue: 1000}))
	if w := l.Waiting(now); w != ms(20) {
		t.Errorf("%v wait, want 20 ms: it was said when they arrive", w)
	}
	if got, want := l.Send(now, 1000)[0], now.Add(ms(120)); !got.Equal(want) {
		t.Errorf("the next packet arrives %v later, want 120 ms", got.Sub(now))
	}
	if got := l.Rate(now); got != 80_000 {
		t.Errorf("the rate is %d", got)
	}
}

func TestSendingTakesNoMemory(t *testing.T) {
	p, err := link.Named("drop")
	if err != nil {
		t.Fatal(err)
	}
	_, down := p.Links(start, 0)
	now := start
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(time.Millisecond)
		down.Send(now, 1200)
	}); n != 0 {
		t.Errorf("%v allocations for a packet", n)
	}
}

func BenchmarkSend(b *testing.B) {
	l := link.New(link.Always(link.Conditions{Delay: 20, Jitter: 5, Loss: 0.1, Burst: 2, Rate: 1e9, Queue: 100}), start, 1, 1)
	now := start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Millisecond)
		l.Send(now, 1200)
	}
}
