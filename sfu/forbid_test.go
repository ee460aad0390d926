package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
)

func TestAForbiddenSourceReachesNobodyWhateverItsClientDoes(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, camera := seen(c)
		ada.peer.Forbid(sfu.Camera, true)
		c.settle(0)
		before := len(bob.sees("v0"))
		sends := func() {
			for range 5 {
				camera.Picture(time.Now(), "", true, 360)
				c.settle(10 * time.Millisecond)
			}
		}
		sends()
		// Neither unmuting, nor ending and beginning, nor another offer makes a difference.
		ada.peer.SetMuted(sfu.Camera, false)
		ada.peer.EndPublication(sfu.Camera)
		ada.peer.ResumePublication(sfu.Camera)
		sends()
		ada.publishes(7, sfu.Camera)
		camera = ada.camera()
		sends()
		if got := len(bob.sees("v0")); got != before {
			t.Errorf("%d packets of a forbidden camera were forwarded", got-before)
		}
		if bob.assigned("v0") != 0 {
			t.Errorf("the slot still carries %d", bob.assigned("v0"))
		}
		ada.peer.Forbid(sfu.Camera, false)
		c.settle(0)
		camera.Picture(time.Now(), "", true, 360)
		c.settle(0)
		if got := len(bob.sees("v0")); got != before+1 {
			t.Errorf("%d packets once it is allowed, want 1", got-before)
		}
	})
}

func TestWhatIsForbiddenBeforeTheFirstOfferNeverBegins(t *testing.T) {
	inCall(t, func(c *call) {
		ada, bob := c.join("ada"), c.join("bob")
		ada.peer.Forbid(sfu.Camera, true)
		ada.publishes(7, sfu.Camera)
		bob.receives()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		camera := ada.camera()
		for range 5 {
			camera.Picture(time.Now(), "", true, 360)
			c.settle(50 * time.Millisecond)
		}
		if got := len(bob.sees("v0")); got != 0 || bob.assigned("v0") != 0 {
			c.t.Errorf("%d packets were forwarded, the slot carries %d", got, bob.assigned("v0"))
		}
	})
}
