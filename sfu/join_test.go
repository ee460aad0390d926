package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
)

// TestAJoinWithAFreshKeyFrameNeedsNoOther is somebody who comes into a running room a while after a key frame was sent for
// somebody else. The first picture comes of what the server has, and so do those of the next second: a better layer
// than the link carried at first is worth a key frame of the publisher's, but not before the first picture is there.
func TestAJoinWithAFreshKeyFrameNeedsNoOther(t *testing.T) {
	for _, test := range []struct {
		name     string
		still    bool // little moves: all layers fit what a link is taken to carry at first
		rate     int64
		promptly bool // the wish is there before the connection is
		height   int
		age      time.Duration
		settled  int8 // layer
		most     int  // key frames asked for in 10 s
	}{
		{"a wide link, a moment later", false, 20 * mbit, true, 720, 200 * time.Millisecond, 2, 2},
		{"a wide link, a second later", false, 20 * mbit, true, 720, time.Second, 2, 2},
		{"a wish that comes late", false, 20 * mbit, false, 720, time.Second, 2, 2},
		{"little moves", true, 20 * mbit, true, 720, time.Second, 2, 0},
		{"little moves, and the wish comes late", true, 20 * mbit, false, 720, time.Second, 2, 1},
		{"little moves, and the key frame is old", true, 20 * mbit, true, 720, 3500 * time.Millisecond, 2, 1},
		{"a small tile", false, 20 * mbit, true, 180, 1800 * time.Millisecond, 0, 0},
		{"a narrow link", false, 300_000, true, 720, time.Second, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				t := c.t
				sizes := [3]int{750, 2500, 7500}
				if test.still {
					sizes = [3]int{200, 400, 800}
				}
				ada, stop := c.showing(nil, sizes)
				defer stop()
				joan, way := c.watches("joan", narrow(20*mbit))
				defer way.Close()
				c.settle(8 * time.Second)
				joan.down.Egress.KeyFrame(joan.down.Slot("v0").Line.SSRC)
				c.settle(test.age)
				before := ada.up.KeyFramesAsked()

				bob, path := c.comes("bob", narrow(test.rate))
				defer path.Close()
				wished := wish("v0", "ada", sfu.Camera, test.height)
				if test.promptly {
					bob.peer.Wish(wished)
				}
				bob.down.Open()
				c.settle(100 * time.Millisecond)
				bob.peer.Wish(wished)
				c.settle(400 * time.Millisecond)
				if len(path.Arrived(time.Time{})) == 0 {
					t.Error("nothing is seen after half a second")
				}
				c.settle(400 * time.Millisecond)
				if n := ada.up.KeyFramesAsked() - before; n > 0 {
					t.Errorf("%d key frames were asked for in the first second", n)
				}
				c.settle(9 * time.Second)
				if n := ada.up.KeyFramesAsked() - before; n > test.most {
					t.Errorf("%d key frames were asked for in ten seconds", n)
				}
				if got := bob.shows("v0"); got != test.settled {
					t.Errorf("layer %d is shown in the end, want %d", got, test.settled)
				}
			})
		})
	}
}

// TestASlotChangesPersonWithoutAKeyFrame is a page that is turned: what the server has of the next person is shown at once,
// behind what the slot showed before.
func TestASlotChangesPersonWithoutAKeyFrame(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		sizes := [3]int{200, 400, 800} // all layers fit at once
		ada, stop := c.showing(nil, sizes)
		defer stop()
		eve := c.join("eve")
		eve.publishes(9, sfu.Camera)
		stopped := make(chan struct{})
		defer close(stopped)
		go eve.films(nil, sizes, stopped)

		joan, way := c.watches("joan", narrow(20*mbit))
		defer way.Close()
		joan.peer.Wish(wish("v0", "eve", sfu.Camera, 180))
		bob, path := c.watches("bob", narrow(20*mbit))
		defer path.Close()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		c.settle(10 * time.Second)

		for turn := range 4 { // what is older than some seconds is not begun with
			next, camera, number := "eve", eve, uint32(9)
			if turn%2 == 1 {
				next, camera, number = "ada", ada, 1
			}
			if asks := camera.up.KeyFramesAsked(); turn < 2 {
				joan.peer.Wish(wish("v0", next, sfu.Camera, 180))
				c.settle(time.Second)
				joan.down.Egress.KeyFrame(joan.down.Slot("v0").Line.SSRC)
				c.settle(time.Second)
				if camera.up.KeyFramesAsked() == asks {
					t.Fatal("there is no key frame to begin with")
				}
			}
			before, since := eve.up.KeyFramesAsked()+ada.up.KeyFramesAsked(), time.Now()
			bob.peer.Wish(wish("v0", next, sfu.Camera, 180))
			c.settle(60 * time.Millisecond) // 20 of them on the way
			arrived, _ := pictures(path.Arrived(since), bob.down.Slot("v0"))
			if len(arrived) == 0 || arrived[len(arrived)-1].CSRC[0] != number {
				t.Errorf("turn %d: %s is not seen", turn, next)
			}
			c.settle(400 * time.Millisecond)
			if n := eve.up.KeyFramesAsked() + ada.up.KeyFramesAsked() - before; n > 0 {
				t.Errorf("turn %d: %d key frames were asked for", turn, n)
			}
		}
		all, gap := pictures(path.Arrived(time.Time{}), bob.down.Slot("v0"))
		continuous(t, all)
		if gap > 100*time.Millisecond {
			t.Errorf("a picture stood still for %v", gap)
		}
	})
}

// Who ended a share and begins another shows nobody what was before.
func TestWhatEndedIsNotBegunWith(t *testing.T) {
	inCall(t, func(c *call) {
		ada, stop := c.showing(nil, [3]int{200, 400, 800})
		_, way := c.watches("joan", narrow(20*mbit))
		defer way.Close()
		c.settle(time.Second)
		stop()
		ada.peer.EndPublication(sfu.Camera)
		c.settle(100 * time.Millisecond)
		ada.peer.ResumePublication(sfu.Camera)
		c.settle(100 * time.Millisecond)
		bob, path := c.watches("bob", narrow(20*mbit))
		defer path.Close()
		c.settle(500 * time.Millisecond)
		if seen, _ := pictures(path.Arrived(time.Time{}), bob.down.Slot("v0")); len(seen) > 0 {
			c.t.Errorf("%d packets of what had ended are seen", len(seen))
		}
	})
}
