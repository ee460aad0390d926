package main

import (
	"slices"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// layers is the newest that a publisher was told of its camera, nil while nothing was said.
func (b *bot) layers() []bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wanted
}

// keyFramesAsked counts what the server asked of a publisher.
func (b *bot) keyFramesAsked() uint64 { return b.up.Stats().KeyFrameRequests }

// A camera that nobody watches sends its smallest layer when it is on somebody's next page, and the turned page begins with
// what was kept of it.
func TestTheNextPageIsAtHand(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").publish(camera())
	viewer := m.enter("Grace").receiveBy(client.Reception{
		Slots: client.Slots{Video: 2},
		Wish:  func([]message.DownSlot) message.SlotsWish { return message.SlotsWish{Wishes: []message.SlotWish{}} },
	})
	number := viewer.number(ada.id, message.Camera)
	m.until("nobody wants the camera", func() bool { l := ada.layers(); return l != nil && !slices.Contains(l, true) })

	viewer.must(message.SlotsWish{Wishes: []message.SlotWish{}, Warm: []message.WarmWish{{Participant: ada.id, Source: message.Camera}}})
	m.until("the smallest layer is wanted", func() bool { return slices.Equal(ada.layers(), []bool{true}) })
	asked := ada.keyFramesAsked()
	m.until("a key frame is asked for, now and then", func() bool { return ada.keyFramesAsked() > asked })
	sent := ada.sent()
	m.until("it is sent", func() bool { return ada.sent() > sent+10 })
	if n := viewer.count(0); n != 0 {
		t.Errorf("%d packets of the next page were forwarded", n)
	}

	asked = ada.keyFramesAsked()
	viewer.wish(90, ada.id)
	at := viewer.picture(viewer.video(0), 0, number, 90)
	if at != 0 {
		t.Errorf("the first packet is not of a key frame: the %d. is", at)
	}
	viewer.flows(30, viewer.video(0))
	if more := ada.keyFramesAsked() - asked; more != 0 {
		t.Errorf("%d key frames were asked for", more)
	}
	viewer.unbroken(viewer.video(0))
}
