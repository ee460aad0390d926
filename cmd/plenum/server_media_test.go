package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

func TestThreePeopleSeeAndHearEachOther(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	bots := []*bot{m.enter("Ada"), m.enter("Grace"), m.enter("Alan")}
	for _, b := range bots {
		b.publish(microphone(30), camera()).receive(pool)
	}
	for _, b := range bots {
		var others []string
		for _, o := range bots {
			if o != b {
				others = append(others, o.id)
			}
		}
		b.wish(180, others...)
	}
	for _, b := range bots {
		b.flows(20, b.video(0), b.video(1))
		heard := map[uint32]bool{}
		for n, o := range slices.DeleteFunc(slices.Clone(bots), func(o *bot) bool { return o == b }) {
			mid := b.video(n)
			b.picture(mid, 0, b.number(o.id, message.Camera), 180)
			b.unbroken(mid)
			for _, p := range b.packets(mid) {
				if p.Publication != b.number(o.id, message.Camera) {
					t.Fatalf("%s's slot for %s carries publication %d", b.name, o.name, p.Publication)
				}
			}
			m.until("the map of slots to say whose camera it is", func() bool {
				return b.assigned(mid) == message.SlotAssignment{MID: mid, Number: b.number(o.id, message.Camera), Participant: o.id, Source: message.Camera}
			})
			heard[b.number(o.id, message.Microphone)] = false
		}
		m.until("both voices", func() bool {
			for publication := range heard {
				if b.count(publication) < 20 {
					return false
				}
			}
			return true
		})
		for _, mid := range b.down.MIDs(message.AudioSlot) {
			b.unbroken(mid)
		}
		if own := b.count(b.number(b.id, message.Camera)) + b.count(b.number(b.id, message.Microphone)); own != 0 {
			t.Errorf("%s got %d packets of its own", b.name, own)
		}
	}
	if how := m.looks("/debug/transport"); !strings.Contains(how, `"expressPeers": 3`) || !strings.Contains(how, `"fallbackPeers": 0`) {
		t.Errorf("media over UDP is not for pion to send: %s", how)
	}
}

func TestTheHeightOfTheTileChoosesTheLayer(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada, grace := m.enter("Ada").publish(camera()), m.enter("Grace").receive(client.Slots{Video: 1})
	mid, at := grace.video(0), 0
	for _, c := range []struct{ wished, height int }{{90, 90}, {360, 360}, {180, 180}, {2000, 360}, {10, 90}} {
		grace.wish(c.wished, ada.id)
		at = grace.picture(mid, at, grace.number(ada.id, message.Camera), c.height)
		grace.flows(10, mid)
	}
	grace.unbroken(mid)
}

func TestASlotChangesPersonAtAKeyFrame(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada, grace := m.enter("Ada").publish(camera()), m.enter("Grace").publish(camera())
	viewer := m.enter("Alan").receive(client.Slots{Video: 1})
	mid, at := viewer.video(0), 0
	for range 3 {
		for _, b := range []*bot{ada, grace} {
			viewer.wish(360, b.id)
			at = viewer.picture(mid, at, viewer.number(b.id, message.Camera), 360)
			m.until("the map of slots to follow", func() bool { return viewer.assigned(mid).Participant == b.id })
			viewer.flows(10, mid)
			viewer.ends(mid) // a picture that is cut short leaves a hole of one number
		}
	}
	viewer.unbroken(mid)
}

func TestAWishForTheSpeakerFollowsTheVoice(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	voices := []*voice{newVoice(127), newVoice(127)}
	var people []*bot
	for i, name := range []string{"Ada", "Grace"} {
		people = append(people, m.enter(name).publish(camera(), client.Track{Source: message.Microphone, Feed: voices[i]}))
	}
	viewer := m.enter("Alan").receive(client.Slots{Audio: 4, Video: 1})
	viewer.wish(90, message.SpeakerWish)
	at := 0
	for _, speaks := range []int{0, 1} {
		voices[1-speaks].level.Store(127)
		voices[speaks].level.Store(25)
		at = viewer.picture(viewer.video(0), at, viewer.number(people[speaks].id, message.Camera), 90)
		m.until("the speaker to be named", func() bool {
			viewer.mu.Lock()
			defer viewer.mu.Unlock()
			return len(viewer.speakers) > 0 && viewer.speakers[0] == people[speaks].id
		})
	}
	viewer.unbroken(viewer.video(0))
}

func TestAScreenStandsBesideTheCamera(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").publish(camera())
	viewer := m.enter("Grace").receive(pool)
	screen, sound := viewer.down.MIDs(message.ScreenSlot)[0], viewer.down.MIDs(message.ScreenAudioSlot)[0]
	wishes := []message.SlotWish{
		{MID: viewer.video(0), Participant: ada.id, Source: message.Camera, Height: 180},
		{MID: screen, Participant: ada.id, Source: message.Screen, Height: 1080},
		{MID: sound, Participant: ada.id, Source: message.ScreenAudio},
	}
	if err := viewer.Wish(m.ctx, wishes...); err != nil {
		t.Fatal(err)
	}
	viewer.flows(10, viewer.video(0))
	var shares [2][]seen
	for n := range shares {
		at := len(viewer.packets(screen))
		ada.publish(
			client.Track{Source: message.Screen, Feed: client.NewPattern(5, client.Size{Width: 1280, Height: 720})},
			client.Track{Source: message.ScreenAudio, Feed: client.NewTone(40)})
		viewer.picture(screen, at, viewer.number(ada.id, message.Screen), 720)
		viewer.flows(10, sound)
		viewer.flows(10, viewer.video(0))
		for _, source := range []message.Source{message.Screen, message.ScreenAudio} {
			if err := ada.Unpublish(m.ctx, source); err != nil {
				t.Fatal(err)
			}
		}
		m.until("the screen slots to be free", func() bool {
			return viewer.assigned(screen).Number == 0 && viewer.assigned(sound).Number == 0
		})
		viewer.flows(10, viewer.video(0))
		shares[n] = viewer.packets(screen)[at:]
		checkUnbroken(t, "a share", shares[n])
	}
	// A page that was on its way when the share ended is followed by a hole of one number: it will not be whole.
	last, next := shares[0][len(shares[0])-1], shares[1][0]
	hole := uint16(1)
	if last.Marker {
		hole = 0
	}
	if next.SSRC != last.SSRC || next.Sequence != last.Sequence+1+hole {
		t.Errorf("the second share begins with %+v after %+v", next, last)
	}
	viewer.unbroken(viewer.video(0))
	viewer.unbroken(sound)
}

func TestMediaPassesByTCPAlone(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	tcp := func(o *client.Options) { o.TCPOnly = true }
	ada, grace := m.enter("Ada", tcp).publish(camera()), m.enter("Grace", tcp).receive(client.Slots{Video: 1})
	grace.wish(360, ada.id)
	grace.picture(grace.video(0), 0, grace.number(ada.id, message.Camera), 360)
	grace.flows(60, grace.video(0))
	grace.unbroken(grace.video(0))
	if how := m.looks("/debug/transport"); !strings.Contains(how, `"fallbackPeers": 1`) || !strings.Contains(how, `"expressPeers": 0`) {
		t.Errorf("media over TCP is for pion to send: %s", how)
	}
}

func TestAPoolGrowsWhileMediaFlows(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada, grace := m.enter("Ada").publish(camera()), m.enter("Grace").publish(camera())
	viewer := m.enter("Alan").receive(client.Slots{Audio: 4, Video: 1})
	viewer.wish(90, ada.id)
	viewer.picture(viewer.video(0), 0, viewer.number(ada.id, message.Camera), 90)
	if err := viewer.down.Grow(m.ctx, client.Slots{Video: 24}); err != nil {
		t.Fatal(err)
	}
	wishes := make([]string, 25)
	wishes[0], wishes[24] = ada.id, grace.id
	viewer.wish(90, wishes...)
	viewer.picture(viewer.video(24), 0, viewer.number(grace.id, message.Camera), 90)
	viewer.flows(20, viewer.video(0))
	viewer.unbroken(viewer.video(0))
	viewer.unbroken(viewer.video(24))
}

func TestTwoPublishersMayHaveOneSSRC(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	one := func() client.Track {
		return client.Track{Source: message.Camera, Feed: client.NewPattern(15, sizes[1]), SSRC: 0x1234}
	}
	ada, grace := m.enter("Ada").publish(one()), m.enter("Grace").publish(one())
	viewer := m.enter("Alan").receive(client.Slots{Video: 2})
	viewer.wish(180, ada.id, grace.id)
	for n, b := range []*bot{ada, grace} {
		if ssrc := b.up.Streams()[0].SSRC; ssrc != 0x1234 {
			t.Fatalf("%s sends SSRC %x", b.name, ssrc)
		}
		viewer.picture(viewer.video(n), 0, viewer.number(b.id, message.Camera), 180)
		viewer.flows(20, viewer.video(n))
		viewer.unbroken(viewer.video(n))
	}
}
