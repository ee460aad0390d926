package api_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
)

// guess fails to find a meeting; what counts is whose bucket it empties.
func guess(from string, header map[string]string) call {
	return call{method: "GET", path: "/api/meetings/00000-00000", from: from, header: header}
}

func TestForwardedForFromAnybody(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		w.want(404, guess("198.51.100.7", map[string]string{"X-Forwarded-For": address(i), "X-Real-Ip": address(i), "Forwarded": "for=" + address(i)}))
	}
	w.want(429, guess("198.51.100.7", map[string]string{"X-Forwarded-For": address(99)}))
	w.want(404, guess(address(0), nil))
}

func TestTrustedProxy(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")} })
	via := func(from, forwarded string) call { return guess(from, map[string]string{"X-Forwarded-For": forwarded}) }
	for range 30 {
		w.want(404, via("10.1.2.3", "198.51.100.7"))
	}
	w.want(429, via("10.1.9.9", "203.0.113.200, 198.51.100.7")) // the left one is the client's own invention
	w.want(404, via("10.1.2.3", "198.51.100.8"))
	for range 30 {
		w.want(404, via("10.2.0.1", "198.51.100.9")) // no proxy of ours
	}
	w.want(429, via("10.2.0.1", "198.51.100.10"))
	w.want(404, via("10.1.2.3", "198.51.100.9"))

	w.person("ada")
	login := call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`, header: map[string]string{"X-Forwarded-Proto": "https"}}
	for from, name := range map[string]string{"10.1.2.3": "__Host-plenum_refresh", "10.2.0.1": "plenum_refresh"} {
		login.from = from
		if c, _ := w.want(200, login).refreshCookie(); c.Name != name {
			t.Errorf("via %s: cookie %s, want %s", from, c.Name, name)
		}
	}
}

// An IPv6 customer has a /64, so that is what is counted.
func TestIPv6IsCountedByNetwork(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		w.want(404, guess("[2001:db8:1:2::"+strings.TrimPrefix(address(i), "203.0.113.")+"]", nil))
	}
	w.want(429, guess("[2001:db8:1:2:ffff::1]", nil))
	w.want(404, guess("[2001:db8:1:3::1]", nil))
}
