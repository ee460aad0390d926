package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// begin starts a server on what there is in a directory; stop may be called before the test ends.
func begin(ctx context.Context, t *testing.T, data string, log *logBuffer) (base string, stop func()) {
	t.Helper()
	n, err := start(ctx, serveCommand{
		Storage: storageOptions{Data: data}, Listen: "127.0.0.1:0", AdminListen: "off",
		MediaAddress: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	}, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		stopping, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		n.Stop(stopping)
	})
	t.Cleanup(stop)
	return "http://" + n.public.String(), stop
}

// post makes a call in a browser, as whoever has the token.
func (m *meeting) post(browser *http.Client, token, path string, body map[string]string, out any) {
	m.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(m.ctx, http.MethodPost, m.rest.Base+path, bytes.NewReader(raw))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := browser.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		m.t.Fatalf("%s: %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		m.t.Fatal(err)
	}
}

// comes has a guest open a link, empty for the meeting's own address, and try to come in.
func (m *meeting) comes(browser *http.Client, name, link string) (message.MeetingJoined, error) {
	m.t.Helper()
	body := map[string]string{"name": name}
	if link != "" {
		body["invitation"] = link
	}
	var admission client.Admission
	m.post(browser, "", "/api/meetings/"+m.code+"/join", body, &admission)
	c, err := client.Dial(m.ctx, client.Options{URL: "ws" + strings.TrimPrefix(m.rest.Base, "http") + admission.SocketURL, Grant: admission.Grant})
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(c.Close)
	return c.Join(m.ctx)
}

// What hosts decided of people who have no account holds for their browsers when the server is started anew.
func TestWhatHostsDecidedOfGuestsOutlivesARestart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	data, log := t.TempDir(), &logBuffer{}
	base, stop := begin(ctx, t, data, log)
	m := &meeting{t: t, ctx: ctx, log: log, rest: client.REST{Base: base}}
	if err := m.rest.Register(ctx, "host@plenum.example", "a long enough password", "Host"); err != nil {
		t.Fatal(err)
	}
	var err error
	if m.code, err = m.rest.Create(ctx, "Test"); err != nil {
		t.Fatal(err)
	}
	browsers := map[string]*http.Client{}
	come := func(name, link string) (message.MeetingJoined, error) {
		t.Helper()
		if browsers[name] == nil {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			browsers[name] = &http.Client{Jar: jar}
		}
		return m.comes(browsers[name], name, link)
	}
	host := m.enterBy(m.rest, "Host")
	ids := map[string]string{}
	for _, name := range []string{"Back", "Admitted", "Demoted", "Muted"} {
		joined, err := come(name, "")
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = joined.Self
	}
	host.must(
		message.ModerationSendToLobby{Participant: ids["Back"]},
		message.ModerationSendToLobby{Participant: ids["Admitted"]},
		message.ModerationAdmit{Participants: []string{ids["Admitted"]}},
		message.ModerationRole{Participant: ids["Demoted"], Role: message.CoHost},
		message.ModerationRole{Participant: ids["Demoted"], Role: message.Member},
		message.ModerationMute{Participant: ids["Muted"], Hard: true},
	)
	var link struct{ Token string }
	m.post(http.DefaultClient, m.rest.Token, "/api/meetings/"+m.code+"/invitations", map[string]string{"role": "COHOST"}, &link)

	for _, when := range []string{"before", "after"} {
		if when == "after" {
			stop()
			m.rest.Base, _ = begin(ctx, t, data, log)
		}
		for _, by := range []string{"", link.Token} {
			if joined, err := come("Back", by); err == nil {
				t.Errorf("%s the restart: who was sent back is in, with %+v", when, joined.Permissions)
			}
		}
		if _, err := come("Admitted", ""); err != nil {
			t.Errorf("%s the restart: who was let in again: %v", when, err)
		}
		joined, err := come("Demoted", link.Token)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range joined.Participants {
			if p.ID == joined.Self && p.Role != message.Member {
				t.Errorf("%s the restart: who was demoted is %s", when, p.Role)
			}
		}
		if joined, err := come("Muted", ""); err != nil || joined.Permissions.Unmute {
			t.Errorf("%s the restart: who was muted for good: %+v, %v", when, joined.Permissions, err)
		}
	}
}
