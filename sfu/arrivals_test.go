package sfu

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// told counts the numbers that feedback speaks of, and those of them that came.
func told(packets []rtcp.Packet) (numbers, came int) {
	for _, p := range packets {
		feedback, ok := p.(*rtcp.TransportLayerCC)
		if !ok {
			continue
		}
		numbers += int(feedback.PacketStatusCount)
		came += len(feedback.RecvDeltas)
	}
	return numbers, came
}

func TestFeedbackSpeaksOfAllThatCame(t *testing.T) {
	t.Parallel()
	a, now := newArrivals(), time.Unix(1000, 0)
	numbers, came := 0, 0
	for i := range 200 {
		for n := range 20 {
			if n%10 == 3 {
				continue // lost
			}
			now = now.Add(time.Millisecond)
			a.record(now, 1, uint16(65_000+i*20+n)) //nolint:gosec // wraps
		}
		n, c := told(a.feedback())
		numbers, came = numbers+n, came+c
	}
	if numbers != 4000 || came != 3600 {
		t.Errorf("%d numbers, %d of them came: want 4000, 3600", numbers, came)
	}
}

// What is said of numbers that never were is bounded, however far apart those are that come.
func TestStepsOfManyNumbersCostLittle(t *testing.T) {
	t.Parallel()
	for _, step := range []uint16{300, 999, 1001, 32_000, 40_000, 65_100} {
		a, now := newArrivals(), time.Unix(1000, 0)
		number := uint16(0)
		for range 200 {
			for range 20 {
				now, number = now.Add(250*time.Microsecond), number+step
				a.record(now, 1, number)
			}
			if numbers, came := told(a.feedback()); numbers > maxUnseen+20 || came == 0 {
				t.Fatalf("steps of %d: feedback of %d numbers, %d came", step, numbers, came)
			}
		}
	}
}
