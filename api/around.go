package api

import (
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
		c.Response().Header().Set(echo.HeaderXRequestID, correlation(c.Request()))
		s.secureHeaders(c)
		if s.allowOrigin(c) {
			return c.NoContent(http.StatusNoContent)
		}
		span := s.beginSpan(c)
		err := s.answer(next, c)
		if err != nil {
			c.Error(err)
		}
		span.end(s.logRequest(c, began), requestID(c))
		return nil
	}
}

// answer runs the handler within the limits of the server. A panic ends the request, not the process.
func (s *Server) answer(next echo.HandlerFunc, c echo.Context) (err error) {
	r := c.Request()
	switch c.Path() {
	case socketPath:
		if r.ContentLength != 0 {
			return errTooLarge // a handshake has no body
		}
		return next(c) // lives as long as the call; package signaling has limits of its own
	case alivePath:
		return next(c) // a server with much to do is alive
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

// requestID is in every line of the log that is about the request.
func requestID(c echo.Context) string {
	return c.Response().Header().Get(echo.HeaderXRequestID)
}

// logRequest names the route, never the path: codes are in paths.
func (s *Server) logRequest(c echo.Context, began time.Time) Answered {
	route := c.Path()
	if route == "" {
		route = "none"
	}
	method, took := methodName(c.Request().Method), time.Since(began)
	s.log.LogAttrs(c.Request().Context(), slog.LevelDebug, "request",
		slog.String("method", method),
		slog.String("route", route),
		slog.Int("status", c.Response().Status),
		slog.Int64("bytes", c.Response().Size),
		slog.Duration("took", took),
		slog.String("request", requestID(c)))
	answered := Answered{Method: method, Route: route, Status: c.Response().Status, Took: took}
	if s.answered != nil {
		s.answered(answered)
	}
	return answered
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
