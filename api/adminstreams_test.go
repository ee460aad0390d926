package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/signaling/grant"
)

type adminStreams struct {
	Streams []struct {
		ID, Stream, Name string
		Good             bool
	}
}

func TestAMachineLetsAStreamIn(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	path := "/api/admin/meetings/" + m.Code + "/streams"
	link := w.invited(m.Code, false)
	got := read[stream](w, w.want(201, w.keyed(call{method: "POST", path: path, body: `{"kind":"publish","name":"Stage"}`}, api.ScopeStreams)))
	g, err := w.grants.VerifyStream(w.clock.now(), got.Token)
	if w.must(err); g.Code != m.Code || g.Way != grant.Publish || g.Name != "Stage" || g.ID != got.Invitation.ID || got.URL != "/whip/"+m.Code {
		t.Errorf("%+v, %+v", got, g)
	}
	if used, err := w.store.UseInvitation(t.Context(), g.ID, w.clock.now()); err != nil || !used {
		t.Errorf("it cannot be used: %v, %v", used, err)
	}

	// The machine sees streams alone, the host sees them among the links.
	list := read[adminStreams](w, w.want(200, w.keyed(call{method: "GET", path: path}, api.ScopeStreams)))
	if len(list.Streams) != 1 || list.Streams[0].ID != g.ID || list.Streams[0].Stream != "publish" || list.Streams[0].Name != "Stage" || !list.Streams[0].Good {
		t.Errorf("the list is %+v", list)
	}
	seen := w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code + "/invitations", as: "ada"})
	if !strings.Contains(string(seen.body), g.ID) || strings.Contains(string(seen.body), got.Token) {
		t.Errorf("the host sees %s", seen.body)
	}

	w.want(404, w.keyed(call{method: "DELETE", path: path + "/" + link}, api.ScopeStreams))
	w.want(204, w.keyed(call{method: "DELETE", path: path + "/" + g.ID}, api.ScopeStreams))
	if used, err := w.store.UseInvitation(t.Context(), g.ID, w.clock.now()); err != nil || used {
		t.Errorf("once revoked it can be used: %v, %v", used, err)
	}
	if w.noted("admin_stream_create") != 1 || w.noted("admin_stream_revoke") != 1 {
		t.Error("the audit log does not say so")
	}
	for _, none := range []string{"/api/admin/meetings/00000-00000/streams", "/api/admin/meetings/x/streams"} {
		w.want(404, w.keyed(call{method: "GET", path: none}, api.ScopeStreams))
		w.want(404, w.keyed(call{method: "POST", path: none, body: `{"kind":"play","name":"Hall"}`}, api.ScopeStreams))
	}
	w.want(400, w.keyed(call{method: "POST", path: path, body: `{"kind":"watch","name":"Hall"}`}, api.ScopeStreams))
}

func TestAStreamEndsWithTheKeyThatLetItInAtTheLatest(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	c := call{method: "POST", path: "/api/admin/meetings/" + m.Code + "/streams", admin: true}
	until := w.clock.now().Add(time.Hour).Truncate(time.Second)
	c.key, _ = w.apiKey(&until, api.ScopeStreams)
	c.body = `{"kind":"publish","name":"Stage"}`
	g, err := w.grants.VerifyStream(w.clock.now(), read[stream](w, w.want(201, c)).Token)
	if w.must(err); !g.ExpiresAt.Equal(until) {
		t.Errorf("it expires %v, the key %v", g.ExpiresAt, until)
	}
	c.body = `{"kind":"publish","name":"Stage","expiresAt":"` + until.Add(time.Second).Format(time.RFC3339) + `"}`
	if a := w.want(400, c); !strings.Contains(string(a.body), "your key expires") {
		t.Errorf("later than the key: %s", a.body)
	}
}

func TestTheURLOfAStreamIsTheServersOwnAddress(t *testing.T) {
	w := newWorld(t, func(cfg *api.Config) { cfg.PublicURL = "https://meet.example.org" })
	m := w.meeting("ada", `{"title":"Plan"}`)
	c := call{method: "POST", path: "/api/admin/meetings/" + m.Code + "/streams", body: `{"kind":"play","name":"Hall"}`}
	if got := read[stream](w, w.want(201, w.keyed(c, api.ScopeStreams))); got.URL != "https://meet.example.org/whep/"+m.Code {
		t.Errorf("the URL is %s", got.URL)
	}
}
