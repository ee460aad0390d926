package api

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) resetRoutes() {
	s.route(http.MethodPost, "/api/auth/reset", s.requestReset, s.refuseForeign)
	s.route(http.MethodPost, "/api/auth/reset/confirm", s.confirmReset, s.refuseForeign)
}

// resetLife is how long a link for a new password is good.
const resetLife = 30 * time.Minute

type resetRequest struct {
	Email string `json:"email"`
}

type confirmResetRequest struct {
	Token    string `json:"token"`
	Password string `json:"password"`
}

// requestReset answers the same whether there is such an account or not, and takes as long.
func (s *Server) requestReset(c echo.Context) error {
	var in resetRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	email := check.email("email", in.Email)
	if err := check.failure(); err != nil {
		return err
	}
	if s.post == nil {
		return errNoMail
	}
	if wait, ok := s.limits.resetAddress.take(s.now(), networkOf(c.RealIP())); !ok {
		return tooMany(wait)
	}
	ctx := c.Request().Context()
	user, err := s.store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && user.DisabledAt == nil {
		// An account that is asked for too often gets no more mail, and nobody is told.
		if _, ok := s.limits.resetAccount.take(s.now(), user.ID); ok {
			if err := s.sendReset(c, user); err != nil {
				return err
			}
		}
	}
	target := user.ID
	if target == "" {
		target = "unknown"
	}
	s.audit(c, event{actor: target, action: "password_reset_request", target: target})
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) sendReset(c echo.Context, user store.User) error {
	token := newRefreshToken()
	now := s.now()
	err := s.store.AddPasswordReset(c.Request().Context(), &store.PasswordReset{
		UserID: user.ID, Hash: hashToken(token), CreatedAt: now, ExpiresAt: now.Add(resetLife),
	})
	if err != nil {
		return err
	}
	// From the configuration: a link built from the request would lead where its Host header says.
	link := s.publicOrigin + "/reset#token=" + token
	// Whoever asks need not be who reads it.
	w := wordsFor(c, user.Language)
	s.post.put(Mail{To: user.Email, Subject: w.say("reset.subject"), Text: w.say("hello", "name", user.Name) + "\n\n" +
		w.say("reset.text", "minutes", strconv.Itoa(int(resetLife.Minutes()))) + "\n\n" + link + "\n\n" + w.say("reset.otherwise") + "\n"})
	return nil
}

func (s *Server) confirmReset(c echo.Context) error {
	var in confirmResetRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if s.post == nil {
		return errNoMail
	}
	from := networkOf(c.RealIP())
	if wait, ok := s.limits.resetMiss.free(s.now(), from); !ok {
		return tooMany(wait)
	}
	ctx := c.Request().Context()
	wrong := invalidFields(map[string]string{"token": "is not good any more"})
	if in.Token == "" || len(in.Token) > 64 {
		return wrong
	}
	right, err := s.store.PasswordResetByHash(ctx, hashToken(in.Token), s.now())
	if errors.Is(err, store.ErrNotFound) {
		s.limits.resetMiss.spend(s.now(), from)
		return wrong
	}
	if err != nil {
		return err
	}
	user, err := s.store.UserByID(ctx, right.UserID)
	if err != nil {
		return err
	}
	var check checks
	password := check.password("password", in.Password, user.Email, user.Name)
	if err := check.failure(); err != nil {
		return err
	}
	err = s.replacePassword(ctx, user.ID, password, "", func(tx *store.Store) error { return tx.UsePasswordReset(ctx, right.ID, s.now()) })
	if errors.Is(err, store.ErrNotFound) {
		return wrong
	}
	if err != nil {
		return err
	}
	s.audit(c, event{actor: user.ID, action: "password_reset", target: user.ID})
	s.clearRefreshCookie(c)
	return c.NoContent(http.StatusNoContent)
}
