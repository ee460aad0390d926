package sfu_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

// seen starts a call in which bob's slot v0 shows ada's camera.
func seen(c *call) (ada, bob *person, camera *sfutest.Publisher) {
	ada, bob = c.join("ada"), c.join("bob")
	ada.publishes(7, sfu.Camera, sfu.Microphone)
	bob.receives()
	bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
	camera = ada.camera()
	camera.Picture(time.Now(), "", false, 0)
	c.settle(10 * time.Millisecond)
	camera.Picture(time.Now(), "", true, 360)
	c.settle(10 * time.Millisecond)
	return ada, bob, camera
}

// heightShown is the height of the newest key frame in a slot.
func TestAMutedSourceReachesNobodyWhateverItsClientSends(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, camera := seen(c)
		ada.peer.SetMuted(sfu.Camera, true)
		c.settle(0)
		before := len(bob.sees("v0"))
		for range 10 {
			camera.Picture(time.Now(), "", true, 360)
			c.settle(10 * time.Millisecond)
		}
		if got := len(bob.sees("v0")); got != before {
			t.Errorf("%d packets of a muted camera were forwarded", got-before)
		}
		if bob.assigned("v0") != 0 {
			t.Errorf("the slot still carries %d", bob.assigned("v0"))
		}
		ada.peer.SetMuted(sfu.Camera, false)
		c.settle(0)
		camera.Picture(time.Now(), "", true, 360)
		c.settle(0)
		if got := len(bob.sees("v0")); got != before+1 {
			t.Errorf("%d packets after unmuting, want 1", got-before)
		}
	})
}

func TestWhatWasDroppedWhileMutedIsNoHole(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, camera := seen(c)
		ada.peer.SetMuted(sfu.Camera, true)
		c.settle(0)
		for range 5 {
			camera.Picture(time.Now(), "", false, 0)
		}
		// Muted and unmuted before the room has looked: the slot was never emptied.
		ada.peer.SetMuted(sfu.Camera, false)
		c.settle(0)
		camera.Picture(time.Now(), "", false, 0)
		c.settle(0)
		camera.Picture(time.Now(), "", true, 360)
		c.settle(0)
		packets := bob.sees("v0")
		last, before := packets[len(packets)-1], packets[len(packets)-2]
		if d, err := codec.Parse(codec.VP8, last.Payload); err != nil || !d.Key || len(packets) != 2 {
			t.Errorf("%d packets, the last a key frame: %v", len(packets), d.Key)
		}
		if last.SequenceNumber != before.SequenceNumber+1 {
			t.Errorf("numbers %d, %d: the viewer would ask for what nobody has", before.SequenceNumber, last.SequenceNumber)
		}
	})
}

func TestOneConnectionBringsABoundedNumberOfStreams(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada := c.join("ada")
		ada.publishes(7, sfu.Camera)
		bound := 0
		for ssrc := range packet.SSRC(1000) {
			if ada.up.Ingress.Stream(sfu.StreamID{MID: "0", SSRC: 1 + ssrc, Codec: codec.VP8}) != nil {
				bound++
			}
		}
		if bound == 0 || bound > 200 {
			t.Errorf("%d of 1000 streams were taken", bound)
		}
		c.settle(2 * time.Second)
		for _, p := range ada.up.Told() {
			if report, ok := p.(*rtcp.ReceiverReport); ok && len(report.Reports) != 1 {
				t.Errorf("a report speaks of %d streams, want the last alone", len(report.Reports))
			}
		}
	})
}

func TestNobodyAsksAMicrophoneForAPicture(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.join("ada"), c.join("bob")
		ada.publishes(7, sfu.Microphone)
		bob.receives()
		microphone := sfutest.NewPublisher(ada.up, "0", codec.Opus)
		for i := range 3000 {
			if i%2 == 0 {
				microphone.Skip("")
			}
			microphone.Sound(time.Now(), 30)
			c.settle(20 * time.Millisecond)
		}
		if n := ada.up.KeyFramesAsked(); n != 0 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestThePublisherIsAskedForWhatItsLinkLost(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, _, camera := seen(c)
		camera.Picture(time.Now(), "", false, 0)
		camera.Skip("")
		for range 5 {
			camera.Picture(time.Now(), "", false, 0)
			c.settle(20 * time.Millisecond)
		}
		asked := 0
		for _, p := range ada.up.Told() {
			if nack, ok := p.(*rtcp.TransportLayerNack); ok {
				asked += len(nack.Nacks)
			}
		}
		if asked == 0 {
			t.Error("nobody asked for the lost packet")
		}
	})
}

func TestTheLoudestAreHeardAndNamed(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		bob := c.join("bob")
		bob.receives()
		names := []string{"ada", "cy", "dee", "eve", "fay", "gus"}
		var microphones []*sfutest.Publisher
		for i, name := range names {
			p := c.join(name)
			p.publishes(uint32(10+i), sfu.Microphone)
			microphones = append(microphones, sfutest.NewPublisher(p.up, "0", codec.Opus))
		}
		for range 100 {
			for i, m := range microphones {
				m.Sound(time.Now(), uint8(20+10*i))
			}
			c.settle(20 * time.Millisecond)
		}
		heard := map[uint32]bool{}
		for _, mid := range []string{"a0", "a1"} {
			packets := bob.sees(mid)
			heard[packets[len(packets)-1].CSRC[0]] = true
		}
		if len(heard) != 2 || !heard[10] || !heard[11] {
			t.Errorf("two slots carry %v, want the two loudest: 10 and 11", heard)
		}
		speaker := ""
		for _, e := range bob.events.all {
			if e, ok := e.(sfu.SpeakersChanged); ok && len(e.Speakers) > 0 {
				speaker = e.Speakers[0]
			}
		}
		if speaker != "ada" {
			t.Errorf("the speaker is %q, want ada", speaker)
		}
	})
}

func TestOnePeersPanicIsNobodyElses(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		_, bob, camera := seen(c)
		cy := c.join("cy")
		cy.receives()
		cy.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		cy.down.Slot("v0").Fail(func() { panic("broken pipe") })
		c.settle(0)
		before := len(bob.sees("v0"))
		for range 3 {
			camera.Picture(time.Now(), "", true, 360)
			c.settle(10 * time.Millisecond)
		}
		if got := len(bob.sees("v0")) - before; got != 3 {
			t.Errorf("the bystander got %d of 3 packets", got)
		}
		closed := cy.count(func(e sfu.Event) bool { e2, ok := e.(sfu.PeerClosed); return ok && e2.Reason == sfu.ReasonInternal })
		if closed != 1 {
			t.Errorf("%d closing events for the broken peer", closed)
		}
	})
}

func TestSenderReportsKeepToThePublishersClock(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, camera := seen(c)
		ssrc := camera.SSRC("")
		ada.up.Ingress.SenderReport(time.Now(), ssrc, 1<<40, 1<<20)
		for range 60 {
			camera.Picture(time.Now(), "", false, 0)
			c.settle(33 * time.Millisecond)
		}
		reports := 0
		for _, p := range bob.down.Reports() {
			if report, ok := p.(*rtcp.SenderReport); ok && report.SSRC == uint32(bob.down.Slot("v0").Line.SSRC) {
				reports++
			}
		}
		if reports < 2 {
			t.Errorf("%d sender reports in two seconds", reports)
		}
	})
}

func TestBadOffersHarmNobody(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, camera := seen(c)
		_, err := ada.peer.OfferUpstream(context.Background(), sfutest.Garbage, []sfu.PublishedSource{{MID: "0", Source: sfu.Camera, Number: 7}})
		if !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("upstream garbage: %v", err)
		}
		if _, err = bob.peer.OfferDownstream(context.Background(), sfutest.Garbage, nil); !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("downstream garbage: %v", err)
		}
		before := len(bob.sees("v0"))
		camera.Picture(time.Now(), "", false, 0)
		c.settle(0)
		if len(bob.sees("v0")) != before+1 {
			t.Error("the picture stopped")
		}
	})
}

func TestOnlyOnePeerPerParticipant(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		c.join("ada")
		if _, err := c.server.Join("room", "ada", func(sfu.Event) {}); !errors.Is(err, sfu.ErrPeerExists) {
			t.Errorf("second join: %v", err)
		}
	})
}

func TestASnapshotExplainsTheRoom(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		seen(c)
		s, ok := c.server.Snapshot("room")
		if !ok || len(s.Publications) != 2 || len(s.Peers) != 2 {
			t.Fatalf("snapshot %+v, found %v", s, ok)
		}
		bob := s.Peers[1]
		if bob.Participant != "bob" || !bob.Downstream || len(bob.Slots) != 5 {
			t.Fatalf("bob is %+v", bob)
		}
		if _, ok := c.server.Snapshot("nowhere"); ok {
			t.Error("a room that is not there has a snapshot")
		}
	})
}

// A publisher chooses the heights of its key frames. Whatever they say, the room acts on them at its own pace.
