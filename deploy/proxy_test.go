package deploy

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// statements are the lines of a sample without comments and space.
func statements(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return out
}

var behind = regexp.MustCompile(`PLENUM_LISTEN=(\S+) .*PLENUM_TRUSTED_PROXY=(\S+)`)

func TestProxiesLeadToTheServerAndLetSocketsThrough(t *testing.T) {
	k := readKnown(t)
	for _, c := range []struct {
		file string
		// Each has to stand there as it is.
		lines []string
	}{
		{"proxy/nginx.conf", []string{
			"server " + k.defaults["listen"] + ";", "location = /ws {", "proxy_http_version 1.1;",
			"proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $plenum_connection;", "proxy_read_timeout 1h;",
			"proxy_set_header Host $host;", "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", "proxy_set_header X-Forwarded-Proto $scheme;",
		}},
		{"proxy/Caddyfile", []string{
			"reverse_proxy " + k.defaults["listen"] + " {", "health_uri /readyz", "@draining expression {http.error.status_code} == 503",
			"reverse_proxy @draining " + k.defaults["listen"],
		}},
		{"proxy/haproxy.cfg", []string{
			"server plenum " + k.defaults["listen"] + " check inter 2s fall 2 rise 2", "server plenum-draining " + k.defaults["listen"] + " backup", "timeout tunnel 1h", "option forwardfor",
			"http-request set-header X-Forwarded-Proto https", "http-check send meth GET uri /readyz",
		}},
	} {
		text := read(t, c.file)
		got := statements(text)
		for _, line := range c.lines {
			if !slices.Contains(got, line) {
				t.Errorf("%s has no %q", c.file, line)
			}
		}
		if strings.Count(text, "{") != strings.Count(text, "}") {
			t.Errorf("%s has a brace too many", c.file)
		}
		// Behind a proxy that it does not trust, the server would take the proxy for everybody.
		if m := behind.FindStringSubmatch(text); len(m) != 3 || m[1] != k.defaults["listen"] || m[2] != "127.0.0.1/32" {
			t.Errorf("%s says of the server %q", c.file, m)
		}
	}
}

// A location of nginx that names a header has none of those named around it.
func TestNoLocationHidesTheHeadersAroundIt(t *testing.T) {
	inside := false
	for _, line := range statements(read(t, "proxy/nginx.conf")) {
		switch {
		case strings.HasPrefix(line, "location "):
			inside = true
		case line == "}":
			inside = false
		case inside && strings.HasPrefix(line, "proxy_set_header "):
			t.Errorf("a location has %q", line)
		}
	}
}

// The sample relays to the server and to nothing else, with the quota and the ports of the server inside.
func TestCoturnRelaysToTheServerAlone(t *testing.T) {
	k := readKnown(t)
	text := read(t, "coturn/turnserver.conf")
	got := statements(text)
	for _, line := range []string{
		"use-auth-secret", "denied-peer-ip=0.0.0.0-255.255.255.255", "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "no-multicast-peers",
		"listening-port=" + k.defaults["turn-port"], "tls-listening-port=" + k.defaults["turn-tls-port"], "user-quota=" + k.defaults["turn-quota"],
		"max-bps=1000000", // bytes a second of the default --turn-rate
	} {
		if !slices.Contains(got, line) {
			t.Errorf("turnserver.conf has no %q", line)
		}
	}
	for _, url := range regexp.MustCompile(`turns?:[^\s,]+`).FindAllString(text, -1) {
		port := ":" + k.defaults["turn-port"] + "?"
		if strings.HasPrefix(url, "turns:") {
			port = ":" + k.defaults["turn-tls-port"] + "?"
		}
		if !strings.Contains(url, port) {
			t.Errorf("%s is not where coturn listens", url)
		}
	}
}
