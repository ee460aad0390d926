package api

import (
	"context"
	_ "embed"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

//go:embed openapi.yaml
var openAPI []byte

const (
	alivePath = "/healthz"
	readyPath = "/readyz"
	// readyWithin is how long a check may take: whoever asks gives up soon.
	readyWithin = 2 * time.Second
)

func (s *Server) healthRoutes() {
	s.route(http.MethodGet, alivePath, s.healthy)
	s.route(http.MethodGet, readyPath, s.ready)
	s.route(http.MethodGet, "/api/openapi.yaml", s.describe)
}

type statusResponse struct {
	Status string `json:"status"`
}

// Check is something without which the server should get no new people.
type Check struct {
	Name string
	// Ready is nil if all is well; the error says for the operator what is not.
	Ready func(context.Context) error
}

// ErrDraining is what a check says of a server that is about to stop, which is no fault.
var ErrDraining = errors.New("the server is about to stop")

// healthy says that the process answers. It depends on nothing: a server whose database is away is not helped by a restart.
func (s *Server) healthy(c echo.Context) error {
	return c.JSON(http.StatusOK, statusResponse{"ok"})
}

// ready says whether the server can do its work, without details: everybody may ask.
func (s *Server) ready(c echo.Context) error {
	if len(s.notReady(c.Request().Context(), func(ctx context.Context) error { return s.pinged.ask(ctx, s.now(), s.store.Ping) })) > 0 {
		return errUnavailable
	}
	return c.JSON(http.StatusOK, statusResponse{"ok"})
}

// pingEvery is how often the database is asked in the name of everybody.
const pingEvery = time.Second

// pinged is what the database answered last: however many ask whether the server is ready, it has no work by that.
type pinged struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

func (p *pinged) ask(ctx context.Context, now time.Time, ping func(context.Context) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() || now.Sub(p.at).Abs() >= pingEvery {
		p.err, p.at = ping(ctx), now
	}
	return p.err
}

// notReady is what is wrong, by the name of the check. Who asks and hangs up says nothing of the server.
func (s *Server) notReady(ctx context.Context, ping func(context.Context) error) map[string]error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWithin)
	defer cancel()
	wrong := map[string]error{}
	for _, check := range append([]Check{{"database", ping}}, s.checks...) {
		if err := check.Ready(ctx); err != nil {
			wrong[check.Name] = err
		}
	}
	s.unready.note(s, wrong)
	return wrong
}

// readiness remembers what was wrong, so that the log tells each change once: probes ask every few seconds.
type readiness struct {
	mu   sync.Mutex
	last string
}

func (r *readiness) note(s *Server, wrong map[string]error) {
	names := strings.Join(slices.Sorted(maps.Keys(wrong)), " ")
	r.mu.Lock()
	changed := r.last != names
	r.last = names
	r.mu.Unlock()
	switch {
	case !changed:
	case names == "":
		s.log.Info("ready again")
	default:
		for name, err := range wrong {
			if errors.Is(err, ErrDraining) {
				s.log.Info("not ready", "part", name, "reason", err)
				continue
			}
			s.log.Error("not ready", "part", name, "error", err)
		}
	}
}

// readyResponse tells the operator of each part whether it is well.
type readyResponse struct {
	Status string            `json:"status"`
	Parts  map[string]string `json:"parts"`
}

// readyInDetail is ready for the admin listener.
func (s *Server) readyInDetail(w http.ResponseWriter, r *http.Request) {
	wrong := s.notReady(r.Context(), s.store.Ping)
	answer, status := readyResponse{Status: "ok", Parts: map[string]string{"database": "ok"}}, http.StatusOK
	for _, check := range s.checks {
		answer.Parts[check.Name] = "ok"
	}
	for name, err := range wrong {
		answer.Parts[name] = err.Error()
		answer.Status, status = "unavailable", http.StatusServiceUnavailable
	}
	writeIndented(w, status, answer)
}

func (s *Server) describe(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/yaml", openAPI)
}
