//go:build lab

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

const (
	site = "https://meet.example.org" // as the samples have it
	// idle is how long a socket has nothing to carry but the server's checks: longer than a proxy that knows no WebSocket keeps it.
	idle = 25 * time.Second
)

// sampled is the text of a sample of deploy/proxy with files replaced.
func sampled(t *testing.T, name string, replaced ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../deploy/proxy/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(replaced...).Replace(string(text))
}

func written(t *testing.T, file, text string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// certifiedSite is a certificate for the name of the samples.
func certifiedSite(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	cert, key = filepath.Join(dir, "fullchain.pem"), filepath.Join(dir, "privkey.pem")
	if err := selfMade(time.Now(), cert, key, []string{"meet.example.org"}); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// Each starts a proxy on its sample and says what authority it has its certificate from, and what it says of a server that drains.
func startNginx(t *testing.T) (command *exec.Cmd, authority, drained string) {
	dir := t.TempDir()
	authority, _ = certifiedSite(t, dir)
	site := written(t, filepath.Join(dir, "plenum.conf"), sampled(t, "nginx.conf", "/etc/ssl/meet.example.org/", dir+"/"))
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	whole := fmt.Sprintf("daemon off;\nmaster_process off;\npid %s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n%sinclude %s;\n}\n", dir, temporary, site)
	return debian(t, "nginx", "-e", "stderr", "-p", dir, "-c", written(t, filepath.Join(dir, "nginx.conf"), whole)), authority, ""
}

func startHAProxy(t *testing.T) (command *exec.Cmd, authority, drained string) {
	dir := t.TempDir()
	authority, key := certifiedSite(t, dir)
	both := ""
	for _, file := range []string{authority, key} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		both += string(text)
	}
	written(t, filepath.Join(dir, "meet.example.org.pem"), both)
	config := written(t, filepath.Join(dir, "haproxy.cfg"), sampled(t, "haproxy.cfg", "/etc/haproxy/", dir+"/"))
	return debian(t, "haproxy", "-db", "-f", config), authority, "Server plenum/plenum is DOWN"
}

func startCaddy(t *testing.T) (command *exec.Cmd, authority, drained string) {
	dir := t.TempDir()
	config := written(t, filepath.Join(dir, "Caddyfile"), "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n}\n"+sampled(t, "Caddyfile"))
	command = debian(t, "caddy", "run", "--config", config, "--adapter", "caddyfile")
	command.Env = append(command.Env, "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	return command, filepath.Join(dir, "caddy", "pki", "authorities", "local", "root.crt"), "503"
}

// TestProxies is what deploy/scripts/proxies.sh runs: everything passes through each of the proxies.
func TestProxies(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(*testing.T) (command *exec.Cmd, authority, drained string)
	}{{"nginx", startNginx}, {"haproxy", startHAProxy}, {"caddy", startCaddy}} {
		t.Run(c.name, func(t *testing.T) {
			m := startMeeting(t, func(c *serveCommand) {
				c.Listen, c.PublicURL, c.TrustedProxy = "127.0.0.1:8080", site, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
				c.MediaAddress = []netip.Addr{netip.MustParseAddr(ours)}
				c.TURN = turnOptions{Turn: turnOff}
			})
			command, authority, drained := c.start(t)
			said := runs(t, command)
			outside := &outsider{roots: x509.NewCertPool()}
			m.within(patience, "the proxy to lead to the server", func() bool {
				outside.trust(authority)
				response, err := outside.visits(theirs, false).Get(site + "/healthz")
				if err != nil {
					return false
				}
				defer response.Body.Close()
				return response.StatusCode == http.StatusOK
			})
			// What bots and studios are made of goes through the proxy from here on.
			usual := http.DefaultTransport
			http.DefaultTransport = outside.visits(theirs, false).Transport
			t.Cleanup(func() { http.DefaultTransport = usual })
			m.rest.Base = site
			ada := m.enter("Ada").publish(camera())
			grace := m.enter("Grace").receive(pool)
			quiet := time.Now()

			outside.pages(m)
			outside.addresses(m)
			streams(m, grace)
			grace.wish(180, ada.id)
			grace.picture(grace.video(0), 0, grace.number(ada.id, message.Camera), 180)
			m.within(2*idle, "sockets to have been quiet for long", func() bool { return time.Since(quiet) > idle })
			if look(grace, func() bool { return grace.roster[ada.id].Reconnecting }) {
				t.Error("a socket was cut meanwhile")
			}
			talks(m, ada, grace, "after a while")

			// A server that drains says so, and who is inside goes on: by the socket, and by another after a cut.
			m.server.drain()
			if drained != "" {
				m.until("the proxy to see that the server drains: "+drained, func() bool { return strings.Contains(said.String(), drained) })
			}
			talks(m, ada, grace, "while the server drains")
			grace.Cut()
			if _, err := grace.Resume(m.ctx); err != nil {
				t.Errorf("nobody comes back while the server drains: %v", err)
			}
			talks(m, ada, grace, "after the cut")
			if response, err := outside.visits(theirs, false).Get(site + "/readyz"); err != nil || response.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("while the server drains, /readyz answers %v, %v", response, err)
			}
		})
	}
}

// talks has one tell the other something over their sockets.
func talks(m *meeting, from, to *bot, text string) {
	m.t.Helper()
	from.must(message.ChatSend{ClientID: strings.ReplaceAll(text, " ", "-"), Text: text})
	m.until("to be heard: "+text, func() bool {
		return look(to, func() bool {
			return len(to.chat) > 0 && to.chat[len(to.chat)-1].Text == text
		})
	})
}

// outsider reaches the proxy from an address of the network.
type outsider struct{ roots *x509.CertPool }

// trust reads the authority, which a proxy may make as it starts.
func (o *outsider) trust(file string) {
	if text, err := os.ReadFile(file); err == nil {
		o.roots.AppendCertsFromPEM(text)
	}
}

func (o *outsider) visits(from string, http2 bool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: o.roots}, ForceAttemptHTTP2: http2,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				dialer := net.Dialer{}
				if port, ok := strings.CutPrefix(address, "meet.example.org"); ok {
					address, dialer.LocalAddr = ours+port, &net.TCPAddr{IP: net.ParseIP(from)}
				}
				return dialer.DialContext(ctx, network, address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// pages wants the web client by both versions of HTTP, and those who come without TLS sent to it.
func (o *outsider) pages(m *meeting) {
	m.t.Helper()
	for _, http2 := range []bool{false, true} {
		response, err := o.visits(theirs, http2).Get(site + "/")
		if err != nil {
			m.t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK || !strings.Contains(string(text), "<html") || (response.ProtoMajor == 2) != http2 {
			m.t.Errorf("the page comes as %s by %s: %.100s", response.Status, response.Proto, text)
		}
	}
	response, err := o.visits(theirs, false).Get("http://meet.example.org/m/abc")
	if err != nil {
		m.t.Fatal(err)
	}
	response.Body.Close()
	if to := response.Header.Get("Location"); response.StatusCode/100 != 3 || to != site+"/m/abc" {
		m.t.Errorf("without TLS: %s to %q", response.Status, to)
	}
}

// addresses wants the server to know clients by the address that they have, whatever they write themselves, and that they came by TLS.
func (o *outsider) addresses(m *meeting) {
	m.t.Helper()
	const guesser, other = "203.0.113.20", "203.0.113.21"
	guess := func(from, forwarded string) int {
		r, err := http.NewRequestWithContext(m.ctx, http.MethodGet, site+"/api/meetings/00000-00000", nil)
		if err != nil {
			m.t.Fatal(err)
		}
		if forwarded != "" {
			for _, name := range []string{"X-Forwarded-For", "X-Real-Ip"} {
				r.Header.Set(name, forwarded)
			}
		}
		response, err := o.visits(from, false).Do(r)
		if err != nil {
			m.t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	// One address may guess thirty times.
	for i := range 30 {
		if status := guess(guesser, fmt.Sprintf("198.51.100.%d", i)); status != http.StatusNotFound {
			m.t.Fatalf("guess %d: %d", i, status)
		}
	}
	for forwarded, want := range map[string]int{"198.51.100.99": http.StatusTooManyRequests, "": http.StatusTooManyRequests} {
		if status := guess(guesser, forwarded); status != want {
			m.t.Errorf("who has guessed too often, and says to be %q, gets %d", forwarded, status)
		}
	}
	for _, forwarded := range []string{"", guesser, "127.0.0.1"} {
		if status := guess(other, forwarded); status != http.StatusNotFound {
			m.t.Errorf("somebody else, who says to be %q, gets %d", forwarded, status)
		}
	}
	r := strings.NewReader(`{"email":"host@plenum.example","password":"a long enough password"}`)
	response, err := o.visits(other, false).Post(site+"/api/auth/login", "application/json", r)
	if err != nil {
		m.t.Fatal(err)
	}
	response.Body.Close()
	if cookie := response.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-plenum_refresh=") {
		m.t.Errorf("who came by TLS gets the cookie %.30q", cookie)
	}
	records, err := m.server.cfg.Storage.open(m.ctx, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		m.t.Fatal(err)
	}
	defer records.Close()
	events, err := records.AuditEvents(m.ctx, store.AuditFilter{Limit: 500})
	if err != nil {
		m.t.Fatal(err)
	}
	noted := map[string]bool{}
	for _, e := range events {
		noted[e.Address] = true
	}
	if !noted[other] || noted["198.51.100.99"] {
		m.t.Errorf("the audit log has the addresses %v", noted)
	}
}

// streams has a studio publish by WHIP: POST, an ICE restart by PATCH, DELETE.
func streams(m *meeting, viewer *bot) {
	m.t.Helper()
	stage := m.studio("publish")
	if !strings.HasPrefix(stage.url, site+"/whip/") {
		m.t.Errorf("a studio is told %s", stage.url)
	}
	stage.sends(client.Size{Width: 320, Height: 180})
	stage.begin("")
	stage.restart()
	if response, text := stage.call(http.MethodDelete, stage.session, "", ""); response.StatusCode != http.StatusOK {
		m.t.Errorf("DELETE: %d %s", response.StatusCode, text)
	}
	m.until("the stream to be gone", func() bool {
		return look(viewer, func() bool { return len(viewer.roster) == 2 })
	})
}
