package api

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
)

// around is what happens to every request before and after its handler.
func (s *Server) around(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		c.Response().Header().Set(echo.HeaderXRequestID, rand.Text())
		s.secureHeaders(c)
		if s.allowOrigin(c) {
			return c.NoContent(http.StatusNoContent)
		}
		err := s.answer(next, c)
		if err != nil {
			c.Error(err)
		}
		s.logRequest(c, began)
		return nil
	}
}

// answer runs the handler within the limits of the server. A panic ends the request, not the process.
func (s *Server) answer(next echo.HandlerFunc, c echo.Context) (err error) {
	r := c.Request()
	if c.Path() == socketPath {
		return next(c) // lives as long as the call; package signaling has limits of its own
	}
	from := networkOf(c.RealIP())
	if !s.gate.enter(from) {
		return errBusy
	}
	defer s.gate.leave(from)
	if r.ContentLength > maxBody {
		return errTooLarge
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody)
	defer func() {
		if fault := recover(); fault != nil {
			if aborted, ok := fault.(error); ok && errors.Is(aborted, http.ErrAbortHandler) {
				panic(fault)
			}
			s.log.Error("panic in a handler", "route", c.Path(), "request", requestID(c), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return next(c)
}

func requestID(c echo.Context) string {
	return c.Response().Header().Get(echo.HeaderXRequestID)
}

// logRequest names the route, never the path: codes are in paths.
func (s *Server) logRequest(c echo.Context, began time.Time) {
	route := c.Path()
	if route == "" {
		route = "none"
	}
	s.log.LogAttrs(c.Request().Context(), slog.LevelDebug, "request",
		slog.String("method", methodName(c.Request().Method)),
		slog.String("route", route),
		slog.Int("status", c.Response().Status),
		slog.Int64("bytes", c.Response().Size),
		slog.Duration("took", time.Since(began)),
		slog.String("request", requestID(c)))
}

// methodName keeps what a client invents out of the log.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}
