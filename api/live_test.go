package api_test

import (
	"context"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// closed waits for the end of the socket.
func (in *inside) closed() websocket.StatusCode {
	in.w.Helper()
	ctx, cancel := context.WithTimeout(in.w.Context(), patience)
	defer cancel()
	for {
		if _, _, err := in.conn.Read(ctx); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

func TestSettingsReachThoseInsideAtOnce(t *testing.T) {
	w, listener := liveWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	gus, _ := w.enter(listener, m.Code, "", `{"name":"Gus"}`)
	w.want(200, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: `{"settings":{"permissions":{"chat":false}}}`})
	if l := gus.wait("meeting:updated"); !strings.Contains(string(l.Data), `"chat":false`) {
		t.Errorf("gus hears %s", l.Data)
	}
	if l := gus.wait("permissions:changed"); !strings.Contains(string(l.Data), `"chat":false`) {
		t.Errorf("gus may do %s", l.Data)
	}
	list := w.want(200, call{method: "GET", path: "/api/meetings?view=live", as: "ada"})
	if !strings.Contains(string(list.body), m.Code) {
		t.Errorf("live meetings %s", list.body)
	}
	// What a room stores itself is not undone by it.
	w.want(200, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: `{"settings":{"lobby":true}}`})
	if l := gus.wait("meeting:updated"); !strings.Contains(string(l.Data), `"lobby":true`) || !strings.Contains(string(l.Data), `"chat":false`) {
		t.Errorf("gus hears %s", l.Data)
	}
	a := read[joined](w, w.joinBy(200, m.Code, "", "", ""))
	if a.Status != "WAITING" || len(a.Participants) != 0 {
		t.Errorf("a newcomer finds %+v", a)
	}
}

func TestSigningOutEverywhereEndsTheStayInMeetings(t *testing.T) {
	w, listener := liveWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	ada, _ := w.enter(listener, m.Code, "ada", ``)
	grace, _ := w.enter(listener, m.Code, "grace", ``)
	ada.wait("participant:joined")
	w.want(204, call{method: "DELETE", path: "/api/users/me/sessions", as: "grace"})
	if code := grace.closed(); code != websocket.StatusNormalClosure {
		t.Errorf("closed with %d", code)
	}
	if l := ada.wait("participant:left"); !strings.Contains(string(l.Data), `"reason":"left"`) {
		t.Errorf("ada hears %s", l.Data)
	}
}
