package signaling_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

func TestAClientThatDoesNotAnswerPingsIsGone(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.PingEvery, c.PongWithin = 20*time.Millisecond, 500*time.Millisecond })
	ada := w.enter("Ada")
	claims := w.claims("Grace")
	// Pongs are sent while reading, and nobody reads here.
	conn, _, err := w.dial(message.GrantPrefix + w.grant(claims))
	must(t, err)
	defer conn.CloseNow()
	raw, err := message.EncodeRequest(1, message.MeetingJoin{})
	must(t, err)
	must(t, conn.Write(t.Context(), websocket.MessageText, raw))
	expect(ada, func(m message.ParticipantJoined) bool { return m.Participant.ID == claims.Participant })
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == claims.Participant })
	ada.sync()
}

func TestAFaultEndsItsSessionAlone(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	// A server without media breaks when somebody needs it.
	config := signaling.Default("node")
	config.Room.ResumeFor = 0 // nobody is kept for who breaks
	broken := signaling.NewServer(config, w.records, nil, w.keys, slog.New(slog.DiscardHandler))
	whole := w.http
	w.http = httptest.NewServer(broken)
	defer func() {
		broken.Close(t.Context())
		w.http.Close()
		w.http = whole
	}()
	conn, _, err := websocket.Dial(t.Context(), w.url(), &websocket.DialOptions{
		Subprotocols: []string{message.Subprotocol, message.GrantPrefix + w.grant(w.claims("Grace"))},
	})
	must(t, err)
	defer conn.CloseNow()
	raw, err := message.EncodeRequest(1, message.MeetingJoin{})
	must(t, err)
	must(t, conn.Write(t.Context(), websocket.MessageText, raw))
	for err == nil {
		_, _, err = conn.Read(t.Context())
	}
	if code := websocket.CloseStatus(err); code != websocket.StatusInternalError {
		t.Fatalf("closed with %d: %v", code, err)
	}
	w.eventually("whoever broke is out of the meeting", func() bool {
		_, live := broken.Live(w.meeting.Code)
		return !live
	})
	if _, ok := broken.Snapshot(w.meeting.Code); !ok {
		t.Fatal("the room broke too")
	}
	ada.do(message.ChatSend{ClientID: "c1", Text: "still here"})
}

func TestClosingDoesNotWaitForADatabaseThatIsAway(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	unlock := w.lockStore()
	ada.ask(message.ChatSend{ClientID: "c1", Text: "lost, for there is no more time"})
	expect[message.ChatMessage](ada, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	w.server.Close(ctx)
	ada.closedWith(websocket.StatusGoingAway)
	unlock()
}

func TestSnapshotOfALiveRoom(t *testing.T) {
	w := newWorld(t)
	if _, ok := w.server.Snapshot(w.meeting.Code); ok {
		t.Fatal("a snapshot of nothing")
	}
	ada := w.enter("Ada")
	ada.do(message.ParticipantRaiseHand{Raised: true})
	got, ok := w.server.Snapshot(w.meeting.Code)
	if !ok || len(got.Participants) != 1 || len(got.Hands) != 1 || got.Occurrence == "" {
		t.Fatalf("%v %+v", ok, got)
	}
}

func TestConfig(t *testing.T) {
	good := signaling.Default("node")
	good.Origins = []string{"https://meet.example.org", "http://localhost:8080", "http://[::1]:8080"}
	must(t, good.Validate())
	for name, change := range map[string]func(*signaling.Config){
		"no node":               func(c *signaling.Config) { c.Node = "" },
		"an origin with a path": func(c *signaling.Config) { c.Origins = []string{"https://meet.example.org/"} },
		"an origin of a host":   func(c *signaling.Config) { c.Origins = []string{"meet.example.org"} },
		"every origin":          func(c *signaling.Config) { c.Origins = []string{"*"} },
		"proxies below zero":    func(c *signaling.Config) { c.TrustedProxies = -1 },
		"no time to join":       func(c *signaling.Config) { c.JoinTimeout = 0 },
		"no queue":              func(c *signaling.Config) { c.QueueBytes = 0 },
		"a room for nobody":     func(c *signaling.Config) { c.Room.MaxParticipants = 0 },
	} {
		c := signaling.Default("node")
		if change(&c); c.Validate() == nil {
			t.Errorf("%s passes", name)
		}
	}
}
