package probe

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return epoch.Add(d) }

// answer is what feedback says of a cluster that was sent evenly from a time on and left a link at
// a rate, lost packets apart.
func answer(c Cluster, from time.Duration, link packet.Bitrate, lost ...int) []estimate.Result {
	const size = 250
	n := max(c.Packets, (c.Bytes+size-1)/size)
	results := make([]estimate.Result, n)
	for i := range results {
		spacing := func(rate packet.Bitrate) time.Duration {
			return time.Duration(float64(i*size*8) / float64(rate) * float64(time.Second))
		}
		results[i] = estimate.Result{
			Sent: at(from + spacing(c.Rate)), Arrived: time.Hour + from + spacing(min(link, c.Rate)),
			Size: size, Cluster: c.ID, Kind: estimate.Padding, Received: true,
		}
	}
	for _, i := range lost {
		results[i].Received = false
	}
	return results
}

// drive runs a controller against a link until a time, and returns the rates that were tried.
type drive struct {
	*testing.T
	c     *Controller
	now   time.Duration
	input Input
	link  packet.Bitrate
	tried []packet.Bitrate
	times []time.Duration

	unanswered []sent
}

type sent struct {
	Cluster
	at time.Duration
}

func newDrive(t *testing.T, input Input, link packet.Bitrate) *drive {
	return &drive{T: t, c: New(), input: input, link: link}
}

func (d *drive) until(end time.Duration) {
	const rtt = 100 * time.Millisecond
	for ; d.now < end; d.now += 5 * time.Millisecond {
		d.c.Update(at(d.now), d.input)
		if cluster, ok := d.c.Next(at(d.now)); ok {
			d.tried, d.times = append(d.tried, cluster.Rate), append(d.times, d.now)
			d.unanswered = append(d.unanswered, sent{cluster, d.now})
		}
		for len(d.unanswered) > 0 && d.now >= d.unanswered[0].at+d.unanswered[0].Duration+rtt {
			f := d.unanswered[0]
			d.unanswered = d.unanswered[1:]
			if o, ok := d.c.Feedback(at(d.now), answer(f.Cluster, f.at, d.link)); ok {
				d.input.Estimate = max(d.input.Estimate, o.Rate)
			}
		}
	}
}

func near(a, b packet.Bitrate) bool {
	return float64(a) > 0.95*float64(b) && float64(a) < 1.05*float64(b)
}

func TestNothingIsProbedWithoutAGoal(t *testing.T) {
	d := newDrive(t, Input{Estimate: 600_000, AppLimited: true}, 10_000_000)
	d.until(time.Minute)
	if len(d.tried) != 0 {
		t.Errorf("tried %v", d.tried)
	}
	if at, ok := d.c.Deadline(); ok {
		t.Errorf("due at %v without a goal", at)
	}
}

func TestTheStartTriesThreeAndSixTimesTheEstimate(t *testing.T) {
	d := newDrive(t, Input{Estimate: 600_000, Goal: 10_000_000, AppLimited: true}, 10_000_000)
	d.until(50 * time.Millisecond)
	if len(d.tried) != 2 || d.tried[0] != 1_800_000 || d.tried[1] != 3_600_000 {
		t.Fatalf("tried %v", d.tried)
	}
	d.until(2 * time.Second)
	if d.input.Estimate < 9_400_000 {
		t.Errorf("after steps to %v the estimate is %d", d.tried, d.input.Estimate)
	}
}

func TestAProbeGoesNoFurtherThanTheGoal(t *testing.T) {
	d := newDrive(t, Input{Estimate: 600_000, Goal: 1_000_000, AppLimited: true}, 10_000_000)
	d.until(time.Minute)
	for _, rate := range d.tried {
		if rate > 1_200_000 {
			t.Errorf("tried %d for a goal of 1000000", rate)
		}
	}
	if len(d.tried) != 1 || !near(d.input.Estimate, 1_200_000) {
		t.Errorf("tried %v, estimate %d", d.tried, d.input.Estimate)
	}
	if _, ok := d.c.Deadline(); ok {
		t.Error("something is due though the goal is reached")
	}
}

func TestTheNextGoalIsTriedSoonAfterASuccess(t *testing.T) {
	d := newDrive(t, Input{Estimate: 600_000, Goal: 1_000_000, AppLimited: true}, 10_000_000)
	d.until(time.Second)
	d.input.Goal = 2_500_000
	d.until(3 * time.Second)
	if !near(d.input.Estimate, 3_000_000) {
		t.Errorf("tried %v at %v, estimate %d", d.tried, d.times, d.input.Estimate)
	}
}

func TestFailuresAreFurtherAndFurtherApart(t *testing.T) {
	d := newDrive(t, Input{Estimate: 500_000, Goal: 1_000_000, AppLimited: true}, 500_000)
	d.until(20 * time.Minute)
	want := 3 * time.Second
	for i := 1; i < len(d.times); i++ {
		between := d.times[i] - d.times[i-1]
		if between < want || between > want+300*time.Millisecond {
			t.Errorf("%v between probes %d and %d, want %v", between, i-1, i, want)
		}
		want = min(want*3/2, 2*time.Minute)
	}
	if len(d.times) < 10 || d.input.Estimate > 525_000 {
		t.Errorf("%d probes, estimate %d", len(d.times), d.input.Estimate)
	}
}

func TestAPausedViewerIsTriedEveryFiveSeconds(t *testing.T) {
	d := newDrive(t, Input{Estimate: 50_000, Goal: 150_000, Paused: true}, 60_000)
	d.until(5 * time.Minute)
	last := len(d.times) - 1
	if last < 50 || d.times[last]-d.times[last-1] > 5500*time.Millisecond {
		t.Errorf("%d probes, the last %v after the one before", last+1, d.times[last]-d.times[last-1])
	}
	d.link = 1_000_000
	d.until(5*time.Minute + 8*time.Second)
	if d.input.Estimate < 150_000 {
		t.Errorf("estimate %d on a link that carries 1000000", d.input.Estimate)
	}
}

func TestAPauseShortensTheBackOff(t *testing.T) {
	d := newDrive(t, Input{Estimate: 500_000, Goal: 1_000_000, AppLimited: true}, 500_000)
	d.until(5 * time.Minute)
	last := d.times[len(d.times)-1]
	if d.now-last > 100*time.Second {
		t.Fatalf("the last probe was %v ago", d.now-last)
	}
	d.input = Input{Estimate: 100_000, Goal: 150_000, Paused: true}
	d.until(d.now + 5100*time.Millisecond)
	if d.times[len(d.times)-1] == last {
		t.Error("nothing is tried for 5 s while nothing can be shown")
	}
}

func TestNothingIsProbedWhilePacketsWait(t *testing.T) {
	d := newDrive(t, Input{Estimate: 600_000, Goal: 1_000_000, AppLimited: true, Overusing: true}, 10_000_000)
	d.until(30 * time.Second)
	if _, due := d.c.Deadline(); len(d.tried) != 0 || due {
		t.Errorf("tried %v, due: %v", d.tried, due)
	}
	d.input.Overusing = false
	d.until(31 * time.Second)
	if len(d.tried) == 0 {
		t.Error("nothing is tried afterwards")
	}
}

func TestAfterALargeDropTheFormerRateIsTried(t *testing.T) {
	d := newDrive(t, Input{Estimate: 2_000_000, Goal: 3_000_000, AppLimited: true}, 2_000_000)
	d.until(20 * time.Second)
	d.input.Estimate, d.input.Overusing, d.link = 500_000, true, 3_000_000
	d.until(22 * time.Second)
	d.input.Overusing = false
	before := len(d.tried)
	d.until(24 * time.Second)
	if len(d.tried) == before || d.tried[before] != 1_700_000 {
		t.Errorf("tried %v after a drop from 2000000", d.tried[before:])
	}
}

func TestSoonAfterADropFailuresAreNotFarApart(t *testing.T) {
	d := newDrive(t, Input{Estimate: 2_000_000, Goal: 3_000_000, AppLimited: true}, 2_000_000)
	d.until(20 * time.Second)
	d.input.Estimate, d.link = 300_000, 300_000
	d.until(2 * time.Minute)
	for i := 1; i < len(d.times); i++ {
		if between := d.times[i] - d.times[i-1]; d.times[i-1] > 25*time.Second && between > 8500*time.Millisecond {
			t.Errorf("%v between probes at %v", between, d.times[i])
		}
	}
}

func TestALinkThatIsUsedInFullIsProbedOnlyWhenItHasBecomeWider(t *testing.T) {
	full := func(estimate packet.Bitrate) Input {
		return Input{Estimate: estimate, Acked: estimate, Goal: 10_000_000}
	}
	d := newDrive(t, full(1_000_000), 1_000_000)
	d.until(10 * time.Second)
	d.input.Overusing = true
	d.until(11 * time.Second)
	d.input = full(900_000)
	before := len(d.tried)
	d.until(40 * time.Second)
	if len(d.tried) != before {
		t.Errorf("tried %v on a full link", d.tried[before:])
	}
	d.input, d.link = full(1_300_000), 5_000_000
	d.until(50 * time.Second)
	if len(d.tried) == before {
		t.Error("nothing is tried though nothing waits at what was too much")
	}
}

func TestAProbeThatNobodyAnswersIsTriedAgainSoon(t *testing.T) {
	c := New()
	c.Update(epoch, Input{Estimate: 600_000, Goal: 1_000_000, RTT: 100 * time.Millisecond})
	first, ok := c.Next(epoch)
	if !ok {
		t.Fatal("no probe")
	}
	due, ok := c.Deadline()
	if !ok || due.Before(at(time.Second)) || due.After(at(2*time.Second)) {
		t.Errorf("given up at %v, %v", due, ok)
	}
	if _, ok := c.Next(due); ok {
		t.Error("tried again at once")
	}
	if second, ok := c.Next(due.Add(500 * time.Millisecond)); !ok || second.ID == first.ID {
		t.Errorf("then %+v, %v", second, ok)
	}
}

func TestAClusterIsLongEnoughToMeasure(t *testing.T) {
	for _, test := range []struct {
		rate   packet.Bitrate
		jitter time.Duration
	}{{60_000, 0}, {600_000, 0}, {3_000_000, 0}, {3_000_000, 20 * time.Millisecond}, {3_000_000, time.Minute}} {
		c := New()
		c.Update(epoch, Input{Estimate: test.rate / 3, Goal: 20_000_000, Jitter: test.jitter})
		got, ok := c.Next(epoch)
		if !ok || got.ID == 0 || got.Rate < test.rate-3 || got.Packets < 5 || got.Bytes < 5*200 {
			t.Errorf("%+v: %+v, %v", test, got, ok)
		}
		if got.Duration < min(max(15*time.Millisecond, 3*test.jitter), 100*time.Millisecond)-time.Millisecond || got.Duration > 150*time.Millisecond {
			t.Errorf("%+v lasts %v", test, got.Duration)
		}
	}
}

func TestOutcome(t *testing.T) {
	c := Cluster{ID: 7, Rate: 2_000_000, Packets: 5, Bytes: 5000, Duration: 20 * time.Millisecond}
	for _, test := range []struct {
		name    string
		link    packet.Bitrate
		loss    float64
		lost    []int
		change  func([]estimate.Result)
		want    packet.Bitrate
		full    bool
		pending bool
	}{
		{name: "a wide link", link: 20_000_000, want: 2_000_000},
		{name: "a full link", link: 1_000_000, want: 950_000, full: true},
		{name: "a full link that seems wide", link: 1_700_000, want: 1_500_000, full: true},
		{name: "a fifth lost", link: 20_000_000, lost: []int{3, 7, 11, 15}, want: 1_600_000},
		{name: "a fifth lost of a link that always loses so much", link: 20_000_000, loss: 0.2, lost: []int{3, 7, 11, 15}, want: 2_000_000},
		{name: "too much lost", link: 20_000_000, lost: []int{3, 7, 9, 11, 15}},
		{name: "all at once", link: 20_000_000, change: func(r []estimate.Result) {
			for i := range r {
				r[i].Arrived = time.Hour
			}
		}},
		{name: "bunched on the way", link: 20_000_000, change: func(r []estimate.Result) {
			for i := range r {
				r[i].Arrived = time.Hour + time.Duration(i)*100*time.Microsecond
			}
		}},
		{name: "one lump", link: 20_000_000, want: 1_500_000, change: func(r []estimate.Result) {
			for i := range r {
				r[i].Sent = at(time.Duration(i) * 250 * time.Microsecond)
				r[i].Arrived = time.Hour + time.Duration(i)*250*time.Microsecond
			}
		}},
		{name: "strangers", link: 20_000_000, pending: true, change: func(r []estimate.Result) {
			for i := range r {
				r[i].Cluster = 8
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := flight{Cluster: c, loss: test.loss, most: 1_500_000}
			results := answer(c, 0, test.link, test.lost...)
			if test.change != nil {
				test.change(results)
			}
			for i := range results {
				f.add(&results[i])
			}
			if f.over() == test.pending {
				t.Fatalf("over: %v", f.over())
			}
			if o := f.outcome(); test.want == 0 && o.Rate != 0 || test.want != 0 && !near(o.Rate, test.want) || o.Full != test.full {
				t.Errorf("%+v, want %d", o, test.want)
			}
		})
	}
}

func TestASmallClusterIsOverWhenLaterPacketsAreAnswered(t *testing.T) {
	c := Cluster{ID: 7, Rate: 2_000_000, Packets: 5, Bytes: 5000}
	f := flight{Cluster: c}
	results := answer(c, 0, 20_000_000)
	for i := range results[:10] {
		f.add(&results[i])
	}
	if f.over() {
		t.Error("over with half of it")
	}
	f.add(&estimate.Result{Sent: at(time.Second), Received: true})
	if !f.over() || f.outcome().Rate != 0 {
		t.Errorf("over: %v, %+v", f.over(), f.outcome())
	}
}
