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
