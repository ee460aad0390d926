package sfu_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

func TestASlotShowsTheWishedCameraFromItsKeyFrameOn(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		_, bob, camera := seen(c)
		camera.Picture(time.Now(), "", false, 0)
		c.settle(0)
		packets := bob.sees("v0")
		if len(packets) != 2 {
			t.Fatalf("slot got %d packets, want the key frame and the picture after it", len(packets))
		}
		for i, p := range packets {
			if !slices.Equal(p.CSRC, []uint32{7}) {
				t.Errorf("packet %d has CSRC %v, want the publication's number", i, p.CSRC)
			}
			if p.PayloadType != sfutest.VP8Payload || p.SSRC != uint32(bob.down.Slot("v0").Line.SSRC) {
				t.Errorf("packet %d has payload type %d, SSRC %d", i, p.PayloadType, p.SSRC)
			}
		}
		if packets[1].SequenceNumber != packets[0].SequenceNumber+1 {
			t.Errorf("numbers %d, %d are not continuous", packets[0].SequenceNumber, packets[1].SequenceNumber)
		}
		if bob.assigned("v0") != 7 {
			t.Errorf("the map says %d", bob.assigned("v0"))
		}
	})
}

func TestANewViewerAsksThePublisherForAKeyFrameUntilItComes(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.join("ada"), c.join("bob")
		ada.publishes(7, sfu.Camera)
		camera := ada.camera()
		camera.Picture(time.Now(), "", false, 0)
		bob.receives()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		c.settle(2 * time.Second)
		asked := ada.up.KeyFramesAsked()
		if asked < 3 {
			t.Fatalf("asked %d times in two seconds without a key frame", asked)
		}
		camera.Picture(time.Now(), "", true, 360)
		c.settle(2 * time.Second)
		if again := ada.up.KeyFramesAsked(); again != asked {
			t.Errorf("asked %d times more after the key frame", again-asked)
		}
	})
}

func TestManyRequestsForAKeyFrameBecomeFew(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, camera := seen(c)
		before := ada.up.KeyFramesAsked()
		for range 100 {
			bob.down.Egress.KeyFrame(bob.down.Slot("v0").Line.SSRC)
			c.settle(10 * time.Millisecond)
		}
		camera.Picture(time.Now(), "", true, 360)
		c.settle(time.Second)
		// One second of requests at most one in 200 ms apart.
		if asked := ada.up.KeyFramesAsked() - before; asked < 2 || asked > 6 {
			t.Errorf("100 requests in a second became %d", asked)
		}
	})
}

func TestTheWishedHeightChoosesTheLayer(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.join("ada"), c.join("bob")
		ada.publishes(7, sfu.Camera)
		bob.receives()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		camera := ada.camera("q", "h", "f")
		heights := map[string]int{"q": 180, "h": 360, "f": 720}
		all := func(key bool) {
			for _, rid := range []string{"q", "h", "f"} {
				camera.Picture(time.Now(), rid, key, heights[rid])
			}
			c.settle(33 * time.Millisecond)
		}
		for range 3 {
			all(true)
		}
		for rid := range heights {
			ada.up.Ingress.SenderReport(time.Now(), camera.SSRC(rid), 1<<40, 1<<20)
		}
		if got := heightShown(bob, "v0"); got != 180 {
			t.Fatalf("a tile of 180 shows %d", got)
		}
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
		c.settle(0)
		all(false)
		if got := heightShown(bob, "v0"); got != 180 {
			t.Fatalf("the layer changed to %d without a key frame", got)
		}
		all(true)
		if got := heightShown(bob, "v0"); got != 720 {
			t.Fatalf("a tile of 720 shows %d after the key frame", got)
		}
		packets := bob.sees("v0")
		for i := 1; i < len(packets); i++ {
			if packets[i].SequenceNumber != packets[i-1].SequenceNumber+1 {
				t.Errorf("packet %d: numbers %d, %d", i, packets[i-1].SequenceNumber, packets[i].SequenceNumber)
			}
		}
	})
}

func heightShown(p *person, mid string) int {
	packets := p.sees(mid)
	for i := len(packets) - 1; i >= 0; i-- {
		if d, err := codec.Parse(codec.VP8, packets[i].Payload); err == nil && d.Key {
			return int(d.Height)
		}
	}
	return 0
}

func TestAScreenShareStandsBesideTheCamera(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, camera := seen(c)
		up := ada.up
		published := []sfu.PublishedSource{
			{MID: "0", Source: sfu.Camera, Number: 7}, {MID: "1", Source: sfu.Microphone, Number: 8}, {MID: "2", Source: sfu.Screen, Number: 9},
		}
		if _, err := ada.peer.OfferUpstream(context.Background(), "offer of ada0", published); err != nil {
			t.Fatal(err)
		}
		bob.peer.Wish(append(wish("v0", "ada", sfu.Camera, 180), wish("s0", "ada", sfu.Screen, 720)...))
		screen := sfutest.NewPublisher(up, "2", codec.VP8)
		screen.Picture(time.Now(), "", true, 720)
		c.settle(0)
		screen.Picture(time.Now(), "", true, 720)
		before := len(bob.sees("v0"))
		camera.Picture(time.Now(), "", false, 0)
		c.settle(0)
		if len(bob.sees("s0")) == 0 {
			t.Error("the screen is not shown")
		}
		if len(bob.sees("v0")) != before+1 {
			t.Error("the camera stopped")
		}
		ada.peer.EndPublication(sfu.Screen)
		c.settle(0)
		if bob.assigned("s0") != 0 || bob.assigned("v0") != 7 {
			t.Errorf("after the share the slots carry %d and %d", bob.assigned("s0"), bob.assigned("v0"))
		}
	})
}

func TestLeavingFreesTheSlotOfEverybodyElse(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, _ := seen(c)
		ada.peer.Close()
		c.settle(0)
		if bob.assigned("v0") != 0 {
			t.Errorf("the slot still carries %d", bob.assigned("v0"))
		}
		if n := ada.count(func(e sfu.Event) bool { _, ok := e.(sfu.PeerClosed); return ok }); n != 1 {
			t.Errorf("%d closing events", n)
		}
		if _, err := c.server.Join("room", "ada", func(sfu.Event) {}); err != nil {
			t.Errorf("coming back: %v", err)
		}
	})
}

func TestALostPacketIsResentUnderItsNumber(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		_, bob, _ := seen(c)
		lost := bob.sees("v0")[0]
		c.settle(100 * time.Millisecond)
		bob.down.Egress.Nack(bob.down.Slot("v0").Line.SSRC, []uint16{lost.SequenceNumber, lost.SequenceNumber + 500})
		c.settle(0)
		packets := bob.sees("v0")
		resent := packets[len(packets)-1]
		if len(packets) != 2 || resent.PayloadType != sfutest.RTXPayload || resent.SSRC != uint32(bob.down.Slot("v0").Line.RTX) {
			t.Fatalf("%d packets, the last with payload type %d on SSRC %d", len(packets), resent.PayloadType, resent.SSRC)
		}
		if original := uint16(resent.Payload[0])<<8 | uint16(resent.Payload[1]); original != lost.SequenceNumber {
			t.Errorf("resent as %d, want %d", original, lost.SequenceNumber)
		}
		if !slices.Equal(resent.Payload[2:], lost.Payload) || resent.Timestamp != lost.Timestamp || !slices.Equal(resent.CSRC, lost.CSRC) {
			t.Error("the resend differs from what was sent first")
		}
	})
}

func TestAReconnectedPublisherGoesOnInTheSameSlot(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, _ := seen(c)
		old := ada.up
		ada.publishes(7, sfu.Camera, sfu.Microphone)
		if !old.Closed() {
			t.Error("the former connection is open")
		}
		c.settle(0)
		camera := ada.camera()
		camera.Picture(time.Now(), "", false, 0)
		c.settle(0)
		before := bob.sees("v0")
		camera.Picture(time.Now(), "", true, 360)
		c.settle(0)
		after := bob.sees("v0")
		if len(after) != len(before)+1 {
			t.Fatalf("%d packets came, want the key frame alone", len(after)-len(before))
		}
		if last := after[len(after)-1]; last.SequenceNumber != before[len(before)-1].SequenceNumber+1 || last.CSRC[0] != 7 {
			t.Errorf("the stream goes on with number %d, CSRC %v", last.SequenceNumber, last.CSRC)
		}
	})
}

func TestNewHeightsAreActedOnAtTheRoomsPace(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		const tick = 50 * time.Millisecond
		began := time.Now()
		ada, bob := c.join("ada"), c.join("bob")
		ada.publishes(7, sfu.Camera)
		bob.receives()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		camera := ada.camera("q", "h")
		frames := func(low int) {
			camera.Picture(time.Now(), "q", true, low)
			c.settle(0)
			camera.Picture(time.Now(), "h", true, 360)
			c.settle(0)
		}
		for range 5 {
			frames(180)
			c.settle(20 * time.Millisecond)
		}
		for _, rid := range []string{"q", "h"} {
			ada.up.Ingress.SenderReport(time.Now(), camera.SSRC(rid), 1<<40, 1<<20)
		}
		if got := heightShown(bob, "v0"); got != 180 {
			t.Fatalf("a tile of 180 shows %d", got)
		}
		// Just behind a tick, the low layer grows too small for the tile, back and forth.
		c.settle(tick - time.Since(began)%tick + time.Millisecond)
		for range 20 {
			frames(180)
			frames(90)
		}
		if got := heightShown(bob, "v0"); got != 90 {
			t.Errorf("the layer changed between two ticks: %d is shown", got)
		}
		c.settle(tick)
		for range 10 {
			frames(90)
			c.settle(33 * time.Millisecond)
		}
		if got := heightShown(bob, "v0"); got != 360 {
			t.Errorf("a tick later %d is shown, want the layer that is tall enough", got)
		}
	})
}
