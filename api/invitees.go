package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) inviteeRoutes() {
	s.route(http.MethodPost, "/api/meetings/:code/invitees", s.invite, s.refuseForeign, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/invitees", s.listInvitees, s.signedIn)
	s.route(http.MethodDelete, "/api/meetings/:code/invitees/:id", s.uninvite, s.refuseForeign, s.signedIn)
}

const (
	maxInvitedAtOnce = 50
	maxInvitees      = 1000
)

type inviteRequest struct {
	Emails []string `json:"emails"`
}

type inviteeJSON struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	InvitedAt time.Time `json:"invitedAt"`
}

type inviteResponse struct {
	Invitees []inviteeJSON `json:"invitees"`
	Unknown  []string      `json:"unknown"`
	Mailed   []string      `json:"mailed"` // addresses that mail goes to
}

type inviteesResponse struct {
	Invitees []inviteeJSON `json:"invitees"`
}

func (s *Server) invite(c echo.Context) error {
	var in inviteRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	if len(in.Emails) == 0 || len(in.Emails) > maxInvitedAtOnce {
		check.wrong("emails", "must be 1 to "+strconv.Itoa(maxInvitedAtOnce)+" addresses")
	} else {
		for i, email := range in.Emails {
			in.Emails[i] = check.email("emails["+strconv.Itoa(i)+"]", email)
		}
	}
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.hostedMeeting(c, "meeting_invite")
	if err != nil {
		return err
	}
	// Whose address has an account can be found out here, as it can by signing up; only so fast.
	if wait, ok := s.limits.invite.take(s.now(), identityOf(c).user); !ok {
		return tooMany(wait)
	}
	invited, unknown, err := s.inviteAll(c, m, in.Emails)
	if err != nil {
		return err
	}
	mailed, err := s.mailInvitees(c, m, invited)
	if err != nil {
		return err
	}
	list, err := s.invitees(c.Request().Context(), m)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, inviteResponse{Invitees: list, Unknown: unknown, Mailed: mailed})
}

// inviteAll invites who has an account, and says who was not invited before and which addresses have none.
func (s *Server) inviteAll(c echo.Context, m store.Meeting, emails []string) (invited []store.User, unknown []string, err error) {
	ctx := c.Request().Context()
	users, err := s.store.UsersByEmail(ctx, emails)
	if err != nil {
		return nil, nil, err
	}
	before, err := s.store.InviteesOf(ctx, m.ID)
	if err != nil {
		return nil, nil, err
	}
	if len(before)+len(users) > maxInvitees {
		return nil, nil, errInvalid.because("At most %d people can be invited to a meeting.", maxInvitees)
	}
	known := map[string]bool{}
	for _, i := range before {
		known[i.UserID] = true
	}
	byEmail := map[string]store.User{}
	for _, u := range users {
		byEmail[u.Email] = u
	}
	unknown = []string{}
	for _, email := range emails {
		u, ok := byEmail[email]
		switch {
		case !ok:
			unknown = append(unknown, email)
		case u.ID != m.HostID:
			if err := s.store.AddInvitee(ctx, &store.Invitee{MeetingID: m.ID, UserID: u.ID, CreatedAt: s.now()}); err != nil {
				return nil, nil, err
			}
			s.audit(c, event{action: "meeting_invite", target: u.ID, meeting: m.ID})
			if !known[u.ID] {
				known[u.ID] = true
				invited = append(invited, u)
			}
		}
	}
	return invited, unknown, nil
}

func (s *Server) listInvitees(c echo.Context) error {
	m, err := s.hostedMeeting(c, "invitees_read")
	if err != nil {
		return err
	}
	list, err := s.invitees(c.Request().Context(), m)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, inviteesResponse{list})
}

func (s *Server) invitees(ctx context.Context, m store.Meeting) ([]inviteeJSON, error) {
	rows, err := s.store.InviteesOf(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.UserID
	}
	users, err := s.store.UsersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]inviteeJSON, 0, len(rows))
	for _, r := range rows {
		if u, ok := users[r.UserID]; ok {
			out = append(out, inviteeJSON{ID: u.ID, Name: u.Name, Email: u.Email, InvitedAt: r.CreatedAt})
		}
	}
	return out, nil
}

// uninvite takes an invitation back, or declines the caller's own.
func (s *Server) uninvite(c echo.Context) error {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return err
	}
	find, action := s.hostedMeeting, "meeting_uninvite"
	if id == "me" {
		id, action = identityOf(c).user, "meeting_decline"
		find = func(c echo.Context, _ string) (store.Meeting, error) { return s.meetingOf(c) }
	}
	m, err := find(c, action)
	if err != nil {
		return err
	}
	err = s.store.RemoveInvitee(c.Request().Context(), m.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		return errNoMeeting
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: action, target: id, meeting: m.ID})
	return c.NoContent(http.StatusNoContent)
}
