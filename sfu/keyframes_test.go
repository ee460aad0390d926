package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// answering is a camera that sends the first of its streams for a time, and answers a request with key frames of all of them.
func (c *call) answering(layers []*sender) (film func(d time.Duration, streams int)) {
	begun := false
	return func(d time.Duration, streams int) {
		for range int(d / (25 * time.Millisecond)) {
			key := layers[0].wanted() || !begun
			for _, l := range layers[:streams] {
				l.picture(key)
			}
			begun = true
			c.settle(25 * time.Millisecond)
		}
	}
}

// TestALayerThatNeverComesCostsFewKeyFrames is a small camera: its browser announces three streams and sends two. Each request
// for the third brings key frames of the other two.
func TestALayerThatNeverComesCostsFewKeyFrames(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.film(720)
		layers := ada.simulcasts(100, codec.VP8)
		c.answering(layers)(30*time.Second, 2)
		if _, plis, _ := ada.told(); plis > 4 {
			t.Errorf("%d key frames in half a minute", plis)
		}
		if p := c.publication(7); p.Requests.Missing || p.Requests.Unanswered > 0 {
			t.Errorf("a publisher that sends key frames is said to send none: %+v", p.Requests)
		}
		// A slot that was there before the first picture waits a quarter of a second for the layer that is wanted.
		if n := len(bob.sees("v0")); n < 30*40-12 {
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
		film := c.answering(layers)
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

// TestASwitchWithoutReportsCostsFewKeyFrames has a publisher that never sends a sender report.
func TestASwitchWithoutReportsCostsFewKeyFrames(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.film(180)
		layers := ada.simulcasts(100, codec.VP8)
		film := c.answering(layers)
		film(4*time.Second, 3)
		for n := range 6 {
			height, layer := 720, int8(2)
			if n%2 == 1 {
				height, layer = 180, 0
			}
			_, before, _ := ada.told()
			bob.peer.Wish(wish("v0", "ada", sfu.Camera, height))
			film(4*time.Second, 3)
			if got := bob.shows("v0"); got != layer {
				t.Errorf("switch %d: layer %d is shown, want %d", n, got, layer)
			}
			if _, after, _ := ada.told(); after-before > 1 {
				t.Errorf("switch %d: %d key frames", n, after-before)
			}
		}
		continuous(t, bob.sees("v0"))
	})
}

// TestALayerThatIsTurnedOnIsNotAskedFor has a browser that stops what nobody watches: a stream of its that goes on begins
// with a key frame, and to ask for one costs the streams beside it another. The slot asks for one when the stream flows,
// which is when it is chosen.
func TestALayerThatIsTurnedOnIsNotAskedFor(t *testing.T) {
	for _, test := range []struct {
		name  string
		obeys bool
		most  int
	}{{"it comes as wanted", true, 2}, {"it does not come", false, 2}} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				t := c.t
				ada, bob := c.film(180)
				layers := ada.simulcasts(100, codec.VP8)
				film := c.answering(layers)
				film(4*time.Second, 3)
				film(6*time.Second, 1) // nobody wants more
				for _, l := range layers {
					l.raw.Timestamp = layers[0].raw.Timestamp
					l.report(4000 << 32)
				}
				_, before, _ := ada.told()
				bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
				film(100*time.Millisecond, 1)
				if test.obeys {
					for _, l := range layers {
						l.picture(true)
					}
					film(8*time.Second, 3)
					if got := bob.shows("v0"); got != 2 {
						t.Errorf("layer %d is shown", got)
					}
				} else {
					film(2*time.Second, 1)
				}
				if _, after, _ := ada.told(); after-before > test.most {
					t.Errorf("%d key frames were asked for", after-before)
				}
			})
		})
	}
}
