//go:build lab

package main

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Addresses of the network that deploy/scripts/coturn.sh makes.
const (
	ours    = "203.0.113.7" // as the sample has it
	theirs  = "203.0.113.9"
	theirs6 = "2001:db8::9"
)

// debian is a program as deploy/scripts/unpack.sh left it.
func debian(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	below := os.Getenv("PLENUM_DEBIAN")
	if below == "" {
		t.Fatal("this test is run by a script of deploy/scripts")
	}
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", below+"/usr/bin", below+"/usr/sbin") {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		command := exec.Command(path, args...)
		libraries, _ := filepath.Glob(below + "/usr/lib/*-linux-gnu*")
		command.Env = append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(libraries, ":"))
		return command
	}
	t.Fatalf("%s is not at hand", name)
	return nil
}

// runs starts a program for the length of the test; what it said is shown if that fails.
func runs(t *testing.T, command *exec.Cmd) *logBuffer {
	t.Helper()
	said := &logBuffer{}
	command.Stdout, command.Stderr = said, said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(command.Path), said)
		}
	})
	return said
}

// startCoturn runs coturn on the sample, with addresses, files and the secret replaced, and gives the URLs of the sample, too.
func startCoturn(t *testing.T, secret string) (urls []string, certificate string) {
	t.Helper()
	text, err := os.ReadFile("../../deploy/coturn/turnserver.conf")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate = filepath.Join(dir, "fullchain.pem")
	if err := selfMade(time.Now(), certificate, filepath.Join(dir, "privkey.pem"), []string{theirs, theirs6}); err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer("REPLACE-ME", secret, "/etc/coturn/", dir+"/", "turn.example.org", theirs).Replace(string(text))
	file := filepath.Join(dir, "turnserver.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	said := runs(t, debian(t, "turnserver", "-c", file, "--listening-ip", theirs, "--listening-ip", theirs6, "--relay-ip", theirs, "--relay-ip", theirs6,
		"--log-file", "stdout", "--pidfile", filepath.Join(dir, "pid"), "--userdb", filepath.Join(dir, "db")))
	settings := regexp.MustCompile(`PLENUM_TURN_URL=(\S+)`).FindStringSubmatch(config)
	if settings == nil {
		t.Fatal("the sample does not say how Plenum is to be started")
	}
	username, password := relay.Credential([]byte(secret), "ada", time.Now().Add(time.Minute))
	for deadline := time.Now().Add(patience); ; {
		first, err := relay.Allocate(t.Context(), relay.OverTCP, theirs+":3478", username, password, nil)
		if err == nil {
			first.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("coturn gives no relay: %v\n%s", err, said)
		}
	}
	for _, complaint := range []string{"Unknown config", "Bad configuration", "WARNING: cannot find", "Unrecognized", "unrecognized"} {
		if strings.Contains(said.String(), complaint) {
			t.Errorf("coturn says %q of the sample:\n%s", complaint, said)
		}
	}
	return strings.Split(settings[1], ","), certificate
}

// TestCoturn is what deploy/scripts/coturn.sh runs: bots meet through coturn by each of its ways, both of them relayed, and what it
// must refuse is aimed at.
func TestCoturn(t *testing.T) {
	const secret = "what both servers know, at least 32 bytes of it"
	urls, certificate := startCoturn(t, secret)
	if len(urls) != 3 {
		t.Fatalf("the sample names %q, want UDP, TCP and TLS", urls)
	}
	t.Setenv("SSL_CERT_FILE", certificate)
	t.Run("media", func(t *testing.T) {
		m := startMeeting(t, func(c *serveCommand) {
			c.MediaAddress = []netip.Addr{netip.MustParseAddr(ours)}
			c.TURN = turnOptions{Turn: turnAuto, TurnQuota: 12, TurnURL: urls, TurnSecret: secret}
		})
		if m.server.relay != nil {
			t.Error("the server inside runs, too")
		}
		for _, way := range []string{"udp", "tcp", "tls"} {
			t.Run(way, func(t *testing.T) { checkRelayedElsewhere(m, way, certificate) })
		}
	})
	t.Run("doctor", func(t *testing.T) {
		args := []string{"--data", t.TempDir(), "--media-address", ours}
		for _, each := range urls {
			args = append(args, "--turn-url", each)
		}
		_, found, errs := visit(t, append(args, "--turn-secret", secret)...)
		for _, f := range found["turn"] {
			if f.State != fine {
				t.Errorf("found %+v", f)
			}
		}
		if len(found["turn"]) != len(urls) {
			t.Errorf("found %+v; %s", found["turn"], errs)
		}
		_, found, _ = visit(t, append(args, "--turn-secret", "another secret")...)
		for _, f := range found["turn"] {
			if f.State != failure || !strings.Contains(f.Mend, "--turn-secret") {
				t.Errorf("with another secret, found %+v", f)
			}
		}
	})
	t.Run("aim", func(t *testing.T) { checkCoturnRefuses(t, secret) })
	t.Run("credentials", func(t *testing.T) { checkCoturnCredentials(t, secret) })
}

// checkRelayedElsewhere has two bots see each other, each behind a relay by one way.
func checkRelayedElsewhere(m *meeting, way, certificate string) {
	m.t.Helper()
	trust := func(o *client.Options) { o.RelayTLS = trusting(m.t, certificate) }
	ada := m.enter("Ada "+way, by(way), trust).publish(camera()).receive(pool)
	grace := m.enter("Grace "+way, by(way), trust).publish(camera()).receive(pool)
	for _, b := range []struct{ from, to *bot }{{ada, grace}, {grace, ada}} {
		b.to.wish(180, b.from.id)
		b.to.picture(b.to.video(0), 0, b.to.number(b.from.id, message.Camera), 180)
		b.to.flows(20, b.to.video(0))
	}
	for _, path := range []string{ada.up.Path(), ada.down.Path(), grace.up.Path(), grace.down.Path()} {
		if !strings.HasPrefix(path, "relay") {
			m.t.Errorf("media goes by %q", path)
		}
	}
}

// checkCoturnRefuses aims at everything that coturn could reach from where it runs, and must not.
func checkCoturnRefuses(t *testing.T, secret string) {
	media := listens(t, ours+":0")
	var inside []canary
	for _, address := range []string{"127.0.0.1", "[::1]", "169.254.169.254", "10.1.2.3", "203.0.113.8", theirs, "[" + theirs6 + "]"} {
		inside = append(inside, listens(t, address+":0"))
	}
	for _, v4 := range []bool{true, false} {
		username, password := relay.Credential([]byte(secret), fmt.Sprintf("mallory%v", v4), time.Now().Add(time.Minute))
		a := aims(t, theirs+":3478", username, password, v4)
		for _, c := range inside {
			at := c.at()
			written := []netip.AddrPort{at}
			if at.Addr().Is4() {
				written = append(written, netip.AddrPortFrom(netip.AddrFrom16(at.Addr().As16()), at.Port()))
			}
			if at.Addr().IsLoopback() {
				written = append(written, netip.AddrPortFrom(netip.IPv4Unspecified(), at.Port()), netip.AddrPortFrom(netip.IPv6Unspecified(), at.Port()))
			}
			for _, peer := range written {
				if granted := a.at(peer); len(granted) > 0 {
					t.Errorf("aimed at %s, it was granted %q", peer, granted)
				}
			}
		}
		if !v4 {
			continue
		}
		// By the same relay the media of Plenum is reached, and what was sent before would have arrived by now.
		if code := a.ask(stun.MethodCreatePermission, aimed{media.at()}); code != 0 {
			t.Fatalf("the media of Plenum is refused: %d", code)
		}
		a.send(media.at(), "media")
		if text := media.hears(patience); text != "media" {
			t.Fatalf("the media of Plenum hears %q", text)
		}
	}
	for _, c := range inside {
		if text := c.hears(time.Millisecond); text != "" {
			t.Errorf("%s hears %q", c.at(), text)
		}
	}
}

// checkCoturnCredentials wants the quota of the sample to be a participant's own, and no credential that is over or made up.
func checkCoturnCredentials(t *testing.T, secret string) {
	const quota = 12
	at := func(participant string, life time.Duration, shared string) error {
		username, password := relay.Credential([]byte(shared), participant, time.Now().Add(life))
		c, err := relay.Allocate(t.Context(), relay.OverUDP, theirs+":3478", username, password, nil)
		if err == nil {
			t.Cleanup(c.Close)
		}
		return err
	}
	for i := range quota {
		// Another credential each time: the quota is the participant's.
		if err := at("ada", time.Hour+time.Duration(i)*time.Second, secret); err != nil {
			t.Fatalf("relay %d: %v", i, err)
		}
	}
	if err := at("ada", 2*time.Hour, secret); err == nil || !strings.Contains(err.Error(), "486") {
		t.Errorf("one relay more than the quota gives %v, want 486", err)
	}
	if err := at("grace", time.Hour, secret); err != nil {
		t.Errorf("the quota of another keeps grace out: %v", err)
	}
	for _, c := range []struct {
		name   string
		life   time.Duration
		secret string
	}{{"over", -time.Minute, secret}, {"of another secret", time.Hour, "made up by somebody"}} {
		if err := at("edsger", c.life, c.secret); err == nil {
			t.Errorf("a credential that is %s is good", c.name)
		}
	}
}
