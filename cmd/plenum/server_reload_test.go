package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// configured is a meeting on a server that reads a file, which the test writes again.
func configured(t *testing.T, first string) (m *meeting, write func(string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plenum.yaml")
	write = func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(first)
	again := reading([]string{
		"serve", "--config", path, "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
		"--media-port", "0", "--media-address", "127.0.0.1", "--turn", "on", "--turn-port", "0", "--turn-tls-port", "0",
	})
	m = startMeeting(t, func(c *serveCommand) {
		var err error
		if *c, err = again(); err != nil {
			t.Fatal(err)
		}
		c.reread = again
	})
	return m, write
}

// reloads has the operator ask for it.
func (m *meeting) reloads() (came api.Reloaded, status int) {
	m.t.Helper()
	response, err := http.Post(m.admin+"/debug/reload", "", nil)
	if err != nil {
		m.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&came); err != nil {
		m.t.Fatal(err)
	}
	return came, response.StatusCode
}

// admits tells whether a guest gets into the meeting beside the others.
func (m *meeting) admits(name string) bool {
	m.t.Helper()
	admission, err := (&client.REST{Base: m.rest.Base}).Join(m.ctx, m.code, name)
	if err != nil {
		m.t.Fatal(err)
	}
	guest, err := client.Dial(m.ctx, client.Options{URL: admission.SocketURL, Grant: admission.Grant})
	if err != nil {
		m.t.Fatal(err)
	}
	defer guest.Close()
	if _, err = guest.Join(m.ctx); err != nil {
		return false
	}
	if err := guest.Leave(m.ctx); err != nil {
		m.t.Fatal(err)
	}
	return true
}

// Limits, level and origins change at once while people are in a call, which notices nothing; what cannot change is named, and a wrong
// file changes nothing and says why.
func TestTheConfigurationIsReadAgainDuringACall(t *testing.T) {
	t.Parallel()
	m, write := configured(t, "max-participants: 2\n")
	ada := m.enter("Ada").publish(camera())
	grace := m.enter("Grace").receive(pool)
	grace.wish(180, ada.id)
	grace.picture(grace.video(0), 0, grace.number(ada.id, message.Camera), 180)
	if m.admits("Gus") {
		t.Fatal("a third of two came in")
	}

	write("max-participants: 3\nlog-level: debug\nturn-quota: 3\nturn-rate: 2\norigin: [https://front.example]\nmail-from: Somebody <somebody@plenum.example>\n")
	came, status := m.reloads()
	want := []string{"log-level", "max-participants", "origin", "turn-quota", "turn-rate"}
	if status != http.StatusOK || !slices.Equal(came.Changed, want) || !slices.Equal(came.Restart, []string{"mail-from"}) {
		t.Errorf("%d %+v", status, came)
	}
	if !m.admits("Gus") {
		t.Error("a third of three is kept out")
	}
	if !m.trusts("https://front.example") {
		t.Error("a page that is to be trusted is not")
	}
	for _, said := range []string{"level=DEBUG", `msg="the rest needs a restart" options=[mail-from]`} {
		m.until("the log to say "+said, func() bool { return strings.Contains(m.log.String(), said) })
	}

	for text, why := range map[string]string{
		"max-participants: 0\nmax-meetings: 9\n":               "--max-participants",
		"max-participant: 1\n":                                 "did you mean",
		"max-participants: [1\n":                               "no YAML",
		"max-participants: 1\norigin: [front.example]\n":       "front.example",
		"max-participants: 1\nturn-quota: 0\n":                 "--turn-quota",
		"max-participants: 1\ntls-cert: /nowhere/to/be/seen\n": "--tls-key",
	} {
		write(text)
		if came, status := m.reloads(); status != http.StatusUnprocessableEntity || !strings.Contains(came.Wrong, why) || len(came.Changed)+len(came.Restart) != 0 {
			t.Errorf("%q: %d %+v", text, status, came)
		}
	}
	if strings.Count(m.log.String(), "nothing has changed") != 6 || !m.admits("Gus") || !m.trusts("https://front.example") {
		t.Errorf("a wrong file has changed something")
	}

	// Back at the beginning, with the call still as it was.
	write("max-participants: 2\n")
	if came, _ := m.reloads(); !slices.Equal(came.Changed, want) || len(came.Restart) != 0 {
		t.Errorf("%+v", came)
	}
	if m.admits("Gus") || m.trusts("https://front.example") {
		t.Error("what was taken back still holds")
	}
	grace.flows(20, grace.video(0))
	grace.unbroken(grace.video(0))
}

// trusts tells whether a browser would let a page of an origin use the server.
func (m *meeting) trusts(origin string) bool {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.ctx, http.MethodOptions, m.rest.Base+"/api/meetings", nil)
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	request.Header.Set("Access-Control-Request-Method", http.MethodPost)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		m.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.Header.Get("Access-Control-Allow-Origin") == origin
}

// The program does the same when it is told by the signal that service managers send.
func TestAHangUpReadsTheConfigurationAgain(t *testing.T) {
	path := fileWith(t, "guest-joins: 7\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log, out := &logBuffer{}, &logBuffer{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{
			"serve", "--config", path, "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--admin-listen", "off",
			"--media-port", "0", "--media-address", "127.0.0.1",
		}, terminal{out: out, err: log})
	}()
	m := &meeting{t: t}
	m.until("the server to be ready", func() bool { return strings.Contains(out.String(), "ready") })
	for text, said := range map[string]string{"guest-joins: 8\n": "changed=[guest-joins]", "guest-joins: many\n": "nothing has changed"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		m.until("the log to say "+said, func() bool { return strings.Contains(log.String(), said) })
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("ended with %d:\n%s", code, log)
	}
}

// Every option that can be changed exists, and what 'validate' refuses is refused as well when it is read again.
func TestOptionsThatCanChangeExist(t *testing.T) {
	known := optionsOf(new(serveCommand))
	for _, name := range adjustable {
		if !known[name].IsValid() {
			t.Errorf("there is no option %q", name)
		}
	}
	if code, _, errs := runPlenum(t.Context(), "config", "validate", "--max-meetings=0", "--data", t.TempDir()); code == 0 || !strings.Contains(errs, "--max-meetings") {
		t.Errorf("code %d, said %q", code, errs)
	}
}
