package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAdmin(t *testing.T) {
	w := newWorld(t)
	for _, s := range []struct {
		path   string
		status int
		text   string
	}{
		{"/debug/rooms", 200, `"7k3mx-9qd4e"`},
		{"/debug/rooms/7k3mx-9qd4e", 200, `"peers": 3`},
		{"/debug/rooms/7K3MX9QD4E", 200, `"peers": 3`},
		{"/debug/rooms/00000-00000", 404, `"not_found"`},
		{"/debug/rooms/x", 404, `"not_found"`},
		{"/debug/transport", 200, `"express": true`},
		{"/debug/load", 200, `"sockets": 3`},
		{"/healthz", 200, `"ok"`},
		{"/readyz", 200, `"database": "ok"`},
		{"/metrics", 404, ""},
		{"/debug/pprof/", 200, "goroutine"},
		{"/debug/pprof/cmdline", 200, ""},
		{"/api/meetings", 404, ""},
	} {
		rec := httptest.NewRecorder()
		w.server.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9090"+s.path, nil))
		if rec.Code != s.status || !strings.Contains(rec.Body.String(), s.text) {
			t.Errorf("%s: %d %.100s", s.path, rec.Code, rec.Body)
		}
	}
}
