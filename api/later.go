package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// laterRoutes are described already.
func (s *Server) laterRoutes() {
	soon := func(echo.Context) error { return errUnavailable }
	s.route(http.MethodPost, "/api/auth/reset", soon)
	s.route(http.MethodPost, "/api/auth/reset/confirm", soon)
	s.route(http.MethodPatch, "/api/users/me", soon, s.signedIn)
	s.route(http.MethodPost, "/api/users/me/password", soon, s.signedIn)
	s.route(http.MethodGet, "/api/users/me/sessions", soon, s.signedIn)
	s.route(http.MethodDelete, "/api/users/me/sessions", soon, s.signedIn)
	s.route(http.MethodDelete, "/api/users/me/sessions/:id", soon, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/calendar.ics", soon, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/invitations", soon, s.signedIn)
	s.route(http.MethodPost, "/api/meetings/:code/invitations", soon, s.signedIn)
	s.route(http.MethodDelete, "/api/meetings/:code/invitations/:id", soon, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/invitees", soon, s.signedIn)
	s.route(http.MethodPost, "/api/meetings/:code/invitees", soon, s.signedIn)
	s.route(http.MethodDelete, "/api/meetings/:code/invitees/:id", soon, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/occurrences", soon, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/occurrences/:id", soon, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/occurrences/:id/attendance.csv", soon, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/occurrences/:id/transcript.csv", soon, s.signedIn)
	s.route(http.MethodPost, "/api/connection-test", soon, s.anybody)
	s.route(http.MethodGet, "/api/features", soon)
}
