package api_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
)

// The database is gone: every call that needs it says so in the right form, and nothing else breaks.
func TestDatabaseGone(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	w.person("grace")
	w.must(w.store.Close())
	path := "/api/meetings/" + m.Code
	for _, c := range []call{
		{method: "POST", path: "/api/auth/register", body: `{"email":"b@plenum.example","password":"a long walk","name":"B"}`},
		{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`},
		{method: "POST", path: "/api/auth/refresh", cookie: w.person("ada").Cookie, body: `{}`, header: ours},
		{method: "POST", path: "/api/auth/logout", cookie: w.person("ada").Cookie, body: `{}`, header: ours},
		{method: "GET", path: "/api/auth/me", as: "ada"},
		{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Plan"}`},
		{method: "GET", path: "/api/meetings", as: "ada"},
		{method: "GET", path: path},
		{method: "PATCH", path: path, as: "ada", body: `{"title":"Other"}`},
		{method: "DELETE", path: path, as: "ada"},
		{method: "POST", path: path + "/join", as: "grace"},
		{method: "POST", path: path + "/join", body: `{"name":"Gus"}`},
		{method: "POST", path: path + "/leave", as: "grace"},
		{method: "POST", path: path + "/end", as: "ada"},
		{method: "GET", path: path + "/messages", as: "ada"},
		{method: "GET", path: path + "/participants", as: "ada"},
		{method: "GET", path: "/readyz"},
	} {
		a := w.want(503, c)
		if f := a.failure(); f.Code != "unavailable" || a.header.Get("Retry-After") == "" || strings.Contains(f.Message, "sql") {
			t.Errorf("%s %s: %s, Retry-After %q", c.method, c.path, a.body, a.header.Get("Retry-After"))
		}
		if _, set := a.refreshCookie(); set {
			t.Errorf("%s %s: the cookie was changed", c.method, c.path)
		}
	}
	w.want(200, call{method: "GET", path: "/healthz"})
	w.want(200, call{method: "GET", path: "/"})
	w.want(401, call{method: "GET", path: "/api/meetings"})
	w.want(400, call{method: "POST", path: "/api/auth/register", body: `{}`})
}

// A client that goes away is no fault of the server.
func TestClientGone(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	r := w.request(call{method: "GET", path: "/api/meetings", as: "ada"})
	ctx, cancel := context.WithCancel(r.Context())
	cancel()
	w.server.Public().ServeHTTP(httptest.NewRecorder(), r.WithContext(ctx))
	if strings.Contains(w.log.String(), "request failed") {
		t.Errorf("log: %s", w.log)
	}
}

// Nothing secret gets into the log, at any level.
func TestLogHoldsNoSecrets(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	m := w.meeting("ada", `{"title":"A title that is nobody's business"}`)
	j, _ := w.join(m.Code, "", `{"name":"Gus the guest"}`)
	second := w.next(ada.Cookie)
	w.want(401, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"the wrong password"}`})
	w.want(404, call{method: "GET", path: "/api/meetings/zzzzz-zzzzz?limit=canary"})
	w.must(w.store.Close())
	w.want(503, call{method: "GET", path: "/api/meetings/" + m.Code, as: "ada"})
	text := w.log.String()
	if !strings.Contains(text, "/api/meetings/:code") || !strings.Contains(text, "request failed") {
		t.Errorf("the log tells nothing: %s", text)
	}
	for name, canary := range map[string]string{
		"password": password, "wrong password": "the wrong password", "access token": ada.Token, "refresh token": ada.Cookie,
		"successor": second, "grant": j.Grant, "title": "nobody's business", "name": "Gus the guest", "address": "ada@plenum.example",
		"code": m.Code, "guessed code": "zzzzz-zzzzz", "query": "canary", "client": "192.0.2.1", "secret": string(secret),
	} {
		if strings.Contains(text, canary) {
			t.Errorf("the log holds the %s", name)
		}
	}
}
