package main

import (
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

	"github.com/plenum-meet/plenum/sfu/relay"
)

// dated is a server whose clock is behind ours.
func dated(t *testing.T, behind time.Duration) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-behind).UTC().Format(http.TimeFormat))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Each thing that can be wrong with a server is found where it is wrong, and what is said would mend it.
func TestADoctorFindsWhatIsWrongWhereItIs(t *testing.T) {
	tcp, udp, gone := occupied(t, "tcp"), occupied(t, "udp"), freeAddress(t)
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	at := freeAddress(t)
	elsewhere, err := relay.New(relay.Config{
		Told: []netip.AddrPort{at}, Sockets: []netip.AddrPort{at}, Secret: []byte("what the two servers know, 32 bytes of it"), Quota: 1,
		Inside: func(string) bool { return false },
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(elsewhere.Close)
	now := time.Now()
	cert, key := made(t, now, "localhost")
	_, another := made(t, now, "localhost")
	old, oldKey := made(t, now.AddDate(-20, 0, 0), "localhost")
	for _, c := range []struct {
		name              string
		args              []string
		check, says, mend string
	}{
		{"port", []string{"--listen", tcp.String()}, "port", "in use", "--listen"},
		{"admin port", []string{"--admin-listen", tcp.String()}, "port", "in use", "--admin-listen"},
		{"media port", []string{"--media-port", fmt.Sprint(udp.Port())}, "port", "in use", "--media-port"},
		{"TURN port", []string{"--turn-port", fmt.Sprint(udp.Port())}, "port", "in use", "--turn-port"},
		{
			"wrong public address",
			[]string{"--public-address", "198.51.100.7", "--public-stun", outside(t, netip.MustParseAddrPort("203.0.113.7:7882"))},
			"public address", "says 198.51.100.7, but this server is seen at 203.0.113.7", "set --public-address to 203.0.113.7",
		},
		{"silent STUN server", []string{"--public-stun", silent.LocalAddr().String()}, "public address", "does not answer", "let UDP out"},
		{
			"TURN with another secret",
			[]string{"--turn", "auto", "--turn-url", fmt.Sprintf("turn:127.0.0.1:%d?transport=udp", elsewhere.Port()), "--turn-secret", "another"},
			"turn", "401", "compare --turn-secret and both clocks",
		},
		{
			"TURN behind a closed port",
			[]string{"--turn", "auto", "--turn-url", fmt.Sprintf("turn:%s?transport=tcp", gone), "--turn-secret", "another"},
			"turn", "refused", "open its port in the firewall",
		},
		{"clock far ahead", []string{"--clock", dated(t, time.Hour)}, "clock", "ahead of http", "timedatectl"},
		{"clock far behind", []string{"--clock", dated(t, -time.Hour)}, "clock", "tickets and TURN credentials are refused", "timedatectl"},
		{"no database", []string{"--database", "mysql://plenum:hunter2@" + gone.String() + "/plenum"}, "database", gone.String(), "see that it runs"},
		{"no certificate", []string{"--tls-cert", cert + "x", "--tls-key", key}, "certificate", "cannot be read", "--tls-cert"},
		{"key of another", []string{"--tls-cert", cert, "--tls-key", another}, "certificate", "does not match", "--tls-key"},
		{"old certificate", []string{"--tls-cert", old, "--tls-key", oldKey}, "certificate", "days ago", "renew it"},
		{
			"certificate of another name",
			[]string{"--tls-cert", cert, "--tls-key", key, "--public-url", "https://meet.example.org"},
			"certificate", "does not have meet.example.org", "--public-url",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := []string{
				"--data", t.TempDir(), "--listen", freeAddress(t).String(), "--admin-listen", freeAddress(t).String(), "--media-port", port(t), "--media-address", "127.0.0.1",
				"--turn", "on", "--turn-port", port(t), "--turn-tls-port", port(t),
			}
			code, found, errs := visit(t, slices.Concat(args, c.args)...)
			if code != 1 || !strings.Contains(errs, "failed") {
				t.Errorf("exit code %d: %s", code, errs)
			}
			i := slices.IndexFunc(found[c.check], func(f finding) bool { return f.State == failure })
			if i < 0 {
				t.Fatalf("nothing is wrong: %+v", found[c.check])
			}
			f := found[c.check][i]
			if !strings.Contains(f.Says, c.says) || !strings.Contains(f.Mend, c.mend) || strings.Contains(f.Says+f.Mend, "hunter2") {
				t.Errorf("found %+v", f)
			}
		})
	}
}
