package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

// A camera of one layer that needs more than a link is taken for at first is shown once the link is known to carry it,
// though there is nothing smaller to begin with.
func TestACameraOfOneLayerIsShownOnAGoodLink(t *testing.T) {
	for name, rids := range map[string][]string{"without a RID": nil, "one encoding": {"f"}} {
		t.Run(name, func(t *testing.T) {
			inCall(t, func(c *call) {
				stop := make(chan struct{})
				defer close(stop)
				ada := c.join("ada")
				ada.publishes(1, sfu.Camera)
				rid := ""
				if len(rids) > 0 {
					rid = rids[0]
				}
				go filmsOne(ada.camera(rids...), rid, func() int { return ada.up.KeyFramesAsked() }, stop)
				c.settle(3 * time.Second) // its rate is known when grace comes
				grace, path := c.watches("grace", narrow(20*mbit))
				defer path.Close()
				if !c.within(10*time.Second, func() bool { return grace.shows("v0") == 0 }) {
					t.Error("20 Mbit/s do not show a camera of 1.5 Mbit/s in 10 s")
				}
			})
		})
	}
}

// filmsOne sends 1.5 Mbit/s at 25 pictures a second.
func filmsOne(camera *sfutest.Publisher, rid string, asked func() int, stop <-chan struct{}) {
	before := 0
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case now := <-time.After(40 * time.Millisecond):
			key := n == 0 || asked() > before
			before = asked()
			camera.Frame(now, rid, key, 720, 7500)
			if n%25 == 0 {
				camera.Report(now)
			}
		}
	}
}
