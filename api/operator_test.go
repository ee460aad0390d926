package api_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
)

const adminToken = "a-token-of-the-operator"

// operated is a world whose server has the admin token and the level of its log.
func operated(t *testing.T, token string, level *slog.LevelVar) *world {
	t.Helper()
	w := newWorld(t, func(cfg *api.Config) { cfg.AdminToken = api.Secret(token) })
	var err error
	w.server, err = api.New(w.cfg, api.Parts{
		Store: w.store, Signaling: w.rooms, Grants: w.grants, Web: webFiles(), Debug: fakeDebug{}, Log: w.logger, Now: w.clock.now, Level: level,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("plenum_rooms 1")) }),
	})
	w.must(err)
	return w
}

func (w *world) admin(method, url, authorization, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	rec := httptest.NewRecorder()
	w.server.Admin().ServeHTTP(rec, r)
	return rec
}

var operatorPaths = []string{
	"/metrics", "/readyz", "/debug/load", "/debug/rooms", "/debug/rooms/7k3mx-9qd4e", "/debug/transport", "/debug/log-level",
	"/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap", "/debug/pprof/goroutine", "/debug/pprof/symbol",
}

func TestTheAdminListenerAsksForItsToken(t *testing.T) {
	w := operated(t, adminToken, &slog.LevelVar{})
	for _, path := range operatorPaths {
		url := "http://plenum.internal:9090" + path
		for _, wrong := range []string{"", "Bearer", "Bearer ", "Bearer " + adminToken + "x", "Bearer " + adminToken[1:], adminToken, "Basic " + adminToken, "bearer" + adminToken} {
			rec := w.admin("GET", url, wrong, "")
			if rec.Code != 401 || rec.Header().Get("WWW-Authenticate") == "" || !strings.Contains(rec.Body.String(), `"unauthorized"`) {
				t.Errorf("%s with %q: %d %s", path, wrong, rec.Code, rec.Body)
			}
		}
		if rec := w.admin("GET", url, "Bearer "+adminToken, ""); rec.Code != 200 {
			t.Errorf("%s with the token: %d %s", path, rec.Code, rec.Body)
		}
	}
	if rec := w.admin("GET", "http://plenum.internal:9090/healthz", "", ""); rec.Code != 200 {
		t.Errorf("whether it lives needs no token: %d", rec.Code)
	}
	if strings.Contains(w.log.String(), adminToken) {
		t.Error("the log has the token")
	}
}

// A page from elsewhere whose name points to this machine gets nothing.
func TestWithoutATokenTheAdminListenerKnowsLoopbackAlone(t *testing.T) {
	w := operated(t, "", &slog.LevelVar{})
	for host, want := range map[string]int{
		"127.0.0.1:9090": 200, "localhost:9090": 200, "[::1]:9090": 200, "LOCALHOST": 200, "127.8.8.8": 200,
		"evil.example:9090": 403, "localhost.evil.example": 403, "127.0.0.1.evil.example": 403, "10.0.0.1:9090": 403, "0.0.0.0:9090": 403,
	} {
		for _, path := range operatorPaths {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = host
			rec := httptest.NewRecorder()
			w.server.Admin().ServeHTTP(rec, r)
			if rec.Code != want {
				t.Errorf("%s%s: %d, want %d", host, path, rec.Code, want)
			}
		}
	}
}

func TestTheLevelOfTheLogChangesWhileItRuns(t *testing.T) {
	level := &slog.LevelVar{}
	w := operated(t, "", level)
	const url = "http://127.0.0.1:9090/debug/log-level"
	if rec := w.admin("GET", url, "", ""); rec.Code != 200 || !strings.Contains(rec.Body.String(), `"info"`) {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	for _, body := range []string{"debug", "WARN\n", " error "} {
		rec := w.admin("PUT", url, "", body)
		want := strings.ToLower(strings.TrimSpace(body))
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"`+want+`"`) || !strings.EqualFold(level.Level().String(), want) {
			t.Errorf("%q: %d %s, level %s", body, rec.Code, rec.Body, level.Level())
		}
	}
	for _, body := range []string{"", "loud", "info+2", "7", strings.Repeat("debug", 1000)} {
		if rec := w.admin("PUT", url, "", body); rec.Code != 400 || level.Level() != slog.LevelError {
			t.Errorf("%.20q: %d %s, level %s", body, rec.Code, rec.Body, level.Level())
		}
	}
	if rec := w.admin("POST", url, "", "debug"); rec.Code != 405 {
		t.Errorf("POST: %d", rec.Code)
	}
	if got := strings.Count(w.log.String(), "level has changed"); got != 3 {
		t.Errorf("%d changes are in the log", got)
	}
}

func TestAShortAdminTokenIsRefused(t *testing.T) {
	cfg := config()
	cfg.AdminToken = api.Secret("admin")
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "admin token") {
		t.Errorf("said %v", err)
	}
}
