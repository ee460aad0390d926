package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) auditRoutes() {
	s.adminRoute(http.MethodGet, "/api/admin/audit", ScopeAudit, s.listAudit)
}

type auditJSON struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Action  string    `json:"action"`
	Target  string    `json:"target,omitempty"`
	Meeting string    `json:"meeting,omitempty"` // its id, which outlives it
	Result  string    `json:"result"`
	Address string    `json:"address,omitempty"`
}

type auditResponse struct {
	Events []auditJSON `json:"events"`
	Next   string      `json:"next,omitempty"`
}

// listAudit shows who did what. What an administrator looks at here is not written down: it would never end.
func (s *Server) listAudit(c echo.Context) error {
	var check checks
	filter := store.AuditFilter{
		Actor: check.part(c, "actor", 254), Action: check.part(c, "action", 64),
		Since: check.moment(c, "since"), Until: check.moment(c, "until"), Limit: check.limit(c, 50, 200), Before: c.QueryParam("before"),
	}
	if filter.Before != "" {
		check.id("before", filter.Before)
	}
	meeting := c.QueryParam("meeting")
	if meeting != "" {
		check.id("meeting", meeting)
	}
	if err := check.failure(); err != nil {
		return err
	}
	var err error
	if filter.MeetingID, err = s.auditedMeeting(c, meeting); err != nil {
		return err
	}
	limit := filter.Limit
	filter.Limit++
	rows, err := s.store.AuditEvents(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	out := auditResponse{Events: []auditJSON{}}
	if len(rows) > limit {
		rows = rows[:limit]
		out.Next = rows[limit-1].ID
	}
	for _, e := range rows {
		out.Events = append(out.Events, auditJSON{
			ID: e.ID, At: e.At, Actor: e.Actor, Action: e.Action, Target: e.Target, Meeting: e.MeetingID, Result: e.Result, Address: e.Address,
		})
	}
	return c.JSON(http.StatusOK, out)
}

// auditedMeeting is the id of a meeting that is given by its code, or by its id, as of one that was deleted.
func (s *Server) auditedMeeting(c echo.Context, given string) (id string, err error) {
	code, ok := parseCode(given)
	if !ok {
		return given, nil
	}
	m, err := s.store.MeetingByCode(c.Request().Context(), code)
	if errors.Is(err, store.ErrNotFound) {
		return "", errNoMeeting
	}
	return m.ID, err
}
