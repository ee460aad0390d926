package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/unicode/norm"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) authRoutes() {
	s.route(http.MethodPost, "/api/auth/register", s.register, s.refuseForeign)
	s.route(http.MethodPost, "/api/auth/login", s.login, s.refuseForeign)
	s.route(http.MethodPost, "/api/auth/refresh", s.refresh, s.cookieCall)
	s.route(http.MethodPost, "/api/auth/logout", s.logout, s.cookieCall)
	s.route(http.MethodGet, "/api/auth/me", s.me, s.signedIn)
}

type registerRequest struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Name     string `json:"name"`
}

type loginRequest struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

type emptyRequest struct{}

type userJSON struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
}

type credentialsResponse struct {
	User        userJSON `json:"user"`
	AccessToken string   `json:"accessToken"`
	ExpiresIn   int      `json:"expiresIn"` // seconds
}

type meResponse struct {
	User userJSON `json:"user"`
}

func renderUser(u store.User) userJSON {
	return userJSON{ID: u.ID, Email: u.Email, Name: u.Name, CreatedAt: u.CreatedAt}
}

func (s *Server) register(c echo.Context) error {
	var in registerRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	email := check.email("email", in.Email)
	name := check.name("name", in.Name)
	password := check.password("password", in.Password, email, name)
	if err := check.failure(); err != nil {
		return err
	}
	if wait, ok := s.limits.register.take(s.now(), networkOf(c.RealIP())); !ok {
		return tooMany(wait)
	}
	ctx := c.Request().Context()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	user := store.User{Email: email, Name: name, PasswordHash: hash, CreatedAt: s.now()}
	var begun session
	err = s.store.InTx(ctx, func(tx *store.Store) error {
		if err := tx.CreateUser(ctx, &user); err != nil {
			return err
		}
		begun, err = s.beginSession(c, tx, user.ID)
		return err
	})
	if errors.Is(err, store.ErrTaken) {
		s.audit(c, event{action: "register", result: "taken"})
		return errEmailTaken
	}
	if err != nil {
		return err
	}
	s.audit(c, event{actor: user.ID, action: "register", target: user.ID})
	return s.handOut(c, http.StatusCreated, user, begun)
}

func (s *Server) login(c echo.Context) error {
	var in loginRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	email := check.email("email", in.Email)
	if in.Password == "" {
		check.wrong("password", "is required")
	}
	if len(in.Password) > 4*maxPassword {
		check.wrong("password", "is too long")
	}
	if err := check.failure(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.loginTurn(c, email, s.cookie(c, deviceCookie) == ""); err != nil {
		return err
	}
	user, err := s.store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	// Looked at again once it is this request's turn to hash: others may have failed meanwhile.
	turn := func() error { return s.loginTurn(c, email, !s.knownDevice(c, user.ID)) }
	password := norm.NFC.String(in.Password)
	ok, stale, err := s.hasher.verify(ctx, user.PasswordHash, password, turn)
	if err != nil {
		return err
	}
	if !ok {
		return s.loginFailed(c, email, user)
	}
	// Said to nobody but who knows the password.
	if user.DisabledAt != nil {
		s.audit(c, event{actor: user.ID, action: "login", target: user.ID, result: "disabled"})
		return errDisabled
	}
	begun, err := s.signIn(c, user)
	if err != nil {
		return err
	}
	if stale {
		s.rehash(ctx, user.ID, password)
	}
	s.audit(c, event{actor: user.ID, action: "login", target: user.ID})
	return s.handOut(c, http.StatusOK, user, begun)
}

// signIn begins a sign-in of a user whose password was found right. Finding out took a while: in which the account may have
// been disabled or deleted, or the password replaced, which ends all sign-ins that there are then.
func (s *Server) signIn(c echo.Context, found store.User) (begun session, err error) {
	ctx := c.Request().Context()
	err = s.store.InTx(ctx, func(tx *store.Store) error {
		user, err := tx.UserForUpdate(ctx, found.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return errWrongLogin
		case err != nil:
			return err
		case user.DisabledAt != nil:
			return errDisabled
		case user.PasswordHash != found.PasswordHash:
			return errWrongLogin
		}
		begun, err = s.beginSession(c, tx, user.ID)
		return err
	})
	return begun, err
}

// loginTurn refuses an attempt after too many failures from its address, or at its account from strange devices.
func (s *Server) loginTurn(c echo.Context, email string, strange bool) error {
	if wait, ok := s.limits.loginAddress.free(s.now(), networkOf(c.RealIP())); !ok {
		return tooMany(wait)
	}
	if !strange {
		return nil
	}
	if wait, ok := s.limits.loginAccount.free(s.now(), email); !ok {
		return tooMany(wait)
	}
	return nil
}

func (s *Server) loginFailed(c echo.Context, email string, user store.User) error {
	s.limits.loginAddress.spend(s.now(), networkOf(c.RealIP()))
	if !s.knownDevice(c, user.ID) {
		s.limits.loginAccount.spend(s.now(), email)
	}
	target := user.ID
	if target == "" {
		target = "unknown"
	}
	s.audit(c, event{actor: target, action: "login", target: target, result: "failed"})
	return errWrongLogin
}

// rehash brings a stored hash to today's parameters. If it does not work now, the next login tries again.
func (s *Server) rehash(ctx context.Context, user, password string) {
	hash, err := s.hasher.hash(ctx, password)
	if err == nil {
		err = s.store.SetPasswordHash(ctx, user, hash)
	}
	if err != nil {
		s.log.Warn("password not hashed anew", "user", user, "error", err)
	}
}

func (s *Server) refresh(c echo.Context) error {
	if err := decode(c, &emptyRequest{}); err != nil {
		return err
	}
	token := s.cookie(c, refreshCookie)
	if token == "" {
		return errSignIn
	}
	next, err := s.rotate(c, token)
	if err != nil {
		return err
	}
	user, err := s.store.UserByID(c.Request().Context(), next.user)
	if errors.Is(err, store.ErrNotFound) {
		return errNoSession
	}
	if err != nil {
		return err
	}
	if user.DisabledAt != nil {
		return errNoSession
	}
	return s.handOut(c, http.StatusOK, user, next)
}

func (s *Server) logout(c echo.Context) error {
	if err := decode(c, &emptyRequest{}); err != nil {
		return err
	}
	if token := s.cookie(c, refreshCookie); token != "" {
		row, err := s.findSession(c, token)
		if err != nil && !errors.Is(err, errNoSession) {
			return err
		}
		if err == nil {
			if err := s.revoke(c.Request().Context(), row.FamilyID); err != nil {
				return err
			}
			s.audit(c, event{actor: row.UserID, action: "logout", target: row.FamilyID})
		}
	}
	s.clearRefreshCookie(c)
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) me(c echo.Context) error {
	user, err := s.store.UserByID(c.Request().Context(), identityOf(c).user)
	if errors.Is(err, store.ErrNotFound) {
		return errToken
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, meResponse{renderUser(user)})
}

// handOut answers with what a signed-in client needs: the access token in the body, the refresh token as a cookie.
func (s *Server) handOut(c echo.Context, status int, user store.User, sn session) error {
	now := s.now()
	access, err := s.tokens.issue(now, user.ID, sn.family)
	if err != nil {
		return err
	}
	s.noteLanguage(c, user)
	s.setCookie(c, refreshCookie, sn.token, sn.until.Sub(now))
	s.setDeviceCookie(c, user.ID)
	return c.JSON(status, credentialsResponse{
		User: renderUser(user), AccessToken: access, ExpiresIn: int(s.cfg.AccessLife.Seconds()),
	})
}

// noteLanguage remembers what somebody reads, for mail that others have sent to them. If it does not work now, the next time will do.
func (s *Server) noteLanguage(c echo.Context, user store.User) {
	reads := languageOf(c)
	if reads == "" || reads == user.Language {
		return
	}
	if err := s.store.SetUserLanguage(c.Request().Context(), user.ID, reads, s.now()); err != nil {
		s.log.Warn("language not stored", "user", user.ID, "error", err)
	}
}
