package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// TestALayerThatNeverComesCostsFewKeyFrames is a small camera: its browser announces three streams and sends two. Each request
// for the third brings key frames of the other two.
func TestALayerThatNeverComesCostsFewKeyFrames(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.film(720)
		layers := ada.simulcasts(100, codec.VP8)[:2]
		for n := range 30 * 40 {
			key := n == 0 || layers[0].wanted()
			for _, l := range layers {
				l.picture(key)
			}
			c.settle(25 * time.Millisecond)
		}
		if _, plis, _ := ada.told(); plis > 4 {
			t.Errorf("%d key frames in half a minute", plis)
		}
		if p := c.publication(7); p.Requests.Missing || p.Requests.Unanswered > 0 {
			t.Errorf("a publisher that sends key frames is said to send none: %+v", p.Requests)
		}
		if n := len(bob.sees("v0")); n < 30*40-5 {
			t.Errorf("bob saw %d pictures", n)
		}
	})
}

// TestALayerThatComesLateCostsFewKeyFrames has a publisher whose link does not carry yet what is wanted again.
func TestALayerThatComesLateCostsFewKeyFrames(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.film(180)
		layers := ada.simulcasts(100, codec.VP8)
		film := func(d time.Duration, streams int) {
			for range int(d / (25 * time.Millisecond)) {
				key := layers[0].wanted() || layers[0].raw.Timestamp == 1<<30
				for _, l := range layers[:streams] {
					l.picture(key)
				}
				c.settle(25 * time.Millisecond)
			}
		}
		film(4*time.Second, 3)
		film(10*time.Second, 1) // nobody wants more
		_, before, _ := ada.told()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
		film(9*time.Second, 1)
		_, waiting, _ := ada.told()
		if waiting-before > 4 {
			t.Errorf("%d key frames while the layers did not come", waiting-before)
		}
		film(3*time.Second, 3)
		if got := bob.shows("v0"); got != 2 {
			t.Errorf("layer %d is shown when all had come", got)
		}
	})
}
