package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plenum-meet/plenum/api"
)

func TestPages(t *testing.T) {
	w := newWorld(t)
	for _, s := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/", 200, "text/html"},
		{"HEAD", "/", 200, "text/html"},
		{"GET", "/m/7k3mx-9qd4e", 200, "text/html"},
		{"GET", "/sign-in?next=/m/7k3mx-9qd4e", 200, "text/html"},
		{"GET", "/index.html", 404, "application/json"},
		{"GET", "/favicon.svg", 200, "image/svg+xml"},
		{"GET", "/assets/index-abc123.js", 200, "text/javascript"},
		{"GET", "/assets/index-gone.js", 404, "application/json"},
		{"GET", "/assets/", 404, "application/json"},
		{"GET", "/missing.png", 404, "application/json"},
		{"GET", "/api/none", 404, "application/json"},
		{"GET", "/api", 404, "application/json"},
		{"GET", "/metrics", 404, "application/json"},
		{"GET", "/debug/pprof/", 404, "application/json"},
		{"GET", "/debug/rooms", 404, "application/json"},
		{"GET", "/debug%2Fpprof%2F", 404, "application/json"},
		{"GET", "/.env", 404, "application/json"},
		{"GET", "/..%5c..%5cetc%5cpasswd", 404, "application/json"},
		{"GET", "/%2e%2e/%2e%2e/etc/passwd", 404, "application/json"},
		{"GET", "//evil.example", 404, "application/json"},
		{"POST", "/", 405, "application/json"},
		{"PUT", "/api/meetings", 405, "application/json"},
		{"POST", "/m/7k3mx-9qd4e", 405, "application/json"},
	} {
		t.Run(s.method+" "+s.path, func(t *testing.T) {
			w := w.in(t)
			a := w.want(s.status, call{method: s.method, path: s.path})
			if !strings.HasPrefix(a.header.Get("Content-Type"), s.kind) || a.header.Get("Location") != "" {
				t.Errorf("headers %v", a.header)
			}
		})
	}
}

func TestAssets(t *testing.T) {
	w := newWorld(t)
	asset := call{method: "GET", path: "/assets/index-abc123.js"}
	plain := w.want(200, asset)
	if plain.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || plain.header.Get("Content-Encoding") != "" {
		t.Errorf("headers %v", plain.header)
	}
	asset.header = map[string]string{"Accept-Encoding": "gzip, br"}
	zipped := w.want(200, asset)
	z, err := gzip.NewReader(bytes.NewReader(zipped.body))
	w.must(err)
	text, err := io.ReadAll(z)
	w.must(err)
	if !bytes.Equal(text, plain.body) || zipped.header.Get("Content-Encoding") != "gzip" || zipped.header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("compressed: %v", zipped.header)
	}
	asset.header = map[string]string{"If-None-Match": plain.header.Get("ETag")}
	if a := w.want(304, asset); len(a.body) != 0 {
		t.Errorf("body %q", a.body)
	}
	if h := w.want(200, call{method: "GET", path: "/favicon.svg"}).header; h.Get("Cache-Control") != "no-cache" {
		t.Errorf("a file without a hash in its name: %v", h)
	}
}

func TestWithoutClient(t *testing.T) {
	w := newWorld(t)
	parts := api.Parts{Store: w.store, Signaling: w.rooms, Grants: w.grants, Debug: fakeDebug{}, Log: w.logger, Now: w.clock.now}
	var err error
	w.server, err = api.New(w.cfg, parts)
	w.must(err)
	w.want(404, call{method: "GET", path: "/"})
	w.want(200, call{method: "GET", path: "/healthz"})

	parts.Web = fstest.MapFS{"main.js": {}}
	if _, err := api.New(w.cfg, parts); err == nil {
		t.Error("a client without index.html was accepted")
	}
}
