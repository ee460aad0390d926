package sfu_test

import (
	"sync/atomic"
	"testing"
	"time"
)

// A machine that cannot keep up leaves large pictures out, and lets them in again; sound goes on.
func TestAStrainedMachineSendsSmallPictures(t *testing.T) {
	inCall(t, func(c *call) {
		var late atomic.Int64 // how long packets have waited here when they leave
		ada, stop := c.filming(func() time.Duration { return time.Duration(late.Load()) })
		defer stop()
		grace, path := c.watches("grace", narrow(20*mbit))
		defer path.Close()
		if !c.within(30*time.Second, func() bool { return grace.shows("v0") == 2 }) {
			t.Fatalf("20 Mbit/s show layer %d", grace.shows("v0"))
		}

		late.Store(int64(100 * time.Millisecond))
		if !c.within(5*time.Second, func() bool { return grace.shows("v0") == 1 }) {
			t.Errorf("a machine that is 100 ms behind shows layer %d", grace.shows("v0"))
		}
		c.settle(7 * time.Second)
		if asked := ada.asked(); asked[len(asked)-1]&4 != 0 {
			t.Errorf("the publisher is asked for layers %b, of which nobody is sent the highest", asked[len(asked)-1])
		}

		late.Store(0)
		if !c.within(30*time.Second, func() bool { return grace.shows("v0") == 2 }) {
			t.Errorf("a machine that keeps up again shows layer %d", grace.shows("v0"))
		}
	})
}
