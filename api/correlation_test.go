package api_test

import (
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/signaling/grant"
)

const requestHeader = "X-Request-Id"

func TestARequestKeepsTheNameThatTheClientGaveIt(t *testing.T) {
	w := newWorld(t)
	for _, given := range []string{"0123456789abcdef", "join_7-of_a-tab", strings.Repeat("a", 64)} {
		a := w.want(200, call{method: "GET", path: "/api/meetings", as: "ada", header: map[string]string{requestHeader: given}})
		if got := a.header.Get(requestHeader); got != given {
			t.Errorf("%q came back as %q", given, got)
		}
		if !strings.Contains(w.log.String(), `"request":"`+given+`"`) {
			t.Errorf("the log does not have %q", given)
		}
	}
}

// What could break or fill a log is replaced.
func TestABadNameOfARequestIsReplaced(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	for _, given := range []string{"", "short", strings.Repeat("a", 65), "a request with spaces", "evil\"},{\"level", "naïve-naïve", "<script>alert(1)</script>", "${jndi:ldap://x}"} {
		a := w.want(200, call{method: "GET", path: "/healthz", header: map[string]string{requestHeader: given}})
		got := a.header.Get(requestHeader)
		if got == given || len(got) < 20 || seen[got] {
			t.Errorf("%q came back as %q", given, got)
		}
		seen[got] = true
		if given != "" && strings.Contains(w.log.String(), `"request":"`+given) {
			t.Errorf("the log has %q", given)
		}
	}
}

// The grant carries it into the WebSocket's part of the log.
func TestAGrantNamesTheRequestThatItAnswers(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	const id = "action-of-a-browser"
	a := w.want(200, call{method: "POST", path: "/api/meetings/" + m.Code + "/join", as: "ada", body: `{}`, header: map[string]string{requestHeader: id}})
	var claims grant.Claims
	claims, err := w.grants.VerifyGrant(w.clock.now(), read[struct{ Grant string }](w, a).Grant)
	w.must(err)
	if claims.Request != id {
		t.Errorf("the grant names %q", claims.Request)
	}
}

func TestOtherPagesMayNameTheirRequests(t *testing.T) {
	const other = "https://other.example"
	w := newWorld(t, func(cfg *api.Config) { cfg.Origins = []string{other} })
	a := w.want(204, call{method: "OPTIONS", path: "/api/meetings", header: map[string]string{"Origin": other, "Access-Control-Request-Method": "GET"}})
	if got := a.header.Get("Access-Control-Allow-Headers"); !strings.Contains(got, requestHeader) {
		t.Errorf("allowed are %q", got)
	}
}
