package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/store"
)

// patience bounds every wait; a test that passes never uses it up.
const patience = 20 * time.Second

// newRooms makes the real signalling server, with media that needs no network.
func newRooms(w *world) *signaling.Server {
	w.Helper()
	media, err := sfu.NewServer(sfu.Default(), &sfutest.Transport{}, w.logger)
	w.must(err)
	rooms := signaling.NewServer(signaling.Default("node"), w.store, media, w.grants, w.logger)
	w.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		rooms.Close(ctx)
		media.Close()
	})
	return rooms
}

// line is one message on the WebSocket.
type line struct {
	Type string
	Data json.RawMessage
}

// inside is somebody in a meeting, over the WebSocket that the API serves.
type inside struct {
	w    *world
	conn *websocket.Conn
}

// enter takes the way that a browser takes: REST for the grant, then the socket.
func (w *world) enter(listener *httptest.Server, code, as, body string) (*inside, joined) {
	w.Helper()
	j, _ := w.join(code, as, body)
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(listener.URL, "http")+j.SocketURL, &websocket.DialOptions{
		Subprotocols: []string{"plenum.v1", "auth." + j.Grant},
		HTTPHeader:   map[string][]string{"Origin": {listener.URL}, "Accept-Encoding": {"gzip"}},
	})
	w.must(err)
	in := &inside{w: w, conn: conn}
	w.Cleanup(func() { _ = conn.CloseNow() })
	w.must(conn.Write(ctx, websocket.MessageText, []byte(`{"v":1,"id":1,"type":"meeting:join","data":{}}`)))
	in.wait("meeting:joined")
	return in, j
}

// wait reads until a message of the type comes.
func (in *inside) wait(kind string) line {
	in.w.Helper()
	ctx, cancel := context.WithTimeout(in.w.Context(), patience)
	defer cancel()
	for {
		_, text, err := in.conn.Read(ctx)
		if err != nil {
			in.w.Fatalf("waiting for %s: %v", kind, err)
		}
		var l line
		in.w.must(json.Unmarshal(text, &l))
		if l.Type == kind {
			return l
		}
	}
}

// eventually asks until the answer is yes: what a room stores arrives a moment later.
func (w *world) eventually(what string, yes func() bool) {
	w.Helper()
	deadline := time.Now().Add(patience)
	for !yes() {
		if time.Now().After(deadline) {
			w.Fatalf("never: %s", what)
		}
		// Asking a database again is wait enough.
	}
}

// liveWorld runs on the real clock: grants are checked by it.
func liveWorld(t *testing.T) (*world, *httptest.Server) {
	w := newWorld(t)
	w.clock.at = time.Now().UTC().Truncate(time.Microsecond)
	listener := httptest.NewServer(w.server.Public())
	w.Cleanup(listener.Close)
	return w, listener
}

func TestLiveMeeting(t *testing.T) {
	w, listener := liveWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	path := "/api/meetings/" + m.Code
	ada, first := w.enter(listener, m.Code, "ada", ``)
	gus, second := w.enter(listener, m.Code, "", `{"name":"Gus"}`)
	ada.wait("participant:joined")

	if !w.seen(m.Code, "").Live {
		t.Error("the meeting is not live")
	}
	_, third := w.enter(listener, m.Code, "grace", ``)
	if len(third.Participants) != 2 || third.Participants[0].ID != first.Participant.ID || third.Participants[1].ID != second.Participant.ID {
		t.Errorf("grace finds %+v", third.Participants)
	}
	w.eventually("grace took part", func() bool {
		return w.do(call{method: "GET", path: path + "/messages", as: "grace"}).status == 200
	})

	w.want(200, call{method: "PATCH", path: path, as: "ada", body: `{"title":"Garden"}`})
	if l := gus.wait("meeting:updated"); !strings.Contains(string(l.Data), `"Garden"`) {
		t.Errorf("gus hears %s", l.Data)
	}

	w.want(204, call{method: "POST", path: path + "/leave", as: "grace"})
	ada.wait("participant:left")
	w.eventually("grace has left", func() bool {
		p, err := w.store.ParticipantByID(w.Context(), third.Participant.ID)
		w.must(err)
		return p.Status == store.StatusLeft
	})
	w.want(404, call{method: "POST", path: path + "/leave", as: "grace"})

	w.want(204, call{method: "POST", path: path + "/end", as: "ada", body: `{}`})
	ada.wait("meeting:ended")
	gus.wait("meeting:ended")
	if got := w.seen(m.Code, "ada"); got.Live || got.EndedAt == nil || *got.ParticipantCount != 3 {
		t.Errorf("after the end %+v", got)
	}
	w.enter(listener, m.Code, "ada", ``)
	if got := w.seen(m.Code, "ada"); !got.Live || got.EndedAt != nil {
		t.Errorf("held again %+v", got)
	}
}

func TestDeleteWhileLive(t *testing.T) {
	w, listener := liveWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	gus, _ := w.enter(listener, m.Code, "", `{"name":"Gus"}`)
	w.want(404, call{method: "DELETE", path: "/api/meetings/" + m.Code, as: "grace"})
	w.want(204, call{method: "DELETE", path: "/api/meetings/" + m.Code, as: "ada"})
	gus.wait("meeting:ended")
	if _, live := w.rooms.Live(m.Code); live {
		t.Error("a deleted meeting is live")
	}
	if strings.Contains(w.log.String(), `"level":"ERROR"`) {
		t.Errorf("log: %s", w.log)
	}
}

// A handshake has no body, and nobody reads one.
func TestAHandshakeWithABodyIsRefused(t *testing.T) {
	w, listener := liveWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	j, _ := w.join(m.Code, "ada", ``)
	for name, body := range map[string]io.Reader{"with a length": strings.NewReader("much"), "without": io.MultiReader(strings.NewReader("much"))} {
		r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, listener.URL+"/ws", body)
		w.must(err)
		r.Header.Set("Sec-WebSocket-Protocol", "plenum.v1, auth."+j.Grant)
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		answer.Body.Close()
		if answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
}

// The grant is good once, and only over the socket; the page that opens it must be ours.
func TestSocketThroughTheAPI(t *testing.T) {
	w, listener := liveWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	dial := func(grant, origin string) int {
		ctx, cancel := context.WithTimeout(w.Context(), patience)
		defer cancel()
		conn, r, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(listener.URL, "http")+"/ws", &websocket.DialOptions{
			Subprotocols: []string{"plenum.v1", "auth." + grant}, HTTPHeader: map[string][]string{"Origin": {origin}},
		})
		if err == nil {
			_ = conn.CloseNow()
		}
		if r == nil {
			w.Fatal(err)
		}
		return r.StatusCode
	}
	j, _ := w.join(m.Code, "ada", ``)
	if status := dial(j.Grant, "https://evil.example"); status != 403 {
		t.Errorf("foreign page: %d", status)
	}
	j, _ = w.join(m.Code, "ada", ``)
	if status := dial(j.Grant, listener.URL); status != 101 {
		t.Errorf("our page: %d", status)
	}
	if status := dial(j.Grant, listener.URL); status != 401 {
		t.Errorf("second use: %d", status)
	}
	if status := dial(w.person("ada").Token, listener.URL); status != 401 {
		t.Errorf("an access token: %d", status)
	}
}
