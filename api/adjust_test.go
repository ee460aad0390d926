package api_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
)

// Other settings hold from the next request on.
func TestSettingsAreAdjustedWhileTheServerAnswers(t *testing.T) {
	const friend = "https://front.example"
	w := newWorld(t, func(c *api.Config) { c.Limits.GuestJoinsPerAddress = api.Rate{Count: 1, Per: time.Hour, Burst: 1} })
	m := w.meeting("ada", `{"title":"Plan"}`)
	join := call{method: "POST", path: "/api/meetings/" + m.Code + "/join", body: `{"name":"Gus"}`}
	fromFriend := join
	fromFriend.header = map[string]string{"Origin": friend}
	w.want(200, join)
	w.want(429, join)
	w.want(403, fromFriend)

	a := w.server.Adjusted()
	a.GuestJoinsPerAddress, a.Origins = api.GuestJoins(100), []string{friend}
	if err := w.server.Adjust(a); err != nil {
		t.Fatal(err)
	}
	w.want(200, join)
	if got := w.want(200, fromFriend); got.header.Get("Access-Control-Allow-Origin") != friend {
		t.Errorf("headers %v", got.header)
	}

	// Nobody may say who they are, until it is a proxy that is trusted.
	a.GuestJoinsPerAddress = api.Rate{Count: 1, Per: time.Hour, Burst: 1}
	w.must(w.server.Adjust(a))
	forwarded := func(address string) call {
		c := join
		c.header = map[string]string{"X-Forwarded-For": address}
		return c
	}
	w.want(200, forwarded("198.51.100.1"))
	w.want(429, forwarded("198.51.100.2"))
	a.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	w.must(w.server.Adjust(a))
	w.want(200, forwarded("198.51.100.3"))
	w.want(429, forwarded("198.51.100.3"))
	w.want(200, forwarded("198.51.100.4"))
}

// A rate that stays begins nothing anew: reading the configuration again gives no second helping.
func TestARateThatStaysIsNotForgotten(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Limits.GuestJoinsPerAddress = api.Rate{Count: 1, Per: time.Hour, Burst: 1} })
	m := w.meeting("ada", `{"title":"Plan"}`)
	join := call{method: "POST", path: "/api/meetings/" + m.Code + "/join", body: `{"name":"Gus"}`}
	w.want(200, join)
	w.must(w.server.Adjust(w.server.Adjusted()))
	w.want(429, join)
}

func TestWrongSettingsChangeNothing(t *testing.T) {
	w := newWorld(t)
	for name, wrong := range map[string]func(*api.Adjustable){
		"origin": func(a *api.Adjustable) { a.Origins = []string{"front.example"} },
		"rate":   func(a *api.Adjustable) { a.GuestJoinsPerAddress.Count = 0 },
		"second": func(a *api.Adjustable) { a.RegisterPerAddress = api.Registrations(-1) },
	} {
		a := w.server.Adjusted()
		a.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		wrong(&a)
		if err := w.server.Adjust(a); err == nil {
			t.Errorf("%s: taken", name)
		}
		if len(w.server.Adjusted().TrustedProxies) != 0 {
			t.Errorf("%s: taken in part", name)
		}
	}
}
