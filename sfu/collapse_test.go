package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// A link that falls to a thirteenth, and still carries twice the lowest layer, shows that layer soon.
func TestACollapseIsNotDarkForLong(t *testing.T) {
	for _, late := range []time.Duration{0, 7 * time.Millisecond, 13 * time.Millisecond, 22 * time.Millisecond, 31 * time.Millisecond} {
		inCall(t, func(c *call) {
			_, stop := c.filming(nil)
			defer stop()
			c.settle(2*time.Second + late)
			grace, path := c.watches("grace", narrow(4*mbit))
			defer path.Close()
			player := path.Play("v0", codec.VP8)
			if !c.within(30*time.Second, func() bool { return grace.shows("v0") == 2 }) {
				t.Fatalf("4 Mbit/s shows layer %d", grace.shows("v0"))
			}
			c.settle(6 * time.Second)
			since := time.Now()
			path.Change(narrow(300_000))
			c.settle(20 * time.Second)
			gap := player.Still(since)
			t.Logf("%v: still for %v", late, gap)
			if gap > 2*time.Second {
				t.Errorf("nothing came for %v, want 2 s", gap)
			}
		})
	}
}

// What was paused, because for a while the link carried nothing of it, is back soon after the link is.
func TestAPausedPictureIsBackSoonAfterTheLink(t *testing.T) {
	for _, low := range []int64{50_000, 100_000, 150_000} {
		inCall(t, func(c *call) {
			_, stop := c.filming(nil)
			defer stop()
			c.settle(2 * time.Second)
			grace, path := c.watches("grace", narrow(4*mbit))
			defer path.Close()
			player := path.Play("v0", codec.VP8)
			c.settle(15 * time.Second)
			path.Change(narrow(low))
			c.settle(4 * time.Second)
			if layer := grace.shows("v0"); layer >= 0 {
				t.Errorf("%d kbit/s show layer %d", low/1000, layer)
			}
			since := time.Now()
			path.Change(narrow(400_000))
			c.settle(15 * time.Second)
			gap := player.Still(since)
			t.Logf("%d kbit/s: back after %v", low/1000, gap)
			if gap > 3*time.Second {
				t.Errorf("%d kbit/s: back after %v, want 3 s", low/1000, gap)
			}
		})
	}
}
