package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// obedient is a camera of three layers that sends what it is asked for alone, and begins a layer with a key frame, as
// browsers do.
type obedient struct {
	*filmed
	on uint8 // layers that flow
}

func (c *call) obedient() *obedient { return &obedient{filmed: c.filmed()} }

func (o *obedient) film(d time.Duration) {
	for range int(d / (50 * time.Millisecond)) {
		layers := uint8(0b111)
		if asked := o.asked(); len(asked) > 0 {
			layers = asked[len(asked)-1]
		}
		key := o.layers[0].wanted()
		for i, l := range o.layers {
			if bit := uint8(1) << i; layers&bit != 0 {
				l.picture(key || o.on&bit == 0)
			}
		}
		o.on = layers
		o.call.settle(50 * time.Millisecond)
	}
}

func next(participant string) sfu.Warm { return sfu.Warm{Participant: participant, Source: sfu.Camera} }

func TestTheNextPageIsWarmAndNothingOfItIsForwarded(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.obedient(), c.join("bob")
		bob.receives()
		bob.peer.Wish([]sfu.Wish{})
		c.settle(0)
		ada.film(11 * time.Second)
		ada.expect(t, "nobody watches", 0b001, 0)
		bob.peer.Wish([]sfu.Wish{}, next("ada"), next("nobody"), next("bob"))
		ada.film(20 * time.Second)
		ada.expect(t, "it is on the next page", 0b001, 0, 0b001)
		if n := len(bob.sees("v0")) + len(bob.sees("v1")); n != 0 || bob.assigned("v0") != 0 {
			t.Errorf("%d packets of the next page were forwarded", n)
		}
		if w := c.publication(7).Wanted; w.Waiting != 1 || w.Receivers != 1 {
			t.Errorf("%+v", w)
		}
		// At whatever moment the page is turned.
		for turn := range 8 {
			ada.film(3500*time.Millisecond + time.Duration(turn)*400*time.Millisecond)
			_, before, _ := ada.told()
			seen := len(bob.sees("v0"))
			bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
			c.settle(0)
			packets := bob.sees("v0")[seen:]
			if len(packets) == 0 {
				t.Fatal("the turned page shows nothing")
			}
			if d, err := codec.Parse(codec.VP8, packets[0].Payload); err != nil || !d.Key || d.Height != 180 {
				t.Errorf("the turned page begins with %+v, %v", d, err)
			}
			if _, after, _ := ada.told(); after != before {
				t.Errorf("%d key frames were asked for", after-before)
			}
			ada.film(200 * time.Millisecond)
			bob.peer.Wish([]sfu.Wish{}, next("ada"))
		}
		continuous(t, bob.sees("v0"))
	})
}

func TestWarmthEndsLateAndForGoodReasons(t *testing.T) {
	end := func(name string, what func(c *call, bob *person)) {
		t.Run(name, func(t *testing.T) {
			inCall(t, func(c *call) {
				ada, bob := c.obedient(), c.join("bob")
				bob.receives()
				bob.peer.Wish([]sfu.Wish{}, next("ada"))
				ada.film(15 * time.Second)
				ada.expect(c.t, "warm", 0b001)
				what(c, bob)
				ada.film(9 * time.Second)
				ada.expect(c.t, "pages are turned back", 0b001)
				ada.film(2 * time.Second)
				ada.expect(c.t, "it is over", 0b001, 0)
			})
		})
	}
	end("another page is next", func(_ *call, bob *person) { bob.peer.Wish([]sfu.Wish{}, next("carl")) })
	end("the last page", func(_ *call, bob *person) { bob.peer.Wish([]sfu.Wish{}) })
	end("the viewer leaves", func(_ *call, bob *person) { bob.peer.Close() })
	end("sound alone", func(_ *call, bob *person) { bob.peer.SetSaving(false, true) })
	end("the connection is lost", func(c *call, bob *person) {
		bob.down.Egress.Ended("failed")
		c.settle(0)
	})
}

func TestWarmthIsForWhatMayBeSeen(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.obedient(), c.join("bob")
		bob.receives()
		ada.peer.SetMuted(sfu.Camera, true)
		bob.peer.Wish([]sfu.Wish{}, next("ada"))
		ada.film(11 * time.Second)
		ada.expect(t, "off", 0b001, 0)
		ada.peer.SetMuted(sfu.Camera, false)
		ada.film(time.Second)
		ada.expect(t, "on", 0b001, 0, 0b001)
		ada.peer.Forbid(sfu.Camera, true)
		ada.film(11 * time.Second)
		ada.expect(t, "a host stopped it", 0b001, 0, 0b001, 0)
	})
}

func TestWhoSavesDataMayHaveTheNextPageWarm(t *testing.T) {
	inCall(t, func(c *call) {
		ada, bob := c.obedient(), c.join("bob")
		bob.receives()
		bob.peer.SetSaving(true, false)
		bob.peer.Wish([]sfu.Wish{}, next("ada"))
		ada.film(15 * time.Second)
		ada.expect(c.t, "the smallest, which costs the viewer nothing", 0b001)
	})
}

// Somebody sees it: another key frame now and then would cost them, and who comes asks for one.
func TestWarmthCostsViewersNoKeyFrames(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, carl := c.obedient(), c.join("bob"), c.join("carl")
		bob.receives()
		carl.receives()
		carl.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		bob.peer.Wish([]sfu.Wish{}, next("ada"))
		ada.film(2 * time.Second)
		_, before, _ := ada.told()
		ada.film(20 * time.Second)
		if _, after, _ := ada.told(); after != before {
			t.Errorf("%d key frames were asked for", after-before)
		}
		carl.peer.Wish([]sfu.Wish{})
		ada.film(12 * time.Second)
		if _, after, _ := ada.told(); after-before < 3 || after-before > 5 {
			t.Errorf("%d key frames in 12 s that nobody sees", after-before)
		}
	})
}

func TestAScreenThatIsNotLookedAtIsNotForwarded(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, eve, bob := c.join("ada"), c.join("eve"), c.join("bob")
		ada.publishes(1, sfu.Screen)
		eve.publishes(2, sfu.Screen)
		screens := []*sender{ada.sends("0", 100, codec.VP8, ""), eve.sends("0", 200, codec.VP8, "")}
		film := func(d time.Duration) {
			for range int(d / (100 * time.Millisecond)) {
				for _, s := range screens {
					s.picture(s.wanted())
				}
				c.settle(100 * time.Millisecond)
			}
		}
		bob.receivesScreens()
		bob.peer.Wish(wish("s0", "ada", sfu.Screen, 720))
		film(2 * time.Second)
		if bob.assigned("s0") != 1 || bob.assigned("s1") != 0 || len(bob.sees("s0")) == 0 || len(bob.sees("s1")) != 0 {
			t.Errorf("the slots carry %d and %d, with %d and %d packets",
				bob.assigned("s0"), bob.assigned("s1"), len(bob.sees("s0")), len(bob.sees("s1")))
		}
		// The other tab.
		bob.peer.Wish(wish("s1", "eve", sfu.Screen, 720))
		film(200 * time.Millisecond)
		before := len(bob.sees("s0"))
		film(2 * time.Second)
		if after := len(bob.sees("s0")); after != before || bob.assigned("s0") != 0 || len(bob.sees("s1")) == 0 {
			t.Errorf("%d packets of the hidden screen", after-before)
		}
		film(10 * time.Second)
		if w := c.publication(1).Wanted; w.Asked != 0 {
			t.Errorf("the hidden screen is asked for: %+v", w)
		}
	})
}

// receivesScreens offers two screen slots, s0 and s1, and opens them.
func (p *person) receivesScreens() {
	p.call.t.Helper()
	before := len(p.call.transport.Downstreams())
	slots := []sfu.SlotSpec{{MID: "s0", Kind: sfu.ScreenSlot}, {MID: "s1", Kind: sfu.ScreenSlot}}
	if _, err := p.peer.OfferDownstream(p.call.t.Context(), "offer of "+p.name+" for screens", slots); err != nil {
		p.call.t.Fatal(err)
	}
	p.down = p.call.transport.Downstreams()[before]
	p.down.Open()
	p.call.settle(0)
}
