package api

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// faulty answers calls whose handlers fail in ways that no real one should.
func faulty(log *bytes.Buffer) *Server {
	s := &Server{
		cfg: Default(), log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		gate: newGate(1, 1), now: time.Now, echo: echo.New(),
	}
	s.adjust(s.cfg.adjustable())
	s.echo.HTTPErrorHandler = s.renderError
	s.echo.IPExtractor = echo.ExtractIPDirect()
	s.echo.Use(s.around)
	s.echo.GET("/panic/:code", func(echo.Context) error { panic("canary in the panic") })
	s.echo.GET("/fail/:code", func(echo.Context) error { return errors.New("canary in the error") })
	s.echo.GET("/busy/:code", func(c echo.Context) error {
		rec := httptest.NewRecorder()
		s.echo.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/fail/1", nil))
		return c.NoContent(rec.Code)
	})
	return s
}

// A fault ends its request in the usual form, tells the client nothing and the log enough, and leaves the rest alone.
func TestFaults(t *testing.T) {
	var log bytes.Buffer
	s := faulty(&log)
	for _, path := range []string{"/panic/secret-code", "/fail/secret-code", "/panic/secret-code"} {
		log.Reset()
		rec := httptest.NewRecorder()
		s.echo.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != http.StatusInternalServerError || !strings.Contains(rec.Body.String(), `"internal"`) || strings.Contains(rec.Body.String(), "canary") {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
		id := rec.Header().Get("X-Request-Id")
		if !strings.Contains(log.String(), "canary") || !strings.Contains(log.String(), id) || strings.Contains(log.String(), "secret-code") {
			t.Errorf("%s: log %s", path, log.String())
		}
	}
}

// Who has as many requests open as allowed is told to come back.
func TestTooManyOpen(t *testing.T) {
	var log bytes.Buffer
	rec := httptest.NewRecorder()
	faulty(&log).echo.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/busy/1", nil))
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("the second at once: %d", rec.Code)
	}
}
