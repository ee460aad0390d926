package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// pretend is an admin listener whose load rises at each look.
func pretend(t *testing.T, token string) *httptest.Server {
	t.Helper()
	looks := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token != "" && r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path != "/debug/load" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		looks++
		_ = json.NewEncoder(w).Encode(busy(looks))
	}))
	t.Cleanup(server.Close)
	return server
}

// busy is a node after so many seconds.
func busy(after int) nodeLoad {
	began := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	n := uint64(after) //nolint:gosec // a handful
	return nodeLoad{
		At: began.Add(time.Duration(after) * time.Second), Version: "v1", CPU: float64(after) / 2, Cores: 4, Memory: 300 << 20,
		Sockets: 12, Participants: 12, Waiting: 1, Received: flow{500 * n, 125_000 * n}, Sent: flow{50_000 * n, 12_500_000 * n},
		Shards: []shardLoad{{Peers: 12, Queue: 3, Delay: 0.0004}, {Level: 2}},
		Rooms: []roomLoad{
			{Code: "aaaaa-aaaaa", StartedAt: began, Participants: 2, Received: 1000 * n},
			{Code: "bbbbb-bbbbb", StartedAt: began, Participants: 10, Cameras: 9, Received: 125_000 * n, Planned: 64_000_000, Loss: 0.034, RTT: 0.12, Paused: 2},
		},
	}
}

func TestTopShowsRatesOfWhatIsCounted(t *testing.T) {
	page := topPage(busy(1), busy(3))
	for _, want := range []string{
		"processor 0.50 of 4 cores   memory 300 MB   sockets 12",
		"rooms 2   people 12   reconnecting 0   in lobbies 1",
		"in 500 packets/s, 1.0 Mbit/s   out 50000 packets/s, 100.0 Mbit/s at 10.0 µs each",
		"shard 0: 12 receivers, queue 3, delay 0.4 ms\n",
		"shard 1: 0 receivers, queue 0, delay 0.0 ms, leaves out large pictures\n",
		"bbbbb-bbbbb        10      0    9    0    0 1.0 Mbit/s 64.0 Mbit/s   3.4% 120.0 ms      2       3s\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("without %q:\n%s", want, page)
		}
	}
	if strings.Index(page, "bbbbb-bbbbb") > strings.Index(page, "aaaaa-aaaaa") {
		t.Error("the larger room does not come first")
	}
	// A server that was started anew counts from zero: no rate is negative.
	if page := topPage(busy(30), busy(3)); strings.Contains(page, "-") && strings.Contains(page, " -") {
		t.Errorf("something is negative:\n%s", page)
	}
}

func TestAPageFitsItsTerminal(t *testing.T) {
	got := fitted("one line that is long\n2\n3\n4\n5\n", 10, 5)
	want := fromTheTop + "one line " + clearLine + "\n2" + clearLine + "\n3" + clearLine + "\n… 2 more" + clearLine + "\n" + clearBelow
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTopOncePrintsWhatScriptsRead(t *testing.T) {
	server := pretend(t, "")
	code, out, errs := runPlenum(t.Context(), "top", "--admin", server.URL, "--once", "--json")
	var load nodeLoad
	if err := json.Unmarshal([]byte(out), &load); code != 0 || err != nil || load.Sockets != 12 || len(load.Rooms) != 2 {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	code, out, errs = runPlenum(t.Context(), "top", "--admin", server.URL, "--once", "--every", "100ms")
	if code != 0 || !strings.Contains(out, "bbbbb-bbbbb") || strings.Contains(out, "\x1b") {
		t.Errorf("exit code %d: %q%s", code, out, errs)
	}
}

func TestTopSaysWhyItSeesNothing(t *testing.T) {
	server := pretend(t, "letmein")
	gone := "http://" + freeAddress(t).String()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--admin", server.URL}, "PLENUM_ADMIN_TOKEN"},
		{[]string{"--admin", server.URL + "/elsewhere", "--admin-token", "letmein"}, "404"},
		{[]string{"--admin", gone}, "no server answers"},
		{[]string{"--admin", "localhost:9090"}, "http://127.0.0.1:9090"},
		{[]string{"--admin", server.URL, "--every", "1ms"}, "too short"},
	} {
		code, _, errs := runPlenum(t.Context(), append([]string{"top", "--once"}, c.args...)...)
		if code != 1 || !strings.Contains(errs, c.want) || strings.Contains(errs, "letmein") {
			t.Errorf("%v: exit code %d, said %q, want %q", c.args, code, errs, c.want)
		}
	}
	if code, out, errs := runPlenum(t.Context(), "top", "--once", "--json", "--admin", server.URL, "--admin-token", "letmein"); code != 0 || out == "" {
		t.Errorf("with the token: exit code %d, %s", code, errs)
	}
}

// Who stops it gets a clean end, also while the server is away.
func TestTopEndsWhenItIsToldTo(t *testing.T) {
	server := pretend(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	seen := make(chan struct{}, 100)
	c := topCommand{Admin: server.URL, Every: leastEvery}
	ended := make(chan error, 1)
	go func() { ended <- c.watch(ctx, &bytes.Buffer{}, busy(0), func(string) { seen <- struct{}{} }) }()
	<-seen
	server.Close()
	<-seen
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
