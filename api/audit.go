package api

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

// event is one line of the audit log. Ids only: no names, addresses of people, tokens or texts.
type event struct {
	actor   string // empty: the user who makes the request
	action  string
	target  string
	meeting string
	result  string // empty: "ok"
}

// auditRefusal is audit for what a client can cause at will: only so many for each address.
func (s *Server) auditRefusal(c echo.Context, e event) {
	if _, ok := s.limits.auditedRefusal.take(s.now(), networkOf(c.RealIP())); ok {
		e.result = "refused"
		s.audit(c, e)
	}
}

// audit writes an event. Whether that works does not change the answer to the client.
func (s *Server) audit(c echo.Context, e event) {
	if e.actor == "" {
		e.actor = identityOf(c).user
	}
	if e.result == "" {
		e.result = "ok"
	}
	// The client may be gone already; what it did still happened.
	ctx := context.WithoutCancel(c.Request().Context())
	err := s.store.AddAuditEvent(ctx, &store.AuditEvent{
		Actor: e.actor, Action: e.action, Target: e.target, MeetingID: e.meeting, Result: e.result,
		Address: c.RealIP(), At: s.now(),
	})
	if err != nil {
		s.log.Error("audit event not stored", "action", e.action, "result", e.result, "request", requestID(c), "error", err)
	}
}
