package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

type apiKey struct {
	ID, Name, Prefix, CreatedBy      string
	Scopes                           []string
	ExpiresAt, RevokedAt, LastUsedAt *time.Time
}

type newKey struct {
	Key    apiKey
	Secret string
}

// listed is a key as the list has it.
func (w *world) listed(key, id string) apiKey {
	w.Helper()
	for _, k := range w.keys(key) {
		if k.ID == id {
			return k
		}
	}
	w.Fatalf("there is no key %s in the list", id)
	return apiKey{}
}

func (w *world) keys(key string) []apiKey {
	w.Helper()
	return read[struct{ Keys []apiKey }](w, w.want(200, call{method: "GET", path: "/api/admin/keys", key: key, admin: true})).Keys
}

func TestAKeyIsGoodUntilItIsRevoked(t *testing.T) {
	w := newWorld(t)
	master, _ := w.apiKey(nil, api.Scopes()...)
	made := read[newKey](w, w.want(201, call{
		method: "POST", path: "/api/admin/keys", admin: true, key: master,
		body: `{"name":"Dashboard","scopes":["users:read","rooms:read","rooms:read"],"expiresAt":"2026-11-25T10:00:00Z"}`,
	}))
	if made.Key.Name != "Dashboard" || strings.Join(made.Key.Scopes, " ") != "rooms:read users:read" || made.Key.ExpiresAt == nil {
		t.Errorf("made %+v", made.Key)
	}
	// A prefix and 256 bits.
	if !strings.HasPrefix(made.Secret, "plk_") || len(made.Secret) != 4+52 || !strings.HasPrefix(made.Secret, made.Key.Prefix) || len(made.Key.Prefix) > 10 {
		t.Errorf("the key is %d long and begins with %s", len(made.Secret), made.Key.Prefix)
	}
	list := w.want(200, call{method: "GET", path: "/api/admin/keys", admin: true, key: master})
	if strings.Contains(string(list.body), made.Secret) {
		t.Error("the list shows a key")
	}
	look := call{method: "GET", path: "/api/admin/rooms", admin: true, key: made.Secret}
	w.want(200, look)
	if got := w.listed(master, made.Key.ID); got.LastUsedAt == nil || !got.LastUsedAt.Equal(w.clock.now()) || !strings.HasPrefix(got.CreatedBy, "key:") {
		t.Errorf("after its use %+v", got)
	}

	w.clock.pass(time.Hour)
	if got := w.want(401, look).failure(); got.Message != "This API key has expired." {
		t.Errorf("after its time: %+v", got)
	}
	w.want(204, call{method: "DELETE", path: "/api/admin/keys/" + made.Key.ID, admin: true, key: master})
	if got := w.want(401, look).failure(); got.Message != "This API key was revoked." {
		t.Errorf("revoked: %+v", got)
	}
	if got := w.listed(master, made.Key.ID); got.RevokedAt == nil {
		t.Errorf("in the list %+v", got)
	}
	for _, action := range []string{"api_key_create", "api_key_revoke"} {
		if n := w.noted(action); n != 1 {
			t.Errorf("%d events %s", n, action)
		}
	}
	if text := w.log.String(); strings.Contains(text, made.Secret) || strings.Contains(text, master) {
		t.Error("a key is in the log")
	}
}

func TestAKeyGivesNoMoreThanItHas(t *testing.T) {
	w := newWorld(t)
	key, _ := w.apiKey(nil, api.ScopeKeys, api.ScopeRoomsRead)
	c := call{method: "POST", path: "/api/admin/keys", admin: true, key: key, body: `{"name":"More","scopes":["rooms:read","users:write"]}`}
	if got := w.want(403, c).failure(); !strings.Contains(got.Message, "users:write") {
		t.Errorf("%+v", got)
	}
	c.body = `{"name":"Less","scopes":["rooms:read"]}`
	w.want(201, c)
}

// Or it would outlive itself.
func TestAKeyMakesNoneThatOutlivesIt(t *testing.T) {
	w := newWorld(t)
	until := w.clock.now().Add(time.Hour)
	key, _ := w.apiKey(&until, api.ScopeKeys)
	child := func(expires string) call {
		return call{method: "POST", path: "/api/admin/keys", admin: true, key: key, body: `{"name":"Child","scopes":["keys"]` + expires + `}`}
	}
	w.want(403, child(""))
	w.want(403, child(`,"expiresAt":"`+until.Add(time.Second).Format(time.RFC3339)+`"`))
	w.want(201, child(`,"expiresAt":"`+until.Add(-time.Minute).Format(time.RFC3339)+`"`))
}

func TestKeysThatAreNotGoodAnyMoreCountAsGuesses(t *testing.T) {
	w := newWorld(t)
	until := w.clock.now().Add(time.Minute)
	key, _ := w.apiKey(&until, api.ScopeKeys)
	w.clock.pass(time.Hour)
	c := call{method: "GET", path: "/api/admin/keys", admin: true, key: key}
	for range 100 {
		if a := w.do(c); a.status == 429 {
			return
		} else if a.status != 401 {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
	}
	t.Error("an expired key may be tried without end")
}

func TestKeysAreNotMadeWithoutEnd(t *testing.T) {
	w := newWorld(t)
	key, _ := w.apiKey(nil, api.ScopeKeys)
	for range store.MostAPIKeys - 1 {
		w.apiKey(nil, api.ScopeKeys)
	}
	w.want(409, call{method: "POST", path: "/api/admin/keys", admin: true, key: key, body: `{"name":"More","scopes":["keys"]}`})
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	w := newWorld(t)
	key, _ := w.apiKey(nil, api.ScopeRoomsRead)
	for name, header := range map[string]string{
		"nothing":         "",
		"no scheme":       key,
		"another scheme":  "Basic " + key,
		"only the scheme": "Bearer ",
		"part of it":      "Bearer " + key[:len(key)-1],
		"more than it":    "Bearer " + key + "a",
		"in capitals":     "Bearer " + strings.ToUpper(key),
		"the prefix":      "Bearer plk_",
		"very long":       "Bearer plk_" + strings.Repeat("a", 4000),
	} {
		a := w.do(call{method: "GET", path: "/api/admin/rooms", admin: true, header: map[string]string{"Authorization": header}})
		if a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	w.want(200, call{method: "GET", path: "/api/admin/rooms", admin: true, header: map[string]string{"Authorization": "bearer " + key}})
}

func TestAKeyIsAskedForInFull(t *testing.T) {
	w := newWorld(t)
	master, _ := w.apiKey(nil, api.Scopes()...)
	for body, field := range map[string]string{
		`{"name":"","scopes":["keys"]}`:   "name",
		`{"name":"x","scopes":[]}`:        "scopes",
		`{"name":"x"}`:                    "scopes",
		`{"name":"x","scopes":["rooms"]}`: "scopes",
		`{"name":"x","scopes":["keys"],"expiresAt":"2026-11-25T09:00:00Z"}`: "expiresAt",
		`{"name":"x","scopes":"keys"}`:                                      "",
		`{"name":"x","scopes":["keys"],"hash":"x"}`:                         "",
		`[]`:                               "",
		`{"name":"x","scopes":["keys"]} x`: "",
		`{"name":"x","scopes":["keys"],"expiresAt":"tomorrow"}`:               "",
		`{"name":"` + strings.Repeat("x", 65) + `","scopes":["keys"]}`:        "name",
		`{"name":"a\u202eb","scopes":["keys"]}`:                               "name",
		`{"name":"x","scopes":["` + strings.Repeat("rooms:read", 200) + `"]}`: "scopes",
	} {
		got := w.want(400, call{method: "POST", path: "/api/admin/keys", admin: true, key: master, body: body}).failure()
		if field != "" && got.Fields[field] == "" || got.Message == "" {
			t.Errorf("%.60s: %+v", body, got)
		}
	}
	w.want(404, call{method: "DELETE", path: "/api/admin/keys/" + store.NewID(w.clock.now()), admin: true, key: master})
	w.want(400, call{method: "DELETE", path: "/api/admin/keys/a%20b", admin: true, key: master})
	if n := len(w.keys(master)); n != 1 {
		t.Errorf("%d keys", n)
	}
}
