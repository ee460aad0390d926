package sfu_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
)

// judged is what the participant was told last of the quality.
func (p *person) judged() (latest sfu.QualityChanged) {
	p.events.mu.Lock()
	defer p.events.mu.Unlock()
	for _, e := range p.events.all {
		if q, ok := e.(sfu.QualityChanged); ok {
			latest = q
		}
	}
	return latest
}

func (p *person) reason(mid string) (reason string, paused bool) {
	for _, slot := range p.judged().Slots {
		if slot.MID == mid {
			return slot.Reason, slot.Paused
		}
	}
	return "", false
}

// Who has the bad link is told so, and everybody else is not.
func TestWhoseConnectionIsBadIsSaid(t *testing.T) {
	inCall(t, func(c *call) {
		_, stop := c.filming(nil)
		defer stop()
		grace, bad := c.watches("grace", narrow(400_000))
		defer bad.Close()
		alan, good := c.watches("alan", narrow(5*mbit))
		defer good.Close()
		if !c.within(40*time.Second, func() bool { return alan.shows("v0") == 2 }) {
			t.Fatal("a good link does not get the top layer")
		}
		c.settle(10 * time.Second)
		if reason, _ := alan.reason("v0"); reason != "wish is met" {
			t.Errorf("a good link: %q", reason)
		}
		if q := alan.judged(); q.Down < 80 || q.Others["ada"] < 80 {
			t.Errorf("a good link: %+v", q)
		}
		if reason, paused := grace.reason("v0"); paused || !strings.HasPrefix(reason, "link carries ") {
			t.Errorf("a bad link: %q, paused: %v", reason, paused)
		}
		if q := grace.judged(); q.Down >= 80 || q.Others["ada"] < 80 || q.Estimate < 100_000 || q.Estimate > 800_000 {
			t.Errorf("a bad link: %+v", q)
		}
	})
}

// A publisher whose packets are lost on the way up is the one at fault, for themselves and for viewers.
func TestALossyPublisherIsTheOneAtFault(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.join("ada")
		ada.publishes(1, sfu.Camera)
		grace, path := c.watches("grace", narrow(5*mbit))
		defer path.Close()
		camera := ada.camera("q", "h", "f")
		for n := range 500 {
			camera.Frame(time.Now(), "q", n%50 == 0, 180, 750)
			if n > 100 && n%5 == 0 {
				camera.Skip("q")
			}
			c.settle(40 * time.Millisecond)
		}
		if q := ada.judged(); q.Up >= 40 {
			t.Errorf("the publisher: %+v", q)
		}
		if q := grace.judged(); q.Others["ada"] >= 40 || q.Down < 80 {
			t.Errorf("the viewer: %+v", q)
		}
	})
}
