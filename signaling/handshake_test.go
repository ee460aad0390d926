package signaling_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// handshake tries to open a socket and returns the refusal's status and code; 101 if there was none.
func (w *world) handshake(header http.Header, subprotocols ...string) (status int, code string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	conn, response, err := websocket.Dial(ctx, w.url(), &websocket.DialOptions{Subprotocols: subprotocols, HTTPHeader: header})
	if err == nil {
		if conn.Subprotocol() != message.Subprotocol {
			w.t.Errorf("the server selected %q", conn.Subprotocol())
		}
		_ = conn.CloseNow()
		return http.StatusSwitchingProtocols, ""
	}
	if response == nil {
		w.t.Fatal(err)
	}
	var body struct{ Code, Message string }
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil || body.Message == "" {
		w.t.Errorf("status %d without a readable body: %v", response.StatusCode, err)
	}
	if response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") == "" {
		w.t.Error("429 without Retry-After")
	}
	return response.StatusCode, body.Code
}

func TestWhoMayOpenASocket(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.BadHandshakes = 1000 })
	from := func(values ...string) http.Header { return http.Header{"Origin": values} }
	fresh := func() string { return message.GrantPrefix + w.grant(w.claims("Grace")) }
	old, err := w.keys.Grant(time.Now().Add(-2*grant.GrantLife), w.claims("Grace"))
	must(t, err)
	foreign, err := grant.NewKeys(secret, "another node", "boot-1")
	must(t, err)
	elsewhere, err := foreign.Grant(time.Now(), w.claims("Grace"))
	must(t, err)
	ticket, _, err := w.keys.Ticket(time.Now(), w.claims("Grace"))
	must(t, err)
	const p = message.Subprotocol

	for name, c := range map[string]struct {
		header       http.Header
		subprotocols []string
		status       int
		code         string
	}{
		"our page":               {from(origin), []string{p, fresh()}, 101, ""},
		"no browser":             {nil, []string{p, fresh()}, 101, ""},
		"a ticket":               {from(origin), []string{p, message.TicketPrefix + ticket}, 101, ""},
		"a foreign page":         {from("https://evil.example.org"), []string{p, fresh()}, 403, "forbidden"},
		"a sandboxed page":       {from("null"), []string{p, fresh()}, 403, "forbidden"},
		"an empty origin":        {from(""), []string{p, fresh()}, 403, "forbidden"},
		"two origins":            {from(origin, "https://evil.example.org"), []string{p, fresh()}, 403, "forbidden"},
		"our page without TLS":   {from("http://meet.example.org"), []string{p, fresh()}, 403, "forbidden"},
		"our page's other port":  {from(origin + ":8443"), []string{p, fresh()}, 403, "forbidden"},
		"a longer name":          {from(origin + ".evil.org"), []string{p, fresh()}, 403, "forbidden"},
		"the server's own name":  {from(w.http.URL), []string{p, fresh()}, 403, "forbidden"},
		"no credential":          {from(origin), []string{p}, 401, "unauthorized"},
		"garbage":                {from(origin), []string{p, "auth.garbage"}, 401, "unauthorized"},
		"a grant as ticket":      {from(origin), []string{p, message.TicketPrefix + strings.TrimPrefix(fresh(), message.GrantPrefix)}, 401, "unauthorized"},
		"a ticket as grant":      {from(origin), []string{p, message.GrantPrefix + ticket}, 401, "unauthorized"},
		"an old grant":           {from(origin), []string{p, message.GrantPrefix + old}, 401, "unauthorized"},
		"another node's grant":   {from(origin), []string{p, message.GrantPrefix + elsewhere}, 401, "unauthorized"},
		"another protocol":       {from(origin), []string{"plenum.v9", fresh()}, 400, "invalid"},
		"no protocol":            {from(origin), nil, 400, "invalid"},
		"a credential of 100 KB": {from(origin), []string{p, message.GrantPrefix + strings.Repeat("A", 100_000)}, 401, "unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, code := w.handshake(c.header, c.subprotocols...); status != c.status || code != c.code {
				t.Errorf("got %d %s, want %d %s", status, code, c.status, c.code)
			}
		})
	}
}

func TestAGrantIsGoodOnce(t *testing.T) {
	w := newWorld(t)
	credential := message.GrantPrefix + w.grant(w.claims("Grace"))
	w.enterWith("Grace", credential)
	if status, code := w.handshake(nil, message.Subprotocol, credential); status != 401 || code != "unauthorized" {
		t.Fatalf("the second time: %d %s", status, code)
	}
}

func TestAGrantIsForOneBoot(t *testing.T) {
	w := newWorld(t)
	credential := message.GrantPrefix + w.grant(w.claims("Grace"))
	w.stop()
	w.boot()
	if status, _ := w.handshake(nil, message.Subprotocol, credential); status != 401 {
		t.Fatalf("after a restart: %d", status)
	}
}

func TestWithoutConfiguredOriginsThePageMustBeOurs(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.Origins = nil })
	for from, want := range map[string]int{w.http.URL: 101, "https://evil.example.org": 403, "null": 403} {
		credential := message.GrantPrefix + w.grant(w.claims("Grace"))
		if status, _ := w.handshake(http.Header{"Origin": {from}}, message.Subprotocol, credential); status != want {
			t.Errorf("%s: %d, want %d", from, status, want)
		}
	}
}

func TestFailedHandshakesAreCountedByAddress(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.BadHandshakes, c.TrustedProxies = 3, 1 })
	from := func(address string) http.Header { return http.Header{"X-Forwarded-For": {"203.0.113.99, " + address}} }
	for range 3 {
		if status, _ := w.handshake(from("192.0.2.1"), message.Subprotocol, "auth.wrong"); status != 401 {
			t.Fatalf("within the limit: %d", status)
		}
	}
	good := func() string { return message.GrantPrefix + w.grant(w.claims("Grace")) }
	if status, code := w.handshake(from("192.0.2.1"), message.Subprotocol, good()); status != 429 || code != "too_many" {
		t.Fatalf("beyond it: %d %s", status, code)
	}
	for range 5 {
		if status, _ := w.handshake(from("192.0.2.2"), message.Subprotocol, good()); status != 101 {
			t.Fatalf("another address: %d", status)
		}
	}
	// One IPv6 customer has a network, not an address.
	for i, address := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"} {
		want := 401
		if i == 3 {
			want = 429
		}
		if status, _ := w.handshake(from(address), message.Subprotocol, "auth.wrong"); status != want {
			t.Errorf("%s: %d, want %d", address, status, want)
		}
	}
}

func TestTicketsThatAreNoLongerGoodAreCountedToo(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.BadHandshakes = 2 })
	grace := w.enter("Grace")
	w.enter("Ada")
	grace.do(message.MeetingLeave{})
	stale := message.TicketPrefix + grace.joined.Ticket
	for range 2 {
		late := w.connect("Grace", stale)
		late.refused(message.MeetingJoin{}, message.Forbidden)
		late.closedWith(websocket.StatusCode(message.CloseRefused))
	}
	if status, code := w.handshake(nil, message.Subprotocol, stale); status != 429 || code != "too_many" {
		t.Fatalf("%d %s", status, code)
	}
}

func TestASocketMayBeRefusedForWantOfPlace(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.MaxSockets = 1 })
	w.enter("Ada")
	credential := message.GrantPrefix + w.grant(w.claims("Grace"))
	if status, code := w.handshake(nil, message.Subprotocol, credential); status != 503 || code != "unavailable" {
		t.Fatalf("%d %s", status, code)
	}
}

func TestPlainHTTPIsTold(t *testing.T) {
	w := newWorld(t)
	response, err := http.Get(w.http.URL + "/ws")
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusUpgradeRequired {
		t.Fatalf("status %d", response.StatusCode)
	}
}
