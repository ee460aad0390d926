package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// must fails the test if a request is refused.
func (b *bot) must(requests ...message.ClientMessage) {
	b.m.t.Helper()
	for _, r := range requests {
		if _, err := b.Request(b.m.ctx, r); err != nil {
			b.m.t.Fatalf("%s: %v", b.name, err)
		}
	}
}

// sent counts the packets that a bot has sent.
func (b *bot) sent() (n uint64) {
	for _, s := range b.up.Sent() {
		n += s.Packets
	}
	return n
}

// url of the meeting's sockets.
func (b *bot) url() string { return "ws" + strings.TrimPrefix(b.m.rest.Base, "http") + "/ws" }

// A client that ignores every request, and goes on sending media and messages, reaches nobody.
func TestAClientThatIgnoresItsHostsReachesNobody(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	host := m.enterBy(m.rest, "Host")
	ada := m.enter("Ada").publish(microphone(40))
	grace := m.enter("Grace").receive(client.Slots{Audio: 2, Video: 1})
	sendAll := func(o *client.Options) { o.SendAll = true }
	mallory := m.enter("Mallory", sendAll).publish(camera(), microphone(30))
	grace.wish(180, mallory.id)
	picture, sound := grace.number(mallory.id, message.Camera), grace.number(mallory.id, message.Microphone)
	m.until("grace sees and hears mallory", func() bool { return grace.count(picture) > 5 && grace.count(sound) > 5 })
	voice := grace.number(ada.id, message.Microphone)
	// meanwhile passes while ada is heard and mallory sends.
	meanwhile := func() {
		t.Helper()
		heard, sent := grace.count(voice), mallory.sent()
		m.until("ada is heard, and mallory sends", func() bool { return grace.count(voice) > heard+25 && mallory.sent() > sent+25 })
	}

	no := new(false)
	host.must(
		message.ModerationMute{Participant: mallory.id, Hard: true},
		message.ModerationStopVideo{Participant: mallory.id, Hard: true},
		message.ModerationPermissions{Participant: mallory.id, Permissions: message.Override{
			Share: no, Chat: no, PrivateChat: no, Reactions: no, Rename: no,
		}},
	)
	// What was on its way when the host spoke has arrived a moment later; from then on nothing does.
	meanwhile()
	before := grace.count(picture) + grace.count(sound)
	for _, r := range []message.ClientMessage{
		message.ParticipantToggleAudio{},
		message.ParticipantToggleVideo{},
		message.PublicationSet{Source: message.Camera, Live: false},
		message.PublicationSet{Source: message.Camera, Live: true},
		message.PublicationSet{Source: message.Screen, Live: true},
		message.ChatSend{ClientID: "a", Text: "hello"},
		message.ChatSend{ClientID: "b", Text: "hello", To: grace.id},
		message.ParticipantReact{Emoji: message.Heart},
		message.ParticipantRename{Name: "Host"},
		message.ModerationRole{Participant: mallory.id, Role: message.Host},
		message.ModerationPermissions{Participant: mallory.id, Reset: true},
		message.ModerationMute{Participant: grace.id},
		message.MeetingEnd{},
	} {
		_, err := mallory.Request(m.ctx, r)
		var refused message.Error
		if _, switches := r.(message.PublicationSet); err == nil && !switches {
			t.Errorf("%T %+v was done", r, r)
		} else if err != nil && (!errors.As(err, &refused) || refused.Code != message.Forbidden) {
			t.Errorf("%T: %v", r, err)
		}
	}
	silenced := func(what string) {
		t.Helper()
		meanwhile()
		if got := grace.count(picture) + grace.count(sound) - before; got != 0 {
			t.Errorf("%s, %d packets of a client that was silenced came through", what, got)
		}
	}
	silenced("going on as before")
	mallory.publish(client.Track{Source: message.Screen, Feed: client.NewPattern(5, sizes[0])})
	silenced("after another offer, with another source")
	if n := look(grace, func() int { return len(grace.chat) }); n != 0 {
		t.Errorf("%d messages came through", n)
	}
	if got := look(grace, func() string { return grace.roster[mallory.id].Name }); got != "Mallory" {
		t.Errorf("renamed %q", got)
	}
	if n := grace.listed(mallory.id, message.Screen); n != 0 {
		t.Errorf("a screen that may not be shared is listed as %d", n)
	}

	// Removed, nothing of hers is good any more.
	host.must(message.ModerationRemove{Participant: mallory.id})
	m.until("mallory's socket is closed", func() bool {
		select {
		case <-mallory.Done():
			return true
		default:
			return false
		}
	})
	again, err := client.Dial(m.ctx, client.Options{URL: mallory.url(), Ticket: mallory.joined.Ticket})
	if err == nil {
		_, err = again.Join(m.ctx)
		again.Close()
	}
	if err == nil {
		t.Error("the ticket of somebody who was removed is good")
	}
	m.until("she is gone for the others", func() bool {
		return look(grace, func() bool { _, there := grace.roster[mallory.id]; return !there })
	})
}
