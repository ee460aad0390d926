package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/signaling/grant"
)

type stream struct {
	Invitation struct {
		ID   string
		Good bool
	}
	URL, Token string
}

func (w *world) stream(code, body string) stream {
	w.Helper()
	return read[stream](w, w.want(201, call{method: "POST", path: "/api/meetings/" + code + "/streams", as: "ada", body: body}))
}

func TestAHostLetsAStreamIn(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan","settings":{"lobby":true}}`)
	got := w.stream(m.Code, `{"kind":"publish","name":" Stage "}`)
	if !strings.HasSuffix(got.URL, "/whip/"+m.Code) || !strings.HasPrefix(got.URL, "http") || !got.Invitation.Good {
		t.Errorf("%+v", got)
	}
	g, err := w.grants.VerifyStream(w.clock.now(), got.Token)
	w.must(err)
	want := grant.Stream{
		ID: got.Invitation.ID, Code: m.Code, Meeting: g.Meeting, Way: grant.Publish, Name: "Stage", SkipLobby: true,
		ExpiresAt: w.clock.now().Add(12 * time.Hour).Truncate(time.Second),
	}
	if !g.ExpiresAt.Equal(want.ExpiresAt) {
		t.Errorf("it expires %v", g.ExpiresAt)
	}
	if g.ExpiresAt = want.ExpiresAt; g != want {
		t.Errorf("%+v", g)
	}

	player := w.stream(m.Code, `{"kind":"play","name":"Hall","participant":"01K","skipLobby":false,"expiresAt":"2026-11-25T12:00:00Z"}`)
	g, err = w.grants.VerifyStream(w.clock.now(), player.Token)
	if w.must(err); g.Way != grant.Play || g.Participant != "01K" || g.SkipLobby || !strings.HasSuffix(player.URL, "/whep/"+m.Code) {
		t.Errorf("%+v %s", g, player.URL)
	}

	// It is no link for people: neither the token nor what it hangs on.
	for _, text := range []string{got.Token, got.Invitation.ID} {
		w.joinBy(403, m.Code, "", text, "")
	}
	list := w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code + "/invitations", as: "ada"})
	if strings.Contains(string(list.body), got.Token) || !strings.Contains(string(list.body), got.Invitation.ID) ||
		!strings.Contains(string(list.body), `"stream":"publish","name":"Stage"`) || !strings.Contains(string(list.body), `"stream":"play","name":"Hall"`) {
		t.Errorf("the list is %s", list.body)
	}
	w.want(204, call{method: "DELETE", path: "/api/meetings/" + m.Code + "/invitations/" + got.Invitation.ID, as: "ada"})
	if used, err := w.store.UseInvitation(t.Context(), got.Invitation.ID, w.clock.now()); err != nil || used {
		t.Errorf("once revoked it can be used: %v, %v", used, err)
	}
}

func TestStreamsThatCannotBe(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	for _, c := range []struct{ body, field string }{
		{`{"name":"Stage"}`, "kind"},
		{`{"kind":"watch","name":"Stage"}`, "kind"},
		{`{"kind":"publish"}`, "name"},
		{`{"kind":"publish","name":""}`, "name"},
		{`{"kind":"publish","name":"Stage","participant":"01K"}`, "participant"},
		{`{"kind":"publish","name":"Stage","expiresAt":"2026-11-24T12:00:00Z"}`, "expiresAt"},
		{`{"kind":"publish","name":"Stage","expiresAt":"2026-12-24T12:00:00Z"}`, "expiresAt"},
		{`{"kind":"publish","name":"Stage","role":"HOST"}`, ""},
	} {
		a := w.want(400, call{method: "POST", path: "/api/meetings/" + m.Code + "/streams", as: "ada", body: c.body})
		if c.field != "" && !strings.Contains(string(a.body), `"`+c.field+`"`) {
			t.Errorf("%s: %s", c.body, a.body)
		}
	}
}

func TestPagesOfOtherOriginsMayStreamOnlyWhereTheyAreAllowed(t *testing.T) {
	const studio = "https://studio.example.org"
	w := newWorld(t, func(cfg *api.Config) { cfg.Origins = []string{studio} })
	m := w.meeting("ada", `{"title":"Plan"}`)
	ask := map[string]string{"Origin": studio, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization, content-type, if-match"}
	a := w.want(204, call{method: "OPTIONS", path: "/whip/" + m.Code + "/x", header: ask})
	if h := a.header; !strings.Contains(h.Get("Access-Control-Allow-Headers"), "If-Match") || !strings.Contains(h.Get("Access-Control-Expose-Headers"), "Location") ||
		!strings.Contains(h.Get("Access-Control-Allow-Methods"), "PATCH") || h.Get("Access-Control-Allow-Origin") != studio {
		t.Errorf("the answer to a page of ours is %v", h)
	}
	ask["Origin"] = "https://evil.example.org"
	a = w.want(204, call{method: "OPTIONS", path: "/whip/" + m.Code + "/x", header: ask})
	if a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Accept-Patch") == "" {
		t.Errorf("the answer to another page is %v", a.header)
	}
	w.want(403, call{method: "POST", path: "/whip/" + m.Code, header: map[string]string{"Origin": "https://evil.example.org", "Content-Type": "application/sdp"}, body: "v=0"})
	for _, name := range []string{"Location", "ETag", "Link", "Retry-After", "Accept-Patch"} {
		if shown := w.want(204, call{method: "OPTIONS", path: "/whip/" + m.Code, header: map[string]string{"Origin": studio}}).header; !strings.Contains(shown.Get("Access-Control-Expose-Headers"), name) {
			t.Errorf("a page does not see %s", name)
		}
	}
	// No page is at these paths.
	for path, status := range map[string]int{"/whip/" + m.Code: 204, "/whep/" + m.Code: 204, "/whip/" + m.Code + "/x": 404} {
		if a := w.want(status, call{method: "GET", path: path}); strings.Contains(string(a.body), "<html") {
			t.Errorf("at %s is %s", path, a.body)
		}
		w.want(405, call{method: "PUT", path: path})
	}
}
