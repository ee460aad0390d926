package api

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// levels that a log can have, as options and the admin listener name them.
var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

type levelResponse struct {
	Level string `json:"level"`
}

// showLevel says from which level on is logged.
func (s *Server) showLevel(w http.ResponseWriter, _ *http.Request) {
	writeIndented(w, http.StatusOK, levelResponse{strings.ToLower(s.level.Level().String())})
}

// setLevel changes it while the server runs; the body is the name.
func (s *Server) setLevel(w http.ResponseWriter, r *http.Request) {
	const longest = 16
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longest))
	next, ok := levels[strings.ToLower(strings.TrimSpace(string(text)))]
	if tooBig := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &tooBig) {
		return // the operator is gone
	}
	if err != nil || !ok {
		refuse := errInvalid.because("The level is one of debug, info, warn and error.")
		writeIndented(w, refuse.status, refuse)
		return
	}
	before := s.level.Level()
	s.level.Set(next)
	if before != next {
		s.log.Warn("the log's level has changed", "from", before, "to", next)
	}
	s.showLevel(w, r)
}
