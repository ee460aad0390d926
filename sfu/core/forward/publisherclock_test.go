package forward_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/forward"
)

// observed plays a publisher's sender reports, one a second.
type observed struct {
	clock forward.PublisherClock
	now   time.Time
	ntp   uint64
}

// reports n times with a delay on the way; returns how often the timeline moved.
func (o *observed) reports(n int, delay time.Duration) (moved int) {
	for range n {
		o.now, o.ntp = o.now.Add(time.Second), o.ntp+second64
		if o.clock.Observe(o.ntp, o.now.Add(delay)) {
			moved++
		}
	}
	return moved
}

func (o *observed) steps(by time.Duration) {
	o.ntp += uint64(int64(by/time.Millisecond) << 32 / 1000) //nolint:gosec // wraps, as it may
}

func TestAPublisherClockMovesWhenItsReportsAgree(t *testing.T) {
	for _, test := range []struct {
		name string
		step time.Duration
		n    int
		want int
	}{
		{"2 s forward, two reports", 2 * time.Second, 2, 0},
		{"2 s forward, three reports", 2 * time.Second, 3, 1},
		{"2 s back, three reports", -2 * time.Second, 3, 1},
		{"90 ms is jitter", 90 * ms, 9, 1}, // believed at once, since it makes the way shorter
		{"a day back", -24 * time.Hour, 3, 1},
	} {
		o := observed{now: begin, ntp: 5 << 40}
		if o.reports(5, 20*ms) != 0 {
			t.Fatalf("%s: moved while nothing changed", test.name)
		}
		o.steps(test.step)
		if got := o.reports(test.n, 20*ms); got != test.want {
			t.Errorf("%s: moved %d times, want %d", test.name, got, test.want)
		}
	}
}

func TestReportsThatDisagreeMoveNothing(t *testing.T) {
	o := observed{now: begin, ntp: 5 << 40}
	o.reports(5, 20*ms)
	before := o.clock.Server(o.ntp) - o.ntp
	for i := range 30 {
		o.steps(time.Duration(1+i) * time.Second) // another step each time
		if o.reports(1, 20*ms) != 0 {
			t.Fatalf("believed report %d", i)
		}
	}
	if got := o.clock.Server(o.ntp) - o.ntp; got != before {
		t.Errorf("the offset moved by %d", int64(got-before)) //nolint:gosec // a difference
	}
}
