package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// Sound that was lost while the round trip was too long to ask for it is not asked for when the round trip is short again.
func TestSoundLostLongAgoIsNotAskedFor(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.join("ada")
		ada.publishes(7, sfu.Microphone)
		ada.up.SetRTT(200 * time.Millisecond)
		voice := ada.sends("0", 100, codec.Opus, "")
		voice.id.NACK = true
		speak := func(d time.Duration) {
			for range int(d / (20 * time.Millisecond)) {
				voice.raw.SequenceNumber++ // one of two is lost
				voice.raw.Timestamp += 960
				voice.packet(make([]byte, 80), nil)
				c.settle(20 * time.Millisecond)
			}
		}
		speak(10 * time.Second)
		if nacked, _, _ := ada.told(); nacked != 0 {
			t.Errorf("asked for %d packets at a round trip of 200 ms", nacked)
		}
		ada.up.SetRTT(50 * time.Millisecond)
		speak(100 * time.Millisecond)
		// Those of the last half second, twice at most.
		if nacked, _, _ := ada.told(); nacked < 5 || nacked > 60 {
			t.Errorf("asked for %d packets in 100 ms", nacked)
		}
	})
}
