package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

func TestRequestsGetTheirRepliesAndRefusals(t *testing.T) {
	f := newFake(t, func(m message.ClientMessage) message.ServerMessage {
		switch m := m.(type) {
		case message.MeetingJoin:
			return message.MeetingJoined{Self: "me", Ticket: "t"}
		case message.ChatSend:
			return message.Error{Code: message.TooMany, Message: "Too many.", RetryAfter: 3}
		case message.ChatHistoryRequest:
			return message.ChatHistory{Messages: []message.ChatMessage{{Number: m.Before - 1}}, More: true}
		default:
			return message.OK{}
		}
	})
	ctx, c := dial(t, f, nil)
	joined, err := c.Join(ctx)
	if err != nil || joined.Self != "me" || joined.Ticket != "t" {
		t.Fatalf("%+v, %v", joined, err)
	}
	var refused message.Error
	if err := c.Chat(ctx, "a", "hi"); !errors.As(err, &refused) || refused.Code != message.TooMany || refused.RetryAfter != 3 {
		t.Errorf("chat: %v", err)
	}
	if page, err := c.History(ctx, 8, 10); err != nil || page.Messages[0].Number != 7 || !page.More {
		t.Errorf("history: %+v, %v", page, err)
	}
	for name, err := range map[string]error{
		"wish":   c.Wish(ctx, message.SlotWish{MID: "1", Participant: message.SpeakerWish, Source: message.Camera, Height: 180}),
		"hand":   c.RaiseHand(ctx, true),
		"rename": c.Rename(ctx, "Ada"),
		"mute":   c.Mute(ctx, message.Microphone, true),
		"end":    c.End(ctx),
		"leave":  c.Leave(ctx),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.Mute(ctx, message.Screen, true); err == nil {
		t.Error("a screen was muted")
	}
}

func TestEventsComeInOrderAndMayCallTheClient(t *testing.T) {
	f := newFake(t, func(message.ClientMessage) message.ServerMessage { return message.OK{} })
	var c *client.Client
	ready := make(chan struct{})
	seen := make(chan string, 10)
	ctx, c := dial(t, f, func(m message.ServerMessage) {
		<-ready
		switch m := m.(type) {
		case message.ParticipantLeft:
			if err := c.RaiseHand(context.Background(), true); err != nil {
				t.Errorf("request from the handler: %v", err)
			}
			seen <- m.ID
		case message.HandsChanged:
			seen <- "hands"
		}
	})
	close(ready)
	if err := c.RaiseHand(ctx, true); err != nil { // the server has its socket now
		t.Fatal(err)
	}
	f.say(message.ParticipantLeft{ID: "a"})
	f.write([]byte(`{"v":1,"seq":2,"type":"weather:changed","data":{"sun":true}}`))
	f.say(message.HandsChanged{})
	f.say(message.ParticipantLeft{ID: "b"})
	for _, want := range []string{"a", "hands", "b"} {
		select {
		case got := <-seen:
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("%s never came", want)
		}
	}
}

func TestAServerThatGoesAwayEndsRequests(t *testing.T) {
	var f *fake
	f = newFake(t, func(m message.ClientMessage) message.ServerMessage {
		f.mu.Lock()
		socket := f.socket
		f.mu.Unlock()
		_ = socket.Close(websocket.StatusGoingAway, "bye")
		return message.OK{}
	})
	f.deaf = true // the reply after the close fails as it should
	ctx, c := dial(t, f, nil)
	if err := c.RaiseHand(ctx, true); !errors.Is(err, client.ErrClosed) {
		t.Errorf("%v", err)
	}
	<-c.Done()
	if websocket.CloseStatus(c.Err()) != websocket.StatusGoingAway {
		t.Errorf("ended by %v", c.Err())
	}
	if err := c.RaiseHand(ctx, true); !errors.Is(err, client.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestDialSaysWhyItWasRefused(t *testing.T) {
	f := newFake(t, nil)
	_, err := client.Dial(context.Background(), client.Options{URL: f.url, Grant: "forged"})
	if err == nil {
		t.Fatal("a forged grant was good")
	}
}
