package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
)

// doubtful is a world with a check that fails as long as it holds an error.
func doubtful(t *testing.T) (*world, *atomic.Pointer[error]) {
	t.Helper()
	wrong := &atomic.Pointer[error]{}
	w := newWorld(t)
	parts := api.Parts{
		Store: w.store, Signaling: w.rooms, Grants: w.grants, Web: webFiles(), Debug: fakeDebug{}, Log: w.logger, Now: w.clock.now,
		Checks: []api.Check{{Name: "media", Ready: func(context.Context) error {
			if err := wrong.Load(); err != nil {
				return *err
			}
			return nil
		}}},
	}
	var err error
	w.server, err = api.New(w.cfg, parts)
	w.must(err)
	return w, wrong
}

func (w *world) adminGet(path string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.server.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9090"+path, nil))
	return rec
}

func TestReadyTellsEverybodyWhetherAndTheOperatorWhy(t *testing.T) {
	w, wrong := doubtful(t)
	w.want(200, call{method: "GET", path: "/readyz"})
	fault := errors.New("a media socket is closed")
	wrong.Store(&fault)
	for range 3 {
		if a := w.want(503, call{method: "GET", path: "/readyz"}); strings.Contains(string(a.body), "socket") {
			t.Errorf("everybody is told %s", a.body)
		}
	}
	w.want(200, call{method: "GET", path: "/healthz"})
	if rec := w.adminGet("/readyz"); rec.Code != 503 || !strings.Contains(rec.Body.String(), "socket is closed") || !strings.Contains(rec.Body.String(), `"database": "ok"`) {
		t.Errorf("the operator is told %d %s", rec.Code, rec.Body)
	}
	if rec := w.adminGet("/healthz"); rec.Code != 200 {
		t.Errorf("alive: %d", rec.Code)
	}
	wrong.Store(nil)
	w.want(200, call{method: "GET", path: "/readyz"})
	for text, want := range map[string]int{`"not ready"`: 1, `"ready again"`: 1} {
		if got := strings.Count(w.log.String(), text); got != want {
			t.Errorf("the log has %s %d times, want %d: probes must not fill it", text, got, want)
		}
	}
}

func TestReadyWhenTheDatabaseGoesAway(t *testing.T) {
	w, _ := doubtful(t)
	w.want(200, call{method: "GET", path: "/readyz"})
	w.must(w.store.Close())
	// The database is asked in the name of everybody once a second, whoever asks how often.
	w.want(200, call{method: "GET", path: "/readyz"})
	w.clock.pass(time.Second)
	w.want(503, call{method: "GET", path: "/readyz"})
	w.want(200, call{method: "GET", path: "/healthz"})
	if rec := w.adminGet("/readyz"); rec.Code != 503 || !strings.Contains(rec.Body.String(), "database unavailable") {
		t.Errorf("the operator is told %d %s", rec.Code, rec.Body)
	}
}

func TestDrainingIsNoFault(t *testing.T) {
	w, wrong := doubtful(t)
	wrong.Store(&api.ErrDraining)
	w.want(503, call{method: "GET", path: "/readyz"})
	if log := w.log.String(); strings.Contains(log, `"ERROR"`) || !strings.Contains(log, "not ready") {
		t.Errorf("the log has %s", log)
	}
}

// A probe that finds the server busy must not have it restarted.
func TestABusyServerIsAlive(t *testing.T) {
	w := newWorld(t, func(cfg *api.Config) { cfg.Limits.Open, cfg.Limits.OpenPerAddress = 1, 1 })
	inside, leave := make(chan struct{}), make(chan struct{})
	body := readerFunc(func([]byte) (int, error) {
		close(inside)
		<-leave
		return 0, errors.New("gone")
	})
	ended := make(chan struct{})
	ada := w.person("ada")
	r := httptest.NewRequest(http.MethodPost, "http://"+host+"/api/meetings", body)
	r.Header.Set("Authorization", "Bearer "+ada.Token)
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = "192.0.2.1:4711"
	go func() {
		defer close(ended)
		w.server.Public().ServeHTTP(httptest.NewRecorder(), r)
	}()
	<-inside
	w.want(503, call{method: "GET", path: "/api/features"})
	w.want(200, call{method: "GET", path: "/healthz"})
	close(leave)
	<-ended
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestEachAnswerIsTold(t *testing.T) {
	w := newWorld(t)
	var told []api.Answered
	var err error
	w.server, err = api.New(w.cfg, api.Parts{
		Store: w.store, Signaling: w.rooms, Grants: w.grants, Web: webFiles(), Debug: fakeDebug{}, Log: w.logger, Now: w.clock.now,
		Answered: func(a api.Answered) { told = append(told, a) },
	})
	w.must(err)
	w.want(404, call{method: "GET", path: "/api/meetings/00000-00000"})
	w.want(405, call{method: "BREW", path: "/api/meetings"})
	if len(told) != 2 || told[0].Route != "/api/meetings/:code" || told[0].Status != 404 || told[0].Method != http.MethodGet || told[1].Method != "other" {
		t.Errorf("%+v", told)
	}
}
