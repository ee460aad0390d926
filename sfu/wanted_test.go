package sfu_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

// asked are the layers that a publisher was asked for, one after the other.
func (p *person) asked() (layers []uint8) {
	for _, e := range p.wantedEvents() {
		layers = append(layers, e.Layers)
	}
	return layers
}

func (p *person) wantedEvents() (list []sfu.LayersWanted) {
	p.events.mu.Lock()
	defer p.events.mu.Unlock()
	for _, e := range p.events.all {
		if wanted, ok := e.(sfu.LayersWanted); ok {
			list = append(list, wanted)
		}
	}
	return list
}

// filmed is a camera of three layers that sends while the test lets time pass.
type filmed struct {
	*person
	layers []*sender
	n      int
}

func (c *call) filmed() *filmed {
	f := &filmed{person: c.join("ada")}
	f.publishes(7, sfu.Camera)
	f.connects()
	return f
}

// connects begins the streams of the present connection.
func (f *filmed) connects() {
	f.layers = f.simulcasts(packet.SSRC(100*len(f.call.transport.Upstreams())), codec.VP8) //nolint:gosec // a handful
}

func (f *filmed) film(d time.Duration) {
	for range int(d / (50 * time.Millisecond)) {
		for _, l := range f.layers {
			l.picture(f.n == 0)
		}
		f.n++
		f.call.settle(50 * time.Millisecond)
	}
}

func (f *filmed) expect(t *testing.T, name string, want ...uint8) {
	t.Helper()
	if got := f.asked(); !slices.Equal(got, want) {
		t.Errorf("%s: asked for %03b, want %03b", name, got, want)
	}
}

func TestWhatNobodyWatchesIsNotSent(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.filmed()
		ada.film(4900 * time.Millisecond)
		ada.expect(c.t, "who has just begun goes on")
		ada.film(300 * time.Millisecond)
		ada.expect(c.t, "after 5 s without a viewer", 0b001)
		ada.film(5 * time.Second)
		ada.expect(c.t, "after 10 s", 0b001, 0)
	})
}

func TestDemandIsRaisedAtOnceAndLoweredLate(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada := c.filmed()
		ada.film(100 * time.Millisecond)
		p := c.server.PublicationOf("room", 7)
		p.SetDemand(time.Now(), 1001, 0b001)
		ada.film(12 * time.Second)
		ada.expect(t, "one small viewer", 0b001)
		_, before, _ := ada.told()
		p.SetDemand(time.Now(), 1002, 0b111)
		c.settle(0)
		ada.expect(t, "a large one", 0b001, 0b111)
		if _, after, _ := ada.told(); after != before+1 {
			t.Errorf("%d requests for a key frame of the new layers", after-before)
		}
		ada.n = 0 // it comes
		ada.film(time.Second)
		p.SetDemand(time.Now(), 1002, 0)
		ada.film(4900 * time.Millisecond)
		ada.expect(t, "kept for 5 s", 0b001, 0b111)
		ada.film(300 * time.Millisecond)
		ada.expect(t, "then not", 0b001, 0b111, 0b001)
		// Pages are turned to and fro: nothing changes.
		for range 10 {
			p.SetDemand(time.Now(), 1001, 0)
			ada.film(time.Second)
			p.SetDemand(time.Now(), 1001, 0b001)
			ada.film(time.Second)
		}
		ada.expect(t, "to and fro", 0b001, 0b111, 0b001)
	})
}

func TestALayerThatWasAskedToPauseIsNoFailure(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada := c.filmed()
		p := c.server.PublicationOf("room", 7)
		ada.film(100 * time.Millisecond)
		p.SetDemand(time.Now(), 1001, 0b001)
		ada.film(6 * time.Second)
		all := ada.layers
		ada.layers = all[:1]
		ada.film(3 * time.Second)
		in, ok := p.Quality()
		if !ok || in.Missing != 0 {
			t.Errorf("%+v: a layer that is not wanted is missing", in)
		}
		p.SetDemand(time.Now(), 1001, 0b111)
		ada.film(3 * time.Second)
		if in, _ := p.Quality(); in.Missing != 2 {
			t.Errorf("%d layers are missing that were asked for and do not come", in.Missing)
		}
		ada.layers = all
		ada.film(100 * time.Millisecond)
		for i, l := range c.publication(7).Layers {
			if !l.Flows {
				t.Errorf("layer %d, back as asked, does not count as flowing", i)
			}
		}
	})
}

func TestAnotherConnectionIsToldAnew(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.filmed()
		ada.film(11 * time.Second)
		ada.expect(c.t, "nobody watches", 0b001, 0)
		ada.publishes(7, sfu.Camera) // the page was loaded again
		ada.connects()
		ada.film(4 * time.Second)
		ada.expect(c.t, "it sends everything", 0b001, 0)
		ada.film(2 * time.Second)
		ada.expect(c.t, "and is told", 0b001, 0, 0b001)
	})
}

func TestNobodyIsToldAfterTheEnd(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.filmed()
		ada.film(100 * time.Millisecond)
		p := c.server.PublicationOf("room", 7)
		ada.peer.Close()
		c.settle(0)
		p.SetDemand(time.Now(), 1001, 0b010)
		p.SetReceiverCodecs(time.Now(), 1001, codec.H264)
		c.settle(20 * time.Second)
		ada.expect(c.t, "after it left")
	})
}

func TestOneReceiverWithoutTheCodecBringsItDownForAll(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada := c.join("ada")
		ada.publishes(7, sfu.Camera)
		camera := ada.sends("0", 100, codec.VP9, "")
		film := func(d time.Duration) {
			for range int(d / (50 * time.Millisecond)) {
				camera.picture(true)
				c.settle(50 * time.Millisecond)
			}
		}
		film(100 * time.Millisecond)
		p := c.server.PublicationOf("room", 7)
		p.SetDemand(time.Now(), 1001, 1)
		p.SetReceiverCodecs(time.Now(), 1001, codec.VP8, codec.VP9, codec.AV1)
		film(time.Second)
		if got := ada.wantedEvents(); len(got) != 0 {
			t.Fatalf("asked for %+v, and everybody decodes VP9", got)
		}
		p.SetReceiverCodecs(time.Now(), 1002, codec.VP8, codec.H264)
		film(time.Second)
		p.SetReceiverCodecs(time.Now(), 1002)
		film(29 * time.Second)
		if got := ada.wantedEvents(); len(got) != 1 || got[0].Codec != codec.VP8 || got[0].Layers != 1 {
			t.Fatalf("asked for %+v, want VP8", got)
		}
		film(3 * time.Second)
		if got := ada.wantedEvents(); len(got) != 2 || got[1].Codec != codec.VP9 {
			t.Fatalf("asked for %+v, want VP9 half a minute later", got)
		}
	})
}

func TestAMicrophoneIsNotAskedForLayers(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.join("ada")
		ada.publishes(7, sfu.Microphone)
		ada.sends("0", 100, codec.Opus, "").picture(true)
		c.server.PublicationOf("room", 7).SetDemand(time.Now(), 1001, 1)
		c.settle(20 * time.Second)
		if got := ada.asked(); len(got) != 0 {
			c.t.Errorf("asked for %v", got)
		}
	})
}

func TestWishesDecideWhatIsSent(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, carl := c.filmed(), c.join("bob"), c.join("carl")
		bob.receives()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		ada.film(12 * time.Second)
		ada.expect(t, "a small tile", 0b001)
		carl.receives()
		carl.peer.Wish(wish("v1", "ada", sfu.Camera, 360))
		ada.film(200 * time.Millisecond)
		ada.expect(t, "a larger one", 0b001, 0b011)
		carl.peer.SetSaving(true, false)
		bob.peer.SetSaving(false, true)
		ada.film(6 * time.Second)
		carl.peer.SetSaving(false, true)
		ada.film(11 * time.Second)
		ada.expect(t, "nobody wants pictures", 0b001, 0b011, 0b001, 0)
		bob.peer.SetSaving(false, false)
		ada.film(200 * time.Millisecond)
		ada.expect(t, "one does again", 0b001, 0b011, 0b001, 0, 0b001)
		bob.peer.Close()
		ada.film(11 * time.Second)
		ada.expect(t, "it left", 0b001, 0b011, 0b001, 0, 0b001, 0)
	})
}

func TestAViewerWithoutTheCodecGetsAnother(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, carl := c.join("ada"), c.join("bob"), c.join("carl")
		ada.publishes(7, sfu.Camera)
		camera := ada.sends("0", 100, codec.VP9, "")
		film := func(d time.Duration) {
			for range int(d / (50 * time.Millisecond)) {
				if wanted := ada.wantedEvents(); len(wanted) > 0 {
					camera.raw.Codec = wanted[len(wanted)-1].Codec
				}
				camera.picture(camera.wanted())
				c.settle(50 * time.Millisecond)
			}
		}
		film(100 * time.Millisecond)
		carl.receivesAll()
		carl.peer.Wish(wish("v0", "ada", sfu.Camera, 360))
		film(2 * time.Second)
		bob.receives() // VP8 alone
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 360))
		film(2 * time.Second)
		for _, p := range []*person{bob, carl} {
			packets := p.sees("v0")
			if len(packets) < 20 || packets[len(packets)-1].PayloadType != sfutest.VP8Payload {
				t.Errorf("%s got %d packets", p.name, len(packets))
			}
			continuous(t, packets)
		}
	})
}
