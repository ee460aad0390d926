package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

const patience = 15 * time.Second

// fake is a signalling server of one socket at a time; answer says what to reply to each request.
type fake struct {
	t      *testing.T
	url    string
	answer func(message.ClientMessage) message.ServerMessage
	deaf   bool // writes may fail

	mu      sync.Mutex
	socket  *websocket.Conn
	seq     uint64
	tickets []string // by which clients came back
}

func newFake(t *testing.T, answer func(message.ClientMessage) message.ServerMessage) *fake {
	f := &fake{t: t, answer: answer}
	server := httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(server.Close)
	f.url = "ws" + strings.TrimPrefix(server.URL, "http")
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	credential := r.Header.Get("Sec-WebSocket-Protocol")
	_, ticket, back := strings.Cut(credential, message.TicketPrefix)
	if !back && !strings.Contains(credential, "auth.good") {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{message.Subprotocol}})
	if err != nil {
		return
	}
	defer func() { _ = socket.CloseNow() }()
	socket.SetReadLimit(message.MaxSize)
	f.mu.Lock()
	f.socket = socket
	if back {
		f.tickets = append(f.tickets, ticket)
	}
	f.mu.Unlock()
	for {
		_, raw, err := socket.Read(r.Context())
		if err != nil {
			return
		}
		in, err := message.Decode(raw)
		if err != nil {
			f.t.Errorf("the client sent what the server refuses: %v\n%s", err, raw)
			return
		}
		f.write(message.Encode(f.answer(in.Message)).Append(nil, in.ID, 0))
	}
}

// say sends an event.
func (f *fake) say(m message.ServerMessage) {
	f.mu.Lock()
	f.seq++
	seq := f.seq
	f.mu.Unlock()
	f.write(message.Encode(m).Append(nil, 0, seq))
}

func (f *fake) write(raw []byte) {
	f.mu.Lock()
	socket := f.socket
	f.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := socket.Write(ctx, websocket.MessageText, raw); err != nil && !f.deaf {
		f.t.Errorf("write to the client: %v", err)
	}
}

func dial(t *testing.T, f *fake, events func(message.ServerMessage), set ...func(*client.Options)) (context.Context, *client.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	o := client.Options{URL: f.url, Grant: "good", Events: events}
	for _, s := range set {
		s(&o)
	}
	c, err := client.Dial(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return ctx, c
}

// until waits for a condition.
func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !true() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for: %s", patience, what)
		}
		<-tick.C
	}
}
