package api_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
)

func TestSecurityHeaders(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/m/7k3mx-9qd4e", "/assets/index-abc123.js", "/favicon.svg", "/api/meetings/00000-00000", "/healthz", "/api/none"} {
		for _, tls := range []bool{false, true} {
			h := w.do(call{method: "GET", path: path, tls: tls}).header
			for name, want := range map[string]string{
				"X-Content-Type-Options":       "nosniff",
				"Referrer-Policy":              "no-referrer",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", path, name, got, want)
				}
			}
			if got := h.Get("Strict-Transport-Security") != ""; got != tls {
				t.Errorf("%s: TLS %v, Strict-Transport-Security %q", path, tls, h.Get("Strict-Transport-Security"))
			}
			csp := h.Get("Content-Security-Policy")
			if !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe-inline") || strings.Contains(csp, "data:") || strings.Contains(csp, "'unsafe-eval'") {
				t.Errorf("%s: policy %q", path, csp)
			}
			if !strings.Contains(h.Get("Permissions-Policy"), "camera=(self)") || h.Get("X-Request-Id") == "" || h.Get("Server") != "" {
				t.Errorf("%s: headers %v", path, h)
			}
		}
	}
}

// Each page has a nonce of its own, the same in its policy and in the page.
func TestStyleNonce(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.ConnectSources = []string{"wss://node2.plenum.example"} })
	seen := map[string]bool{}
	for range 3 {
		a := w.want(200, call{method: "GET", path: "/"})
		csp := a.header.Get("Content-Security-Policy")
		nonce := regexp.MustCompile(`style-src 'self' 'nonce-([A-Z2-7]{20,})'`).FindStringSubmatch(csp)
		if len(nonce) != 2 || !strings.Contains(string(a.body), `content="`+nonce[1]+`"`) || strings.Contains(string(a.body), "__CSP_NONCE__") {
			t.Fatalf("policy %q, page %s", csp, a.body)
		}
		if !strings.Contains(csp, "connect-src 'self' wss://node2.plenum.example;") || !strings.Contains(csp, "script-src 'self' 'wasm-unsafe-eval';") {
			t.Errorf("policy %q", csp)
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("the page may be cached: %q", a.header.Get("Cache-Control"))
		}
		seen[nonce[1]] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d nonces for 3 pages", len(seen))
	}
}

func TestCORS(t *testing.T) {
	const friend = "https://front.example"
	w := newWorld(t, func(c *api.Config) { c.Origins = []string{friend} })
	cookie := w.person("ada").Cookie
	w.person("alan")

	preflight := func(origin string) answer {
		return w.do(call{method: "OPTIONS", path: "/api/meetings", header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type",
		}})
	}
	a := preflight(friend)
	if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != friend || a.header.Get("Access-Control-Allow-Credentials") != "true" || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(a.header.Get("Vary"), "Origin") {
		t.Errorf("preflight of a friend: %d %v", a.status, a.header)
	}
	for _, origin := range []string{
		"https://evil.example", "null", "http://front.example", "https://front.example:444", "https://front.example.evil.example",
		"https://evilfront.example", "https://FRONT.example", "https://front.example/", "*",
	} {
		a := preflight(origin)
		if a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("preflight of %s: %d %v", origin, a.status, a.header)
		}
		a = w.want(403, call{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Plan"}`, header: map[string]string{"Origin": origin}})
		if a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", origin, a.header)
		}
	}

	// A configured front end elsewhere works with the cookie, which browsers then give back across sites, from a jar of that
	// site's own. On the same site, and for our own page, it stays as strict as it is.
	for _, from := range []struct {
		site, origin, want string
		partitioned        bool
	}{
		{"cross-site", friend, "SameSite=None", true},
		{"", friend, "SameSite=None", true},
		{"same-site", friend, "SameSite=Strict", false},
		{"same-origin", "https://" + host, "SameSite=Strict", false},
	} {
		c := refreshCall(cookie)
		c.tls, c.header = true, map[string]string{"X-Plenum": "1", "Origin": from.origin}
		if from.site != "" {
			c.header["Sec-Fetch-Site"] = from.site
		}
		a = w.want(200, c)
		set, _ := a.refreshCookie()
		if !strings.Contains(set.Raw, from.want) || strings.Contains(set.Raw, "Partitioned") != from.partitioned || !set.Secure || !set.HttpOnly {
			t.Errorf("%+v: cookie %s", from, set.Raw)
		}
		if allowed := a.header.Get("Access-Control-Allow-Origin"); (allowed == friend) != (from.origin == friend) {
			t.Errorf("%+v: headers %v", from, a.header)
		}
		cookie = set.Value
	}
	c := refreshCall(cookie)
	c.tls, c.header = true, map[string]string{"X-Plenum": "1", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
	if a = w.want(403, c); a.header.Get("Set-Cookie") != "" {
		t.Errorf("a stranger's page got %v", a.header)
	}
}

// Without configured origins there is no CORS at all.
func TestNoCORSByDefault(t *testing.T) {
	w := newWorld(t)
	for _, origin := range []string{"http://" + host, "https://evil.example", "null"} {
		a := w.do(call{method: "OPTIONS", path: "/api/meetings", header: map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST"}})
		for name := range a.header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s got %s", origin, name)
			}
		}
	}
}

func TestForeignPages(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	for _, c := range []call{
		{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`},
		{method: "POST", path: "/api/auth/register", body: `{"email":"eve@plenum.example","password":"a long walk","name":"Eve"}`},
		{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Plan"}`},
		{method: "DELETE", path: "/api/meetings/" + m.Code, as: "ada"},
		{method: "POST", path: "/api/meetings/" + m.Code + "/join", body: `{"name":"Gus"}`},
	} {
		c.header = map[string]string{"Origin": "https://evil.example"}
		if a := w.want(403, c); a.failure().Code != "forbidden" {
			t.Errorf("code %q", a.failure().Code)
		}
		c.header = map[string]string{"Sec-Fetch-Site": "cross-site"}
		w.want(403, c)
	}
	w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code})
	if n := strings.Count(w.log.String(), "call from a foreign page refused"); n != 1 {
		t.Errorf("%d warnings in a minute, want 1", n)
	}
}

// Behind a configured public address that alone is our origin, whatever the Host header says.
func TestPublicURL(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.PublicURL = "https://meet.example.org/" })
	login := call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`}
	w.person("ada")
	login.header = map[string]string{"Origin": "https://meet.example.org"}
	c, _ := w.want(200, login).refreshCookie()
	if c.Name != "__Host-plenum_refresh" || !c.Secure {
		t.Errorf("cookie %s", c.Raw)
	}
	login.header = map[string]string{"Origin": "http://" + host}
	w.want(403, login)
}
