package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

// visit has a doctor look at a configuration, and gives what was found by what was looked at.
func visit(t *testing.T, args ...string) (code int, found map[string][]finding, errs string) {
	t.Helper()
	code, out, errs := runPlenum(t.Context(), append([]string{"doctor", "--json"}, args...)...)
	var all []finding
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatalf("exit code %d, %q is no JSON: %v %s", code, out, err, errs)
	}
	found = map[string][]finding{}
	for _, f := range all {
		found[f.Check] = append(found[f.Check], f)
	}
	return code, found, errs
}

func port(t *testing.T) string { return fmt.Sprint(freeAddress(t).Port()) }

// wholesome is a configuration on free ports, with everything that a doctor looks at.
func wholesome(t *testing.T, data string) []string {
	return []string{
		"--data", data, "--listen", freeAddress(t).String(), "--admin-listen", freeAddress(t).String(), "--media-port", port(t),
		"--media-address", "127.0.0.1", "--turn", "on", "--turn-port", port(t), "--turn-tls-port", port(t), "--tls-dev",
	}
}

func TestADoctorLooksAtEverything(t *testing.T) {
	seen := outside(t, netip.MustParseAddrPort("127.0.0.1:7882"))
	date := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(date.Close)
	args := append(wholesome(t, t.TempDir()), "--public-stun", seen, "--clock", date.URL)
	code, found, errs := visit(t, args...)
	// The STUN server says 7882 of every port.
	if code != 1 || !strings.Contains(errs, "1 of the checks failed") || found["public address"][0].State != failure {
		t.Errorf("exit code %d: %s", code, errs)
	}
	for check, want := range map[string]int{"port": 7, "turn": 3, "clock": 1, "database": 1, "batches": 1, "certificate": 1} {
		if len(found[check]) != want {
			t.Errorf("%d findings on %s, want %d: %+v", len(found[check]), check, want, found[check])
		}
		for _, f := range found[check] {
			if f.State == failure || f.State == skipped {
				t.Errorf("found %+v", f)
			}
		}
	}
	code, out, _ := runPlenum(t.Context(), append([]string{"doctor"}, wholesome(t, t.TempDir())...)...)
	if code != 0 || !strings.Contains(out, "-> name one with --clock") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestADoctorTellsOursFromAnothers(t *testing.T) {
	command := onLoopback(t)
	command.Listen, command.AdminListen, command.MediaPort = freeAddress(t).String(), freeAddress(t).String(), freeAddress(t).Port()
	command.TURN = turnOptions{Turn: turnOn, TurnPort: freeAddress(t).Port(), TurnQuota: 12}
	n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Stop(t.Context()) })
	args := []string{
		"--data", command.Storage.Data, "--media-address", "127.0.0.1", "--listen", command.Listen, "--admin-listen", command.AdminListen,
		"--media-port", fmt.Sprint(command.MediaPort), "--turn", "on", "--turn-port", fmt.Sprint(command.TURN.TurnPort),
	}
	code, found, errs := visit(t, args...)
	if code != 0 {
		t.Errorf("exit code %d: %s, %+v", code, errs, found)
	}
	for _, f := range append(found["port"], found["turn"]...) {
		if f.State != fine || f.Check == "port" && !strings.Contains(f.Says, "runs here") {
			t.Errorf("of a server that runs: %+v", f)
		}
	}
	if made := n.relay.Snapshot().Made; made != 2 {
		t.Errorf("%d relays were had of the server that runs, want 2", made)
	}
	code, found, _ = visit(t, slices.Concat(args, []string{"--listen", freeAddress(t).String()})...)
	if code != 1 {
		t.Errorf("exit code %d with ports that another has", code)
	}
	failed := 0
	for _, f := range found["port"] {
		if f.State == failure && strings.Contains(f.Says, "in use") {
			failed++
		}
	}
	if failed != 5 {
		t.Errorf("%d ports are in use, want 5: %+v", failed, found["port"])
	}
}

func TestTheClockIsComparedByDateAndByNTP(t *testing.T) {
	date := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	}))
	t.Cleanup(date.Close)
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		b := make([]byte, 48)
		for {
			_, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			now := time.Now().Add(-time.Hour)
			b[0] = 4<<3 | 4
			binary.BigEndian.PutUint32(b[40:], uint32(now.Unix()+ntpEpoch)) //nolint:gosec // until 2036
			binary.BigEndian.PutUint32(b[44:], uint32(uint64(now.Nanosecond())<<32/uint64(time.Second)))
			_, _ = conn.WriteTo(b, from)
		}
	}()
	for _, server := range []string{date.URL, "ntp://" + conn.LocalAddr().String()} {
		skew, err := ahead(t.Context(), server)
		if err != nil || (skew-time.Hour).Abs() > 30*time.Second {
			t.Errorf("%s: ahead by %s: %v", server, skew, err)
		}
	}
	for _, server := range []string{"pool.ntp.org", "ftp://example.org", "http://" + freeAddress(t).String()} {
		if _, err := ahead(t.Context(), server); err == nil {
			t.Errorf("%s says what time it is", server)
		}
	}
}
