package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

// A call of the admin API that is accepted, in a world with a meeting of ada's that she and a guest are in. {room}, {guest},
// {user}, {key} and {stream} stand for what is there.
var accepted = map[api.Route]struct {
	path, body string
	status     int
}{
	{Method: "GET", Path: "/api/admin/node"}:                               {"/api/admin/node", ``, 200},
	{Method: "GET", Path: "/api/admin/nodes"}:                              {"/api/admin/nodes", ``, 200},
	{Method: "PATCH", Path: "/api/admin/nodes/:id"}:                        {"/api/admin/nodes/other", `{"draining":true}`, 404},
	{Method: "PATCH", Path: "/api/admin/node"}:                             {"/api/admin/node", `{"draining":true}`, 200},
	{Method: "POST", Path: "/api/admin/announce"}:                          {"/api/admin/announce", `{"text":"Hello"}`, 200},
	{Method: "GET", Path: "/api/admin/rooms"}:                              {"/api/admin/rooms", ``, 200},
	{Method: "GET", Path: "/api/admin/rooms/:code"}:                        {"/api/admin/rooms/{room}", ``, 200},
	{Method: "PATCH", Path: "/api/admin/rooms/:code"}:                      {"/api/admin/rooms/{room}", `{"locked":true}`, 200},
	{Method: "POST", Path: "/api/admin/rooms/:code/close"}:                 {"/api/admin/rooms/{room}/close", ``, 204},
	{Method: "POST", Path: "/api/admin/rooms/:code/announce"}:              {"/api/admin/rooms/{room}/announce", `{"text":"Hello"}`, 204},
	{Method: "POST", Path: "/api/admin/rooms/:code/mute"}:                  {"/api/admin/rooms/{room}/mute", `{"hard":true}`, 204},
	{Method: "PATCH", Path: "/api/admin/rooms/:code/participants/:id"}:     {"/api/admin/rooms/{room}/participants/{guest}", `{"permissions":{"chat":false}}`, 200},
	{Method: "DELETE", Path: "/api/admin/rooms/:code/participants/:id"}:    {"/api/admin/rooms/{room}/participants/{guest}", ``, 204},
	{Method: "POST", Path: "/api/admin/rooms/:code/participants/:id/mute"}: {"/api/admin/rooms/{room}/participants/{guest}/mute", ``, 204},
	{Method: "GET", Path: "/api/admin/users"}:                              {"/api/admin/users?search=a&limit=10", ``, 200},
	{Method: "POST", Path: "/api/admin/users"}:                             {"/api/admin/users", `{"email":"alan@plenum.example","name":"Alan"}`, 201},
	{Method: "GET", Path: "/api/admin/users/:id"}:                          {"/api/admin/users/{user}", ``, 200},
	{Method: "PATCH", Path: "/api/admin/users/:id"}:                        {"/api/admin/users/{user}", `{"disabled":true}`, 200},
	{Method: "DELETE", Path: "/api/admin/users/:id"}:                       {"/api/admin/users/{user}", ``, 204},
	{Method: "POST", Path: "/api/admin/users/:id/password"}:                {"/api/admin/users/{user}/password", ``, 200},
	{Method: "POST", Path: "/api/admin/users/:id/sign-out"}:                {"/api/admin/users/{user}/sign-out", ``, 204},
	{Method: "GET", Path: "/api/admin/audit"}:                              {"/api/admin/audit?meeting={room}&limit=10", ``, 200},
	{Method: "GET", Path: "/api/admin/keys"}:                               {"/api/admin/keys", ``, 200},
	{Method: "POST", Path: "/api/admin/keys"}:                              {"/api/admin/keys", `{"name":"More","scopes":["keys"]}`, 201},
	{Method: "DELETE", Path: "/api/admin/keys/:id"}:                        {"/api/admin/keys/{key}", ``, 204},
	{Method: "GET", Path: "/api/admin/meetings/:code/streams"}:             {"/api/admin/meetings/{room}/streams", ``, 200},
	{Method: "POST", Path: "/api/admin/meetings/:code/streams"}:            {"/api/admin/meetings/{room}/streams", `{"kind":"publish","name":"Stage"}`, 201},
	{Method: "DELETE", Path: "/api/admin/meetings/:code/streams/:id"}:      {"/api/admin/meetings/{room}/streams/{stream}", ``, 204},
}

// administered is a world with a meeting that people are in.
type administered struct {
	*world
	listener *httptest.Server
	room     string
	ada, gus *inside
	guest    string // gus as a participant
}

func administer(t *testing.T) administered {
	t.Helper()
	w := newWorld(t, func(cfg *api.Config) { cfg.AdminToken = api.Secret(adminToken) })
	w.clock.at = time.Now().UTC().Truncate(time.Microsecond)
	listener := httptest.NewServer(w.server.Public())
	t.Cleanup(listener.Close)
	a := administered{world: w, listener: listener, room: w.meeting("ada", `{"title":"Plan"}`).Code}
	a.ada, _ = w.enter(listener, a.room, "ada", ``)
	var joined joined
	a.gus, joined = w.enter(listener, a.room, "", `{"name":"Gus"}`)
	a.guest = joined.Participant.ID
	return a
}

// apiKey makes a key, and returns it with its record.
func (w *world) apiKey(expires *time.Time, scopes ...api.Scope) (string, store.APIKey) {
	w.Helper()
	var names []string
	for _, s := range scopes {
		names = append(names, string(s))
	}
	row, key, err := api.NewAPIKey("Test", names, "operator", w.clock.now(), expires)
	w.must(err)
	w.must(w.store.AddAPIKey(w.Context(), &row))
	return key, row
}

// keyed is a call by the admin listener with a key of these scopes.
func (w *world) keyed(c call, scopes ...api.Scope) call {
	w.Helper()
	c.admin = true
	c.key, _ = w.apiKey(nil, scopes...)
	return c
}

// noted counts the events of an action.
func (w *world) noted(action string) int {
	w.Helper()
	events, err := w.store.AuditEvents(w.Context(), store.AuditFilter{Action: action})
	w.must(err)
	return len(events)
}

func TestEachAdminCallAsksForItsScope(t *testing.T) {
	routes := newWorld(t).server.AdminRoutes()
	if len(routes) < len(accepted) {
		t.Errorf("%d routes, and %d calls are known", len(routes), len(accepted))
	}
	for route, scope := range routes {
		if _, known := accepted[route]; !known && scope != api.ScopeWebhooks {
			t.Errorf("%s %s is missing from the table", route.Method, route.Path)
		}
	}
	for route, what := range accepted {
		t.Run(route.Method+" "+route.Path, func(t *testing.T) {
			scope, ok := routes[route]
			if !ok {
				t.Fatal("there is no such route")
			}
			a := administer(t)
			_, other := a.apiKey(nil, api.ScopeUsersRead)
			c := call{method: route.Method, body: what.body, admin: true, path: strings.NewReplacer(
				"{room}", a.room, "{guest}", a.guest, "{user}", a.person("grace").ID, "{key}", other.ID,
				"{stream}", a.stream(a.room, `{"kind":"publish","name":"Studio"}`).Invitation.ID).Replace(what.path)}

			refused := a.want(401, c)
			if refused.header.Get("WWW-Authenticate") == "" || !strings.Contains(refused.failure().Message, "API key") {
				t.Errorf("without a key: %s", refused.body)
			}
			for _, wrong := range api.Scopes() {
				if wrong == scope {
					continue
				}
				got := a.want(403, a.keyed(c, wrong)).failure()
				if got.Code != "forbidden" || !strings.Contains(got.Message, "lacks the scope "+string(scope)) {
					t.Errorf("with %s alone: %+v", wrong, got)
				}
			}
			public := a.keyed(c, api.Scopes()...)
			public.admin = false
			a.want(404, public)
			a.want(what.status, a.keyed(c, scope))
		})
	}
}

func TestTheAdminTokenAndAnAdministratorMayDoEverything(t *testing.T) {
	a := administer(t)
	for route, what := range accepted {
		if route.Method != http.MethodGet || strings.Contains(what.path, "{user}") {
			continue
		}
		c := call{method: route.Method, admin: true, path: strings.ReplaceAll(what.path, "{room}", a.room)}
		token, asGrace := c, c
		token.key, asGrace.as = adminToken, "grace"
		a.want(200, token)
		if got := a.want(403, asGrace).failure(); !strings.Contains(got.Message, "administrator") {
			t.Errorf("an account of no administrator gets %+v", got)
		}
	}
	grace := a.person("grace").ID
	a.must(a.store.SetUserRole(t.Context(), grace, store.AccountAdmin, a.clock.now()))
	c := call{method: "POST", path: "/api/admin/rooms/" + a.room + "/mute", admin: true, as: "grace"}
	a.want(204, c)
	events, err := a.store.AuditEvents(t.Context(), store.AuditFilter{Actor: grace, Action: "admin_room_mute"})
	if err != nil || len(events) != 1 || events[0].MeetingID == "" {
		t.Errorf("the audit log has %+v, %v", events, err)
	}
	// An administrator's way is the admin listener.
	c.admin = false
	a.want(404, c)
	a.must(a.store.DisableUser(t.Context(), grace, true, a.clock.now()))
	c.admin = true
	a.want(403, c)
}

func TestThePublicListenerTakesKeysAloneAndOnlyIfItIsTo(t *testing.T) {
	w := newWorld(t, func(cfg *api.Config) { cfg.PublicAdmin, cfg.AdminToken = true, api.Secret(adminToken) })
	w.must(w.store.SetUserRole(t.Context(), w.person("ada").ID, store.AccountAdmin, w.clock.now()))
	c := call{method: "GET", path: "/api/admin/rooms"}
	w.want(401, c)
	token, asAda := c, c
	token.key, asAda.as = adminToken, "ada"
	w.want(401, token)
	w.want(401, asAda)
	c.key, _ = w.apiKey(nil, api.ScopeRoomsRead)
	w.want(200, c)
}

func TestKeysAreNotGuessed(t *testing.T) {
	w := newWorld(t)
	key, _ := w.apiKey(nil, api.ScopeRoomsRead)
	c := call{method: "GET", path: "/api/admin/rooms", admin: true}
	limit := w.cfg.Limits.KeyMissesPerAddress.Burst
	for i := range limit {
		c.key = key[:len(key)-2] + string(rune('a'+i%26)) + "0" // base32 has no 0
		w.want(401, c)
	}
	c.key = key
	if a := w.want(429, c); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	c.from = "192.0.2.77"
	w.want(200, c)
	w.clock.pass(w.cfg.Limits.KeyMissesPerAddress.Per)
	c.from = ""
	w.want(200, c)
}
