package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

// turnsPages shares a screen of five pictures a second, whose every page is a large key frame.
func (p *person) turnsPages(stop <-chan struct{}, page int, every time.Duration) {
	screen := sfutest.NewPublisher(p.up, "0", codec.VP8)
	asked, turned := 0, time.Time{}
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case now := <-time.After(200 * time.Millisecond):
			key, size := now.Sub(turned) >= every || p.up.KeyFramesAsked() > asked, 1500
			if asked = p.up.KeyFramesAsked(); key {
				turned, size = now, page
			}
			screen.Frame(now, "", key, 1080, size)
			if n%5 == 0 {
				screen.Report(now)
			}
		}
	}
}

// A page is more than the link carries in a second. It must neither fill the link's queue nor be lost there, and what
// is sent beside it neither.
func TestPagesOfAScreenAreNotLostOnANarrowLink(t *testing.T) {
	for _, rate := range []int64{500_000, 1_000_000} {
		inCall(t, func(c *call) {
			stop := make(chan struct{})
			defer close(stop)
			ada, eve := c.join("ada"), c.join("eve")
			ada.publishes(1, sfu.Camera)
			eve.publishes(9, sfu.Screen)
			go ada.films(nil, [3]int{750, 2500, 7500}, stop)
			go eve.turnsPages(stop, 150_000, 8*time.Second)
			c.settle(2 * time.Second)
			grace, path := c.watches("grace", narrow(rate))
			defer path.Close()
			grace.peer.Wish(append(wish("v0", "ada", sfu.Camera, 360), wish("s0", "eve", sfu.Screen, 1080)...))
			c.settle(20 * time.Second)
			since := time.Now()
			c.settle(40 * time.Second)
			sent, arrived := len(path.Sent(since)), len(path.Arrived(since))
			if lost := sent - arrived; lost > sent/100 || sent < 1000 {
				t.Errorf("%d kbit/s: %d of %d packets were lost", rate/1000, lost, sent)
			}
		})
	}
}

// A camera beside them goes on in its smallest size.
func TestACameraGoesOnBesidePages(t *testing.T) {
	for _, test := range []struct {
		rate  int64
		page  int
		every time.Duration
	}{
		{500_000, 150_000, 8 * time.Second},
		{700_000, 150_000, 8 * time.Second},
		{700_000, 300_000, 8 * time.Second},
		{1_000_000, 300_000, 5 * time.Second},
	} {
		inCall(t, func(c *call) {
			stop := make(chan struct{})
			defer close(stop)
			ada, eve := c.join("ada"), c.join("eve")
			ada.publishes(1, sfu.Camera)
			eve.publishes(9, sfu.Screen)
			go ada.films(nil, [3]int{750, 2500, 7500}, stop)
			go eve.turnsPages(stop, test.page, test.every)
			c.settle(2 * time.Second)
			grace, path := c.watches("grace", narrow(test.rate))
			defer path.Close()
			camera, screen := path.Play("v0", codec.VP8), path.Play("s0", codec.VP8)
			grace.peer.Wish(append(wish("v0", "ada", sfu.Camera, 360), wish("s0", "eve", sfu.Screen, 1080)...))
			c.settle(20 * time.Second)
			since := time.Now()
			c.settle(60 * time.Second)
			gap, longest, shown, asked := camera.Still(since), screen.Still(since), screen.Shown(since), eve.up.KeyFramesAsked()
			t.Logf("%d kbit/s, pages of %d kB: the camera is still for %v, the screen for %v; it shows %d of 300, and %d more pages were asked for",
				test.rate/1000, test.page/1000, gap, longest, shown, asked)
			if gap > 500*time.Millisecond {
				t.Errorf("the camera is still for %v", gap)
			}
			// A page takes its time, but only once: the browser's patience ends before.
			if longest > 7*time.Second || shown < 100 || asked > 20 {
				t.Errorf("the screen is still for %v and shows %d of 300, %d more pages were asked for", longest, shown, asked)
			}
		})
	}
}
