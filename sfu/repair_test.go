package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// repeat sends a packet of the camera again as a retransmission, in the camera's present picture.
func (r *repairs) repeat(number uint16, payload []byte) {
	raw := r.sender.raw
	raw.SSRC, raw.SequenceNumber, raw.Marker = r.sender.id.SSRC+1, 1, true
	raw.Payload = append([]byte{byte(number >> 8), byte(number)}, payload...)
	r.taker.Receive(time.Now(), raw)
}

func TestARetransmissionMayComeBeforeItsStream(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.join("ada"), c.join("bob")
		ada.publishes(7, sfu.Camera)
		bob.receives()
		camera := ada.sends("0", 100, codec.VP8, "")
		again := camera.repaired()

		// The key frame is lost but for its repetition, which comes first; the picture after the next one overtakes.
		camera.raw.Timestamp += 3000
		again.repeat(camera.raw.SequenceNumber+1, pictureOf(codec.VP8, true))
		camera.raw.SequenceNumber++
		again.repeat(camera.raw.SequenceNumber+2, pictureOf(codec.VP8, false))
		camera.picture(false)
		c.settle(20 * time.Millisecond)
		camera.raw.SequenceNumber++
		camera.picture(false)
		c.settle(20 * time.Millisecond)

		counts := c.publication(7).Counts
		if counts.Packets != 4 || counts.Recovered != 2 {
			t.Errorf("%d packets, %d of them repeated", counts.Packets, counts.Recovered)
		}
		if got := bob.sees("v0"); len(got) != 4 {
			t.Errorf("bob sees %d packets of 4: %v", len(got), got)
		}
	})
}

func TestRetransmissionsOfNoStreamAreBounded(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada := c.join("ada")
		ada.publishes(7, sfu.Camera)
		camera := ada.sends("0", 100, codec.VP8, "")
		again := camera.repaired()
		for n := range uint16(5000) {
			again.repeat(camera.raw.SequenceNumber+2+n%900, pictureOf(codec.VP8, false))
		}
		again.taker.Receive(time.Now(), packet.Raw{SSRC: 101, Payload: []byte{1}})
		camera.picture(true)
		if counts := c.publication(7).Counts; counts.Recovered > 50 || counts.Packets > 51 {
			t.Errorf("%d packets were kept", counts.Recovered)
		}
	})
}
