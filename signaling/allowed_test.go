package signaling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/signaling/message"
)

// A source that somebody may not switch on flows to nobody, whatever they offer and send; and it does if they may.
func TestWhatIsNotAllowedDoesNotFlow(t *testing.T) {
	off, on := new(false), new(true)
	for name, c := range map[string]struct {
		standard, own *bool
		flows         bool
	}{
		"on":                      {flows: true},
		"off for all":             {standard: off},
		"off for one":             {own: off},
		"off for all and for one": {standard: off, own: off},
		"off for all, on for one": {standard: off, own: on, flows: true},
	} {
		for source, override := range map[message.Source]func(*bool) message.Override{
			message.Microphone: func(is *bool) message.Override { return message.Override{Unmute: is} },
			message.Camera:     func(is *bool) message.Override { return message.Override{Camera: is} },
			message.Screen:     func(is *bool) message.Override { return message.Override{Share: is} },
		} {
			t.Run(string(source)+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				host, grace, alan := w.enter(w.host.Name), w.enter("Grace"), w.enter("Alan")
				host.do(message.ModerationPermissions{Permissions: override(c.standard)})
				host.do(message.ModerationPermissions{Participant: grace.joined.Self, Permissions: override(c.own)})
				// By whom it is seen that what is sent arrives.
				host.do(message.ModerationPermissions{Participant: alan.joined.Self, Permissions: override(on)})
				grace.sends(source, c.flows)
				alan.sends(source, true)
				if source == message.Microphone {
					w.hears(alan, grace, c.flows)
				} else {
					w.sees(host, alan, grace, source, c.flows)
				}
			})
		}
	}
}

// sends publishes a source and asks for it to be on.
func (c *client) sends(source message.Source, allowed bool) {
	c.t.Helper()
	expectReply[message.WebRTCAnswer](c, c.ask(message.WebRTCOffer{
		PC: message.Up, SDP: "up", Sources: []message.UpSource{{MID: "0", Source: source}},
	}))
	var begin message.ClientMessage = message.PublicationSet{Source: source, Live: true}
	switch source {
	case message.Microphone:
		begin = message.ParticipantToggleAudio{}
	case message.Camera:
		begin = message.ParticipantToggleVideo{}
	case message.Screen, message.ScreenAudio:
	}
	if allowed {
		c.do(begin)
	} else {
		c.refused(begin, message.Forbidden)
	}
}

// hears has the one speak after the other, who is heard too if that is what is wanted.
func (w *world) hears(one, other *client, both bool) {
	w.t.Helper()
	first := sfutest.NewPublisher(w.transport.Upstreams()[0], "0", codec.Opus, "")
	second := sfutest.NewPublisher(w.transport.Upstreams()[1], "0", codec.Opus, "")
	isHeard := func(mouth *sfutest.Publisher, who *client) bool {
		mouth.Sound(time.Now(), 10)
		media, _ := w.media.Snapshot(w.meeting.Code)
		return slices.Contains(media.Speakers, who.joined.Self)
	}
	if both {
		w.eventually("the first is heard", func() bool { return isHeard(first, other) })
	}
	w.eventually("the second is heard", func() bool {
		first.Sound(time.Now(), 50)
		return isHeard(second, one)
	})
	if !both && isHeard(first, other) {
		w.t.Error("somebody is heard who may not unmute")
	}
}

// sees has the viewer wish for both, and waits until the one is there, and the other too if that is what is wanted.
func (w *world) sees(viewer, one, other *client, source message.Source, both bool) {
	w.t.Helper()
	kind := message.VideoSlot
	if source == message.Screen {
		kind = message.ScreenSlot
	}
	expectReply[message.WebRTCAnswer](viewer, viewer.ask(message.WebRTCOffer{
		PC: message.Down, SDP: "down", Slots: []message.DownSlot{{MID: "0", Kind: kind}, {MID: "1", Kind: kind}},
	}))
	viewer.do(message.SlotsWish{Wishes: []message.SlotWish{
		{MID: "0", Participant: other.joined.Self, Source: source, Height: 360},
		{MID: "1", Participant: one.joined.Self, Source: source, Height: 360},
	}})
	for _, up := range w.transport.Upstreams() {
		sfutest.NewPublisher(up, "0", codec.VP8, "").Picture(time.Now(), "", true, 360)
	}
	last := expect(viewer, func(m message.SlotsAssigned) bool {
		return m.Slots[1].Participant == one.joined.Self && (!both || m.Slots[0].Participant == other.joined.Self)
	})
	if !both && last.Slots[0].Number != 0 {
		w.t.Errorf("a source that is not allowed is shown: %+v", last)
	}
}
