package api_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
)

func refreshCall(cookie string) call {
	return call{method: "POST", path: "/api/auth/refresh", cookie: cookie, body: `{}`, header: ours}
}

// next refreshes and returns the cookie that comes of it.
func (w *world) next(cookie string) string {
	w.Helper()
	c, ok := w.want(200, refreshCall(cookie)).refreshCookie()
	if !ok {
		w.Fatal("no cookie")
	}
	return c.Value
}

func TestRefreshRotates(t *testing.T) {
	w := newWorld(t)
	first := w.person("ada").Cookie
	second := w.next(first)
	third := w.next(second)
	if first == second || second == third {
		t.Error("a refresh token came back unchanged")
	}
	a := w.want(200, refreshCall(third))
	w.people["ada"].signedIn(w, a)
	w.want(200, call{method: "GET", path: "/api/auth/me", as: "ada"})
}

// A lost answer or a second tab gets the same successor, for 15 seconds and until that is used.
func TestGrace(t *testing.T) {
	w := newWorld(t)
	first := w.person("ada").Cookie
	second := w.next(first)
	w.clock.pass(15 * time.Second)
	if again := w.next(first); again != second {
		t.Errorf("within the grace came another successor")
	}
	w.next(second)
	if n := w.audited("refresh_reuse", "revoked"); n != 0 {
		t.Errorf("%d events of reuse", n)
	}
}

func TestReuseEndsTheFamily(t *testing.T) {
	for _, s := range []struct {
		name  string
		reuse func(w *world, first, second string) // makes the first token stale
	}{
		{"after the grace", func(w *world, _, _ string) { w.clock.pass(15*time.Second + time.Microsecond) }},
		{"within the grace, but the successor was used", func(w *world, _, second string) { w.next(second) }},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(t)
			first := w.person("ada").Cookie
			a := w.want(200, refreshCall(first))
			w.people["ada"].signedIn(w, a)
			second := w.people["ada"].Cookie
			s.reuse(w, first, second)

			refused := w.want(401, refreshCall(first))
			if c, ok := refused.refreshCookie(); !ok || c.MaxAge >= 0 {
				t.Errorf("the cookie was not cleared: %v", c)
			}
			w.want(401, refreshCall(second))
			w.want(401, call{method: "GET", path: "/api/auth/me", as: "ada"})
			if n := w.audited("refresh_reuse", "revoked"); n != 1 {
				t.Errorf("%d events of reuse, want 1", n)
			}
			// Another sign-in of the same person goes on.
			login := w.want(200, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`})
			w.people["ada"].signedIn(w, login)
			w.next(w.people["ada"].Cookie)
		})
	}
}

func TestRefreshExpires(t *testing.T) {
	t.Run("unused for 14 days", func(t *testing.T) {
		w := newWorld(t)
		cookie := w.next(w.person("ada").Cookie)
		w.clock.pass(14 * 24 * time.Hour)
		w.want(401, refreshCall(cookie))
	})
	t.Run("30 days after signing in, however often used", func(t *testing.T) {
		w := newWorld(t)
		cookie := w.person("ada").Cookie
		for range 29 {
			w.clock.pass(24 * time.Hour)
			cookie = w.next(cookie)
		}
		w.clock.pass(24 * time.Hour)
		w.want(401, refreshCall(cookie))
	})
	t.Run("nobody's", func(t *testing.T) {
		w := newWorld(t)
		w.want(401, refreshCall("bm9ib2R5IGhhcyB0aGlzIHRva2VuLCBub2JvZHkgZXZlcg"))
		w.want(401, call{method: "POST", path: "/api/auth/refresh", body: `{}`, header: ours})
	})
}

// A hundred tabs refresh with one token at the same moment: one successor for all, and nobody is signed out.
func TestRefreshRace(t *testing.T) {
	w := newWorld(t, func(c *api.Config) {
		c.Limits.RefreshPerFamily = api.Rate{Count: 1000, Per: time.Minute, Burst: 1000}
		c.Limits.OpenPerAddress = 1000
	})
	successors := race(w, w.person("ada").Cookie, 100, 200)
	if len(successors) != 1 {
		t.Fatalf("%d successors, want 1", len(successors))
	}
	for token := range successors {
		w.next(token)
	}
	if n := w.audited("refresh_reuse", "revoked"); n != 0 {
		t.Errorf("%d events of reuse", n)
	}
}

// With the normal limit most of the hundred are told to wait; the session goes on all the same.
func TestRefreshRaceAtTheLimit(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Limits.OpenPerAddress = 1000 })
	successors := race(w, w.person("ada").Cookie, 100, 200, 429)
	if len(successors) != 1 {
		t.Fatalf("%d successors, want 1", len(successors))
	}
	w.clock.pass(2 * time.Second)
	for token := range successors {
		w.next(token)
	}
}

func race(w *world, token string, n int, allowed ...int) map[string]int {
	w.Helper()
	answers := make([]answer, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			rec := httptest.NewRecorder()
			w.server.Public().ServeHTTP(rec, w.request(refreshCall(token)))
			answers[i] = answer{status: rec.Code, header: rec.Header(), body: rec.Body.Bytes()}
		})
	}
	close(start)
	wg.Wait()
	successors := map[string]int{}
	for _, a := range answers {
		ok := false
		for _, status := range allowed {
			ok = ok || a.status == status
		}
		if !ok {
			w.Errorf("status %d: %s", a.status, a.body)
		}
		if c, set := a.refreshCookie(); set {
			successors[c.Value]++
		}
	}
	return successors
}

func TestRefreshCookie(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	login := call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`}
	for _, s := range []struct {
		name, want string
		tls        bool
	}{
		{"plain", "plenum_refresh", false},
		{"TLS", "__Host-plenum_refresh", true},
	} {
		t.Run(s.name, func(t *testing.T) {
			login.tls = s.tls
			c, _ := w.want(200, login).refreshCookie()
			if c.Name != s.want || c.Secure != s.tls || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 14*24*3600 {
				t.Errorf("cookie %s", c.Raw)
			}
		})
	}
}

// Foreign pages cannot make a browser spend or end a session.
func TestForgedCookieCalls(t *testing.T) {
	for _, s := range []struct {
		name   string
		change func(*call)
	}{
		{"no header of ours", func(c *call) { c.header = nil }},
		{"form", func(c *call) { c.header["Content-Type"] = "application/x-www-form-urlencoded"; c.body = "a=b" }},
		{"text", func(c *call) { c.header["Content-Type"] = "text/plain" }},
		{"no type", func(c *call) { c.header["Content-Type"] = "" }},
		{"foreign origin", func(c *call) { c.header["Origin"] = "http://evil.example" }},
		{"null origin", func(c *call) { c.header["Origin"] = "null" }},
		{"suffix", func(c *call) { c.header["Origin"] = "http://" + host + ".evil.example" }},
		{"prefix", func(c *call) { c.header["Origin"] = "http://evil-" + host }},
		{"other port", func(c *call) { c.header["Origin"] = "http://" + host + ":8081" }},
		{"other scheme", func(c *call) { c.header["Origin"] = "https://" + host }},
		{"cross-site", func(c *call) { c.header["Sec-Fetch-Site"] = "cross-site" }},
		{"same-site", func(c *call) { c.header["Sec-Fetch-Site"] = "same-site" }},
		{"typed into the bar", func(c *call) { c.header["Sec-Fetch-Site"] = "none" }},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(t)
			cookie := w.person("ada").Cookie
			for _, path := range []string{"/api/auth/refresh", "/api/auth/logout"} {
				c := refreshCall(cookie)
				c.path, c.header = path, map[string]string{"X-Plenum": "1"}
				s.change(&c)
				a := w.want(403, c)
				if _, set := a.refreshCookie(); set || a.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s: answer has %v", path, a.header)
				}
			}
			w.next(cookie)
		})
	}
	t.Run("GET", func(t *testing.T) {
		w := newWorld(t)
		cookie := w.person("ada").Cookie
		for _, path := range []string{"/api/auth/refresh", "/api/auth/logout"} {
			w.want(404, call{method: "GET", path: path, cookie: cookie, header: ours})
		}
		w.next(cookie)
	})
	t.Run("our own page", func(t *testing.T) {
		w := newWorld(t)
		c := refreshCall(w.person("ada").Cookie)
		c.header = map[string]string{"X-Plenum": "1", "Origin": "http://" + host, "Sec-Fetch-Site": "same-origin"}
		w.want(200, c)
	})
}

// A changed secret signs nobody out: tokens of the previous one are good until they expire, the grace included.
func TestSecretChanges(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	first := ada.Cookie
	second := w.next(first)
	w.cfg.Secret, w.cfg.PreviousSecrets = api.Secret("another secret of thirty-two bytes"), []api.Secret{api.Secret("one between of more than thirty-two bytes"), secret}
	server, err := api.New(w.cfg, api.Parts{
		Store: w.store, Signaling: w.rooms, Grants: w.grants, Debug: fakeDebug{}, Log: w.logger, Now: w.clock.now,
	})
	w.must(err)
	w.server = server
	w.want(200, call{method: "GET", path: "/api/auth/me", as: "ada"})
	if again := w.next(first); again != second {
		t.Error("the grace gave another successor")
	}
	third := w.next(second)
	w.next(third)
}
