package signaling_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

func TestMalformedMessagesGetAnErrorAndEndNothing(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	grace := w.enter("Grace")
	for name, c := range map[string]struct {
		raw  string
		code message.Code
	}{
		"no JSON":              {"hello", message.BadMessage},
		"an empty message":     {"", message.BadMessage},
		"a key twice":          {`{"v":1,"type":"ping","type":"meeting:end"}`, message.BadMessage},
		"an unknown field":     {`{"v":1,"type":"ping","data":{"x":1}}`, message.BadMessage},
		"an unknown type":      {`{"v":1,"type":"meeting:explode"}`, message.UnknownType},
		"a server's type":      {`{"v":1,"type":"meeting:ended","data":{}}`, message.UnknownType},
		"a wrong field":        {`{"v":1,"type":"chat:message","data":{"clientId":"","text":"x"}}`, message.BadMessage},
		"a chat of 5 KB":       {`{"v":1,"type":"chat:message","data":{"clientId":"a","text":"` + strings.Repeat("x", 5000) + `"}}`, message.TooLarge},
		"nesting without end":  {strings.Repeat(`{"data":`, 10_000), message.BadMessage},
		"a second join":        {`{"v":1,"type":"meeting:join"}`, message.AlreadyJoined},
		"a speech for another": {`{"v":1,"type":"chat:message","data":{"clientId":"a","text":"x","sender":"p1"}}`, message.BadMessage},
	} {
		grace.raw(c.raw)
		r := grace.wait("an error", func(r received) bool { _, is := r.message.(message.Error); return is })
		if got := r.message.(message.Error); got.Code != c.code || got.Message == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, grace.conn.Write(ctx, websocket.MessageBinary, []byte{1, 2, 3}))
	grace.wait("an error", func(r received) bool { _, is := r.message.(message.Error); return is })

	grace.do(message.ChatSend{ClientID: "c1", Text: "still here"})
	expect[message.ChatMessage](ada, nil)
}

func TestNothingIsPossibleBeforeTheJoin(t *testing.T) {
	w := newWorld(t)
	c := w.connect("Grace", message.GrantPrefix+w.grant(w.claims("Grace")))
	for _, m := range everyRequest {
		c.refused(m, message.NotJoined)
	}
	c.sync()
	expectReply[message.MeetingJoined](c, c.ask(message.MeetingJoin{}))
}

func TestWhoDoesNotJoinIsClosed(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.JoinTimeout = 10 * time.Millisecond })
	c := w.connect("Grace", message.GrantPrefix+w.grant(w.claims("Grace")))
	c.closedWith(websocket.StatusPolicyViolation)
}

func TestAMessageBeyondTheReadLimitClosesItsSenderAlone(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// The server may close before all of it is written.
	_ = grace.conn.Write(ctx, websocket.MessageText, []byte(`{"v":1,"type":"`+strings.Repeat("x", message.MaxSize)+`"}`))
	grace.closedWith(websocket.StatusMessageTooBig)
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == grace.joined.Self })
	ada.do(message.ChatSend{ClientID: "c1", Text: "still here"})
}

func TestAFloodClosesItsSenderAlone(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 1000 {
		if err := grace.conn.Write(ctx, websocket.MessageText, []byte(`{"v":1,"type":"ping"}`)); err != nil {
			break
		}
	}
	grace.closedWith(websocket.StatusPolicyViolation)
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == grace.joined.Self })
	ada.do(message.ChatSend{ClientID: "c1", Text: "still here"})
}

func TestAFloodOfBytesIsAFloodToo(t *testing.T) {
	w := newWorld(t)
	grace := w.enter("Grace")
	large := []byte(`{"v":1,"type":"ping","data":{}}` + strings.Repeat(" ", message.MaxSize-100))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 20 {
		if err := grace.conn.Write(ctx, websocket.MessageText, large); err != nil {
			break
		}
	}
	grace.closedWith(websocket.StatusPolicyViolation)
}

func TestEachClassHasItsRate(t *testing.T) {
	w := newWorld(t)
	for name, m := range map[string]func(i int) message.ClientMessage{
		"chat": func(i int) message.ClientMessage {
			return message.ChatSend{ClientID: fmt.Sprintf("c%d", i), Text: "x"}
		},
		"offers": func(int) message.ClientMessage {
			return message.WebRTCOffer{PC: message.Down, SDP: "v=0", Slots: []message.DownSlot{{MID: "0", Kind: message.AudioSlot}}}
		},
		"reports": func(int) message.ClientMessage { return message.StatsReport{} },
		"hands":   func(i int) message.ClientMessage { return message.ParticipantRaiseHand{Raised: i%2 == 0} },
		"toggles": func(i int) message.ClientMessage { return message.ParticipantToggleAudio{Muted: i%2 == 0} },
	} {
		t.Run(name, func(t *testing.T) {
			c := w.enter("Grace")
			c.t = t
			for i := range 60 {
				c.ask(m(i))
			}
			refused := c.wait("a refusal", func(r received) bool {
				e, is := r.message.(message.Error)
				return is && e.Code == message.TooMany
			}).message.(message.Error)
			if refused.RetryAfter < 1 {
				t.Errorf("no time to wait: %+v", refused)
			}
			c.sync()
		})
	}
}

// stalled connects without ever reading, with as little buffer as the system gives.
func TestASlowReaderIsClosedAndABystanderIsNot(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) {
		c.QueueMessages, c.QueueBytes = 8, 32<<10
		c.WriteTimeout = 50 * time.Millisecond
	})
	ada, alan := w.enter("Ada"), w.enter("Alan")
	claims := w.claims("Grace")
	conn, _, err := w.dial(message.GrantPrefix + w.grant(claims))
	must(t, err)
	defer conn.CloseNow()
	raw, err := message.EncodeRequest(1, message.MeetingJoin{})
	must(t, err)
	must(t, conn.Write(t.Context(), websocket.MessageText, raw))
	expect(ada, func(m message.ParticipantJoined) bool { return m.Participant.ID == claims.Participant })

	// Grace asks for the history again and again and reads nothing of it, until there is no place for more.
	for i := range 10 {
		alan.do(message.ChatSend{ClientID: fmt.Sprintf("c%d", i), Text: strings.Repeat("x", message.MaxText)})
	}
	left := make(chan struct{})
	go func() {
		defer close(left)
		for {
			raw := []byte(`{"v":1,"type":"chat:history","data":{}}`)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			err := conn.Write(ctx, websocket.MessageText, raw)
			cancel()
			if err != nil {
				return
			}
		}
	}()
	expect(alan, func(m message.ParticipantLeft) bool { return m.ID == claims.Participant })
	<-left
	w.eventually("it to be counted", func() bool { return w.server.Load(t.Context()).Slow == 1 })
	ada.sync()
	alan.do(message.ParticipantRaiseHand{Raised: true})
	expect(ada, func(m message.HandsChanged) bool { return len(m.Hands) == 1 })
}

// everyRequest has one of each message that needs a room, the last two because they end it.
var everyRequest = []message.ClientMessage{
	message.PublicationSet{Source: message.Screen, Live: true},
	message.WebRTCOffer{PC: message.Up, SDP: "up", Sources: []message.UpSource{{MID: "0", Source: message.Camera}}},
	message.WebRTCICECandidate{PC: message.Up},
	message.ParticipantToggleAudio{},
	message.ParticipantToggleVideo{},
	message.ParticipantRename{Name: "x"},
	message.ParticipantRaiseHand{Raised: true},
	message.SlotsWish{DataSaver: true},
	message.StatsReport{},
	message.ChatSend{ClientID: "a", Text: "x"},
	message.ChatHistoryRequest{},
	message.MeetingEnd{},
	message.MeetingLeave{},
}

func TestEveryRequestIsHandled(t *testing.T) {
	w := newWorld(t)
	grace := w.enter("Grace")
	for _, m := range everyRequest {
		id := grace.ask(m)
		answer := grace.wait("an answer", func(r received) bool { return r.envelope.Re == id }).message
		if refused, is := answer.(message.Error); is && refused.Code != message.Forbidden {
			t.Errorf("%T: %+v", m, refused)
		}
	}
}
