package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

const mbit = 1_000_000

// filming is ada, whose camera has three layers of 150, 500 and 1500 kbit/s at 25 pictures a second until it is stopped. Its
// packets have waited for so long when they are handled, if late is not nil.
func (c *call) filming(late func() time.Duration) (ada *person, stop func()) {
	return c.showing(late, [3]int{750, 2500, 7500})
}

// showing is the same with pictures of so many bytes, by layer.
func (c *call) showing(late func() time.Duration, sizes [3]int) (ada *person, stop func()) {
	ada = c.join("ada")
	ada.publishes(1, sfu.Camera)
	stopped := make(chan struct{})
	go ada.films(late, sizes, stopped)
	return ada, func() { close(stopped) }
}

func (p *person) films(late func() time.Duration, sizes [3]int, stopped <-chan struct{}) {
	camera := p.camera("q", "h", "f")
	asked := 0
	for n := 0; ; n++ {
		select {
		case <-stopped:
			return
		case now := <-time.After(40 * time.Millisecond):
			if late != nil {
				now = now.Add(-late())
			}
			key := n == 0 || p.up.KeyFramesAsked() > asked
			asked = p.up.KeyFramesAsked()
			for i, rid := range []string{"q", "h", "f"} {
				size := sizes[i]
				if key {
					size *= 3
				}
				camera.Frame(now, rid, key, 180<<i, size)
			}
			if n%25 == 0 {
				camera.Report(now)
			}
		}
	}
}

// watches joins a viewer whose packets take a way of that plan, and who wishes for ada's camera at 720.
func (c *call) watches(name string, plan link.Plan) (*person, *sfutest.Path) {
	viewer, path := c.comes(name, plan)
	viewer.down.Open()
	viewer.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
	return viewer, path
}

// comes joins a viewer whose packets will take a way of that plan, once the connection is open.
func (c *call) comes(name string, plan link.Plan) (*person, *sfutest.Path) {
	viewer := c.join(name)
	before := len(c.transport.Downstreams())
	viewer.offersSlots()
	viewer.down = c.transport.Downstreams()[before]
	seed := uint64(before + 1) //nolint:gosec // a handful
	path := viewer.down.Through(
		link.New(plan, time.Now(), seed, 0),
		link.New(link.Always(link.Conditions{Delay: 20}), time.Now(), seed, 1),
	)
	return viewer, path
}

// within lets virtual time pass until something is so, for d at most.
func (c *call) within(d time.Duration, is func() bool) bool {
	for end := time.Now().Add(d); time.Now().Before(end); c.settle(time.Second) {
		if is() {
			return true
		}
	}
	return is()
}

func (p *person) shows(mid string) (layer int8) {
	p.call.t.Helper()
	room, ok := p.call.server.Snapshot("room")
	if !ok {
		p.call.t.Fatal("no room")
	}
	for _, peer := range room.Peers {
		if peer.Participant != p.name || peer.Link == nil {
			continue
		}
		for _, plan := range peer.Link.Plan {
			if plan.MID == mid {
				return plan.Shown.Spatial
			}
		}
	}
	return -1
}

// rate is what was sent since then, in bit/s.
func rate(sent []sfutest.Passage, over time.Duration) float64 {
	bits := 0
	for _, p := range sent {
		bits += 8 * p.Size
	}
	return float64(bits) / over.Seconds()
}

func narrow(rate int64) link.Plan {
	return link.Always(link.Conditions{Delay: 20, Rate: rate, Queue: 300})
}

// A link that becomes narrow gets what it carries, and the best picture again when it is wide. Another viewer notices nothing.
func TestALinkGetsWhatItCarries(t *testing.T) {
	inCall(t, func(c *call) {
		_, stop := c.filming(nil)
		defer stop()
		grace, changing := c.watches("grace", narrow(3*mbit))
		defer changing.Close()
		alan, steady := c.watches("alan", narrow(3*mbit))
		defer steady.Close()

		both := func() bool { return grace.shows("v0") == 2 && alan.shows("v0") == 2 }
		if !c.within(40*time.Second, both) {
			t.Fatalf("3 Mbit/s shows layers %d and %d", grace.shows("v0"), alan.shows("v0"))
		}
		c.settle(6 * time.Second)
		before := rate(steady.Sent(time.Now().Add(-5*time.Second)), 5*time.Second)

		changing.Change(narrow(300_000))
		c.settle(3 * time.Second)
		since := time.Now()
		c.settle(5 * time.Second)
		if got := rate(changing.Sent(since), 5*time.Second); got > 330_000 {
			t.Errorf("%.0f bit/s are sent on 300 kbit/s", got)
		}
		if !c.within(10*time.Second, func() bool { return grace.shows("v0") == 0 }) {
			t.Errorf("300 kbit/s shows layer %d", grace.shows("v0"))
		}
		during := rate(steady.Sent(time.Now().Add(-5*time.Second)), 5*time.Second)
		if during < 0.95*before || during > 1.05*before {
			t.Errorf("the bystander got %.0f bit/s and gets %.0f", before, during)
		}
		if got := alan.shows("v0"); got != 2 {
			t.Errorf("the bystander sees layer %d", got)
		}

		changing.Change(narrow(3 * mbit))
		if !c.within(40*time.Second, func() bool { return grace.shows("v0") == 2 }) {
			t.Errorf("3 Mbit/s for 40 s shows layer %d", grace.shows("v0"))
		}
	})
}
