package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/unicode/norm"

	"github.com/plenum-meet/plenum/signaling/cluster"
	"github.com/plenum-meet/plenum/store"
)

func (s *Server) userRoutes() {
	s.route(http.MethodPatch, "/api/users/me", s.updateMe, s.refuseForeign, s.signedIn)
	s.route(http.MethodPost, "/api/users/me/password", s.changePassword, s.refuseForeign, s.signedIn)
	s.route(http.MethodGet, "/api/users/me/sessions", s.listSessions, s.signedIn)
	s.route(http.MethodDelete, "/api/users/me/sessions", s.endSessions, s.refuseForeign, s.signedIn)
	s.route(http.MethodDelete, "/api/users/me/sessions/:id", s.endSession, s.refuseForeign, s.signedIn)
}

type profileRequest struct {
	Name string `json:"name"`
}

type passwordRequest struct {
	Current  string `json:"current"`
	Password string `json:"password"`
}

type signInJSON struct {
	ID         string    `json:"id"`
	Current    bool      `json:"current"`
	UserAgent  string    `json:"userAgent"`
	Address    string    `json:"address"`
	StartedAt  time.Time `json:"startedAt"`
	LastUsedAt time.Time `json:"lastUsedAt"`
}

type sessionsResponse struct {
	Sessions []signInJSON `json:"sessions"`
}

func (s *Server) updateMe(c echo.Context) error {
	var in profileRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	name := check.name("name", in.Name)
	if err := check.failure(); err != nil {
		return err
	}
	who := identityOf(c).user
	err := s.store.RenameUser(c.Request().Context(), who, name, s.now())
	if errors.Is(err, store.ErrNotFound) {
		return errToken
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: "profile_update", target: who})
	return s.me(c)
}

// changePassword ends every other sign-in: whoever knew the old password is out.
func (s *Server) changePassword(c echo.Context) error {
	var in passwordRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	ctx, who := c.Request().Context(), identityOf(c)
	user, err := s.store.UserByID(ctx, who.user)
	if errors.Is(err, store.ErrNotFound) {
		return errToken
	}
	if err != nil {
		return err
	}
	var check checks
	if in.Current == "" {
		check.wrong("current", "is required")
	}
	if len(in.Current) > 4*maxPassword {
		check.wrong("current", "is too long")
	}
	password := check.password("password", in.Password, user.Email, user.Name)
	if err := check.failure(); err != nil {
		return err
	}
	turn := func() error { return s.loginTurn(c, user.Email, !s.knownDevice(c, user.ID)) }
	if err := turn(); err != nil {
		return err
	}
	ok, _, err := s.hasher.verify(ctx, user.PasswordHash, norm.NFC.String(in.Current), turn)
	if err != nil {
		return err
	}
	if !ok {
		_ = s.loginFailed(c, user.Email, user)
		return invalidFields(map[string]string{"current": "is wrong"})
	}
	if err := s.replacePassword(ctx, user.ID, password, who.session, func(*store.Store) error { return nil }); err != nil {
		return err
	}
	s.audit(c, event{action: "password_change", target: user.ID})
	return c.NoContent(http.StatusNoContent)
}

// replacePassword stores a new password and ends all sign-ins but one. allowed is asked in the same transaction: a server too
// busy to hash leaves a right to it good, and what was true before hashing may not be so after it.
func (s *Server) replacePassword(ctx context.Context, user, password, but string, allowed func(tx *store.Store) error) error {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	var ended []string
	err = s.store.InTx(ctx, func(tx *store.Store) error {
		if err := allowed(tx); err != nil {
			return err
		}
		if err := tx.SetPasswordHash(ctx, user, hash); err != nil {
			return err
		}
		ended, err = tx.RevokeSignIns(ctx, user, but, s.now())
		return err
	})
	if err == nil {
		s.ended(ended...)
	}
	return err
}

// ended makes the end of sign-ins true on every node: their access tokens, and the meetings that they are in.
func (s *Server) ended(families ...string) {
	s.endedHere(families...)
	if !s.nodes.alone() && len(families) > 0 {
		s.nodes.Tell(cluster.Notice{SignedOut: families})
	}
}

func (s *Server) endedHere(families ...string) {
	for _, family := range families {
		s.revoked.add(family, s.now())
	}
	s.rooms.SignOut(families)
}

func (s *Server) listSessions(c echo.Context) error {
	who := identityOf(c)
	rows, err := s.store.SignIns(c.Request().Context(), who.user, s.now())
	if err != nil {
		return err
	}
	out := sessionsResponse{Sessions: make([]signInJSON, 0, len(rows))}
	for _, r := range rows {
		began, ok := store.FamilyBegan(r.FamilyID)
		if !ok {
			began = r.IssuedAt
		}
		out.Sessions = append(out.Sessions, signInJSON{
			ID: r.FamilyID, Current: r.FamilyID == who.session, UserAgent: r.UserAgent, Address: r.Address,
			StartedAt: began, LastUsedAt: r.IssuedAt,
		})
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) endSessions(c echo.Context) error {
	who := identityOf(c).user
	families, err := s.store.RevokeSignIns(c.Request().Context(), who, "", s.now())
	if err != nil {
		return err
	}
	s.ended(families...)
	s.audit(c, event{action: "logout_everywhere", target: who})
	s.clearRefreshCookie(c)
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) endSession(c echo.Context) error {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return err
	}
	ctx, who := c.Request().Context(), identityOf(c).user
	rows, err := s.store.SignIns(ctx, who, s.now())
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.FamilyID == id {
			if err := s.revoke(ctx, id); err != nil {
				return err
			}
			s.audit(c, event{action: "logout", target: id})
			return c.NoContent(http.StatusNoContent)
		}
	}
	return errNotFound
}
