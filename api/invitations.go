package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) invitationRoutes() {
	s.route(http.MethodPost, "/api/meetings/:code/invitations", s.createInvitation, s.refuseForeign, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/invitations", s.listInvitations, s.signedIn)
	s.route(http.MethodDelete, "/api/meetings/:code/invitations/:id", s.revokeInvitation, s.refuseForeign, s.signedIn)
}

// maxInvitations of one meeting, revoked ones too.
const maxInvitations = 200

type invitationRequest struct {
	Role      *string    `json:"role"` // PARTICIPANT if left out
	SkipLobby *bool      `json:"skipLobby"`
	NotBefore *time.Time `json:"notBefore"`
	ExpiresAt *time.Time `json:"expiresAt"`
	MaxUses   *int       `json:"maxUses"`
	SendTo    *string    `json:"sendTo"` // an address that gets the link by mail
}

type invitationJSON struct {
	ID        string     `json:"id"`
	Role      string     `json:"role"`
	SkipLobby bool       `json:"skipLobby"`
	NotBefore *time.Time `json:"notBefore,omitempty"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
	MaxUses   *int       `json:"maxUses,omitempty"`
	Uses      int        `json:"uses"`
	CreatedAt time.Time  `json:"createdAt"`
	RevokedAt *time.Time `json:"revokedAt,omitempty"`
	Good      bool       `json:"good"` // whether one can come in by it now
	// Stream is publish or play for a stream, whose Name others see; both are left out for a link that is for people.
	Stream string `json:"stream,omitempty"`
	Name   string `json:"name,omitempty"`
}

type newInvitationResponse struct {
	Invitation invitationJSON `json:"invitation"`
	Token      string         `json:"token"`
}

type invitationsResponse struct {
	Invitations []invitationJSON `json:"invitations"`
}

func (s *Server) createInvitation(c echo.Context) error {
	var in invitationRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	i := check.invitation(in, s.now())
	address := ""
	if in.SendTo != nil {
		address = check.email("sendTo", *in.SendTo)
	}
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.hostedMeeting(c, "invitation_create")
	if err != nil {
		return err
	}
	if err := s.mayMail(c, address); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.roomForInvitation(ctx, m); err != nil {
		return err
	}
	token := newInvitationToken()
	i.MeetingID, i.Hash, i.CreatedAt = m.ID, hashToken(token), s.now()
	if err := s.store.AddInvitation(ctx, &i); err != nil {
		return err
	}
	s.audit(c, event{action: "invitation_create", target: i.ID, meeting: m.ID})
	if address != "" {
		if err := s.mailLink(c, m, address, token); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusCreated, newInvitationResponse{Invitation: renderInvitation(i, s.now()), Token: token})
}

// newInvitationToken is 128 random bits.
func newInvitationToken() string {
	var token [16]byte
	_, _ = rand.Read(token[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(token[:])
}

func (c *checks) invitation(in invitationRequest, now time.Time) store.Invitation {
	i := store.Invitation{Role: store.RoleParticipant, NotBefore: in.NotBefore, ExpiresAt: in.ExpiresAt, MaxUses: in.MaxUses}
	if in.Role != nil {
		i.Role = *in.Role
	}
	if i.Role != store.RoleParticipant && i.Role != store.RoleCoHost {
		c.wrong("role", "is COHOST or PARTICIPANT")
	}
	// A co-host does not wait anyway.
	i.SkipLobby = in.SkipLobby != nil && *in.SkipLobby || i.Role == store.RoleCoHost
	if in.ExpiresAt != nil && !in.ExpiresAt.After(now) {
		c.wrong("expiresAt", "is over already")
	}
	if in.ExpiresAt != nil && in.NotBefore != nil && !in.ExpiresAt.After(*in.NotBefore) {
		c.wrong("expiresAt", "comes before notBefore")
	}
	for field, at := range map[string]*time.Time{"expiresAt": in.ExpiresAt, "notBefore": in.NotBefore} {
		if at != nil && at.After(now.AddDate(10, 0, 0)) {
			c.wrong(field, "is more than ten years ahead")
		}
	}
	if in.MaxUses != nil && (*in.MaxUses < 1 || *in.MaxUses > 10_000) {
		c.wrong("maxUses", "must be a number from 1 to 10000")
	}
	return i
}

// roomForInvitation refuses one more link or stream of a meeting that has as many as it may.
func (s *Server) roomForInvitation(ctx context.Context, m store.Meeting) error {
	before, err := s.store.InvitationsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	if len(before) >= maxInvitations {
		return errInvalid.because("A meeting has at most %d invitation links, streams among them.", maxInvitations)
	}
	return nil
}

func renderInvitation(i store.Invitation, now time.Time) invitationJSON {
	return invitationJSON{
		ID: i.ID, Role: i.Role, SkipLobby: i.SkipLobby, NotBefore: i.NotBefore, ExpiresAt: i.ExpiresAt,
		MaxUses: i.MaxUses, Uses: i.Uses, CreatedAt: i.CreatedAt, RevokedAt: i.RevokedAt, Good: i.Good(now),
		Stream: i.Stream, Name: i.Name,
	}
}

func (s *Server) listInvitations(c echo.Context) error {
	m, err := s.hostedMeeting(c, "invitations_read")
	if err != nil {
		return err
	}
	rows, err := s.store.InvitationsOf(c.Request().Context(), m.ID)
	if err != nil {
		return err
	}
	out := invitationsResponse{Invitations: make([]invitationJSON, 0, len(rows))}
	for _, i := range rows {
		out.Invitations = append(out.Invitations, renderInvitation(i, s.now()))
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) revokeInvitation(c echo.Context) error {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.hostedMeeting(c, "invitation_revoke")
	if err != nil {
		return err
	}
	err = s.store.RevokeInvitation(c.Request().Context(), m.ID, id, s.now())
	if errors.Is(err, store.ErrNotFound) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	s.rooms.EndStreams(id)
	s.audit(c, event{action: "invitation_revoke", target: id, meeting: m.ID})
	return c.NoContent(http.StatusNoContent)
}

// invitation finds the link that somebody comes by, good or not; nil without one.
func (s *Server) invitation(c echo.Context, m store.Meeting, token *string) (*store.Invitation, error) {
	if token == nil {
		return nil, nil
	}
	i, err := s.store.InvitationByHash(c.Request().Context(), m.ID, hashToken(*token))
	if errors.Is(err, store.ErrNotFound) {
		return nil, s.badInvitation(c)
	}
	return &i, err
}

// badInvitation refuses a link. One that is not good looks like one that never was, and guessing is slowed down as it is for codes.
func (s *Server) badInvitation(c echo.Context) error {
	limit, key := s.limits.codeAddress, networkOf(c.RealIP())
	if who := identityOf(c); who.known() {
		limit, key = s.limits.codeAccount, who.user
	}
	limit.spend(s.now(), key)
	return errInvitation
}
