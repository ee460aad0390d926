package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/store"
)

// signed is what somebody has that a server signed or sealed with its secret.
type signed struct {
	*meeting
	browser     *http.Client // with the cookie of a sign-in
	self        string       // who holds the ticket
	ticket      string
	stream      string // the path of it
	streamToken string
	receiver    *receiver
	hook        string
}

// asks makes a request and returns its status.
func (s *signed) asks(browser *http.Client, method, path, token, kind string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.ctx, method, s.rest.Base+path, strings.NewReader("{}"))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Plenum", "1")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := browser.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// comesBack says whether the ticket leads back to the same place in the meeting.
func (s *signed) comesBack() bool {
	s.t.Helper()
	c, err := client.Dial(s.ctx, client.Options{URL: "ws" + strings.TrimPrefix(s.rest.Base, "http") + "/ws", Ticket: s.ticket})
	if err != nil {
		return false
	}
	s.t.Cleanup(c.Close)
	joined, err := c.Join(s.ctx)
	if err != nil {
		return false
	}
	s.ticket = joined.Ticket
	return joined.Self == s.self
}

// pinged says what becomes of a delivery that is made now: its state, or why it is not sent.
func (s *signed) pinged(admin string) string {
	s.t.Helper()
	type delivery struct {
		ID, State string
		Attempts  []struct{ Error string }
	}
	var made struct{ Delivery delivery }
	if status := s.receiver.calls(admin, http.MethodPost, "/"+s.hook+"/ping", "", &made); status != http.StatusAccepted {
		s.t.Fatalf("ping: %d", status)
	}
	var came struct{ Delivery delivery }
	s.until("an attempt", func() bool {
		s.receiver.calls(admin, http.MethodGet, "/"+s.hook+"/deliveries/"+made.Delivery.ID, "", &came)
		return len(came.Delivery.Attempts) > 0
	})
	if why := came.Delivery.Attempts[0].Error; why != "" {
		return why
	}
	return came.Delivery.State
}

// The server's secret is changed twice: while the ones before are honoured everything signed or sealed by them is good, and afterwards
// nothing is. Between, what is made new is made with the new one.
func TestTheSecretChangesAndSignsNobodyOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	data, log, r := t.TempDir(), &logBuffer{}, newReceiver(t)
	serve := func(secret string, before ...string) (base, admin string, stop func()) {
		t.Helper()
		c := serveCommand{
			Storage: storageOptions{Data: data}, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", WebhookAllow: []string{r.url},
			MediaAddress: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Secret: secret, PreviousSecret: before, ResumeWindow: 20 * time.Second,
		}
		n, err := start(ctx, c, slog.New(slog.NewTextHandler(log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		stop = sync.OnceFunc(func() {
			stopping, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			n.Stop(stopping)
		})
		t.Cleanup(stop)
		return "http://" + n.public.String(), n.AdminURL(), stop
	}
	first, second, third := strings.Repeat("1", 40), strings.Repeat("2", 40), strings.Repeat("3", 40)

	base, admin, stop := serve(first)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &signed{receiver: r, browser: &http.Client{Jar: jar}}
	// The cookie is for the address, whatever the port.
	s.meeting = openMeeting(ctx, t, client.REST{Base: base, HTTP: s.browser})
	ada := s.enter("Ada")
	s.self, s.ticket = ada.id, ada.joined.Ticket
	var made struct{ URL, Token string }
	s.post(http.DefaultClient, s.rest.Token, "/api/meetings/"+s.code+"/streams", map[string]string{"kind": "publish", "name": "Stage"}, &made)
	s.stream, s.streamToken = "/whip/"+s.code, made.Token
	r.mayAdminister(data)
	s.hook = r.subscribe(admin)
	if got := s.pinged(admin); got != store.DeliveryDelivered {
		t.Fatalf("a webhook at first: %s", got)
	}

	for _, c := range []struct {
		name   string
		secret string
		before []string
		good   bool
	}{
		{"another secret, with the one before", second, []string{first}, true},
		{"a third, with both before, as a file has them", third, []string{second, first, ""}, true},
		{"another one, and none before", second[1:], nil, false},
	} {
		stop()
		s.rest.Base, admin, stop = serve(c.secret, c.before...)
		says := func(what string, good bool) {
			t.Helper()
			if good != c.good {
				t.Errorf("%s: %s is good: %v, want %v", c.name, what, good, c.good)
			}
		}
		says("an access token", s.asks(http.DefaultClient, http.MethodGet, "/api/auth/me", s.rest.Token, "application/json") == http.StatusOK)
		says("a ticket", s.comesBack())
		// An offer that is none is refused for what it is, a token that is none for that.
		says("a stream's token", s.asks(http.DefaultClient, http.MethodPost, s.stream, s.streamToken, "application/sdp") != http.StatusUnauthorized)
		says("a webhook's secret", s.pinged(admin) == store.DeliveryDelivered)
		// A sign-in is a record of the database, and goes on.
		if status := s.asks(s.browser, http.MethodPost, "/api/auth/refresh", "", "application/json"); status != http.StatusOK {
			t.Errorf("%s: a sign-in: %d", c.name, status)
		}
	}
	if got := s.pinged(admin); !strings.Contains(got, "rotate it") {
		t.Errorf("the log of a webhook whose secret is lost says %q", got)
	}
	if len(r.payloads(store.EventPing)) != 3 {
		t.Errorf("told %d times", len(r.payloads(store.EventPing)))
	}
}
