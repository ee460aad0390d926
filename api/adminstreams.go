package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) adminStreamRoutes() {
	const streams = "/api/admin/meetings/:code/streams"
	s.adminRoute(http.MethodGet, streams, ScopeStreams, s.adminListStreams)
	s.adminRoute(http.MethodPost, streams, ScopeStreams, s.adminCreateStream)
	s.adminRoute(http.MethodDelete, streams+"/:id", ScopeStreams, s.adminRevokeStream)
}

type adminStreamsResponse struct {
	Streams []invitationJSON `json:"streams"`
}

// anyMeeting is the meeting of the path, whoever hosts it and whether it takes place or not.
func (s *Server) anyMeeting(c echo.Context) (store.Meeting, error) {
	code, ok := parseCode(c.Param("code"))
	if !ok {
		return store.Meeting{}, errNoMeeting
	}
	m, err := s.store.MeetingByCode(c.Request().Context(), code)
	if errors.Is(err, store.ErrNotFound) {
		return m, errNoMeeting
	}
	return m, err
}

func (s *Server) adminListStreams(c echo.Context) error {
	m, err := s.anyMeeting(c)
	if err != nil {
		return err
	}
	rows, err := s.store.InvitationsOf(c.Request().Context(), m.ID)
	if err != nil {
		return err
	}
	out := adminStreamsResponse{Streams: []invitationJSON{}}
	for _, i := range rows {
		if i.Stream != "" {
			out.Streams = append(out.Streams, renderInvitation(i, s.now()))
		}
	}
	return tagged(c, out)
}

// adminCreateStream is createStream for a machine: nobody need be signed in as the meeting's host.
func (s *Server) adminCreateStream(c echo.Context) error {
	var in streamRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	// What a key makes ends with it at the latest.
	until := administratorOf(c).until
	now := s.now()
	if standard := now.Add(streamLife); until != nil && in.ExpiresAt == nil && until.Before(standard) {
		in.ExpiresAt = until
	}
	var check checks
	g := check.stream(in, now)
	if until != nil && g.ExpiresAt.After(*until) {
		check.wrong("expiresAt", "must not be later than your key expires, at "+until.UTC().Format(time.RFC3339))
	}
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.anyMeeting(c)
	if err != nil {
		return err
	}
	out, err := s.addStream(c, m, g)
	if err != nil {
		return err
	}
	s.audit(c, event{action: "admin_stream_create", target: out.Invitation.ID, meeting: m.ID})
	return c.JSON(http.StatusCreated, out)
}

// adminRevokeStream ends what runs by a token, and the token. Links for people are the host's.
func (s *Server) adminRevokeStream(c echo.Context) error {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.anyMeeting(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	rows, err := s.store.InvitationsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, i := range rows {
		if i.ID != id || i.Stream == "" {
			continue
		}
		if err := s.store.RevokeInvitation(ctx, m.ID, id, s.now()); err != nil {
			return err
		}
		s.rooms.EndStreams(id)
		s.audit(c, event{action: "admin_stream_revoke", target: id, meeting: m.ID})
		return c.NoContent(http.StatusNoContent)
	}
	return errNotFound
}
