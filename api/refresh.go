package api

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

// Refresh tokens follow RFC 9700 §4.14: each is used once, for its successor, and the second use of one ends
// the family. The successor is derived from the token, so whoever used a token and lost the answer, or shares it with
// another tab, gets the same successor again for a short grace; only hashes are stored.

const refreshSize = 32 // bytes

// session is a sign-in that goes on: whose it is, and the refresh token to hand out.
type session struct {
	user   string
	family string
	token  string
	until  time.Time
}

func newRefreshToken() string {
	token := make([]byte, refreshSize)
	_, _ = rand.Read(token) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(token)
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func (k keys) successor(token string) string {
	mac := hmac.New(sha256.New, k.refresh)
	mac.Write([]byte("next"))
	mac.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// beginSession stores the first token of a new family.
func (s *Server) beginSession(c echo.Context, st *store.Store, user string) (session, error) {
	now := s.now()
	token := newRefreshToken()
	row := &store.RefreshToken{
		UserID: user, Hash: hashToken(token), IssuedAt: now,
		IdleExpiresAt: now.Add(s.cfg.RefreshIdle), ExpiresAt: now.Add(s.cfg.RefreshAbsolute),
		UserAgent: c.Request().UserAgent(), Address: c.RealIP(),
	}
	if err := st.AddRefreshToken(c.Request().Context(), row); err != nil {
		return session{}, err
	}
	return sessionOf(*row, token), nil
}

func sessionOf(row store.RefreshToken, token string) session {
	until := row.IdleExpiresAt
	if row.ExpiresAt.Before(until) {
		until = row.ExpiresAt
	}
	return session{user: row.UserID, family: row.FamilyID, token: token, until: until}
}

// findSession looks a token up. errNoSession covers all that cannot go on: unknown, expired, revoked.
func (s *Server) findSession(c echo.Context, token string) (store.RefreshToken, error) {
	from := networkOf(c.RealIP())
	if wait, ok := s.limits.refreshMiss.free(s.now(), from); !ok {
		return store.RefreshToken{}, tooMany(wait)
	}
	row, err := s.store.RefreshTokenByHash(c.Request().Context(), hashToken(token))
	if errors.Is(err, store.ErrNotFound) {
		s.limits.refreshMiss.spend(s.now(), from)
		return row, errNoSession
	}
	if err != nil {
		return row, err
	}
	now := s.now()
	if row.RevokedAt != nil || !now.Before(row.IdleExpiresAt) || !now.Before(row.ExpiresAt) {
		return row, errNoSession
	}
	return row, nil
}

// rotate exchanges a refresh token for its successor.
func (s *Server) rotate(c echo.Context, token string) (session, error) {
	row, err := s.findSession(c, token)
	if err != nil {
		return session{}, err
	}
	if wait, ok := s.limits.refreshFamily.take(s.now(), row.FamilyID); !ok {
		return session{}, tooMany(wait)
	}
	if row.UsedAt == nil {
		next, used, err := s.useToken(c, row, token)
		if used || err != nil {
			return next, err
		}
	}
	return s.again(c, token)
}

// useToken makes the successor if nobody else used the token meanwhile.
func (s *Server) useToken(c echo.Context, row store.RefreshToken, token string) (next session, used bool, err error) {
	ctx := c.Request().Context()
	err = s.store.InTx(ctx, func(tx *store.Store) error {
		now := s.now()
		var err error
		if used, err = tx.UseRefreshToken(ctx, row.ID, now); err != nil || !used {
			return err
		}
		successor := s.keys.successor(token)
		child := &store.RefreshToken{
			FamilyID: row.FamilyID, UserID: row.UserID, ParentID: &row.ID, Hash: hashToken(successor), IssuedAt: now,
			IdleExpiresAt: now.Add(s.cfg.RefreshIdle), ExpiresAt: row.ExpiresAt,
			UserAgent: c.Request().UserAgent(), Address: c.RealIP(),
		}
		next = sessionOf(*child, successor)
		return tx.AddRefreshToken(ctx, child)
	})
	return next, used && err == nil, err
}

// again answers the second use of a token: with the same successor within the grace, else with the end of the family.
func (s *Server) again(c echo.Context, token string) (session, error) {
	ctx := c.Request().Context()
	row, err := s.findSession(c, token)
	if err != nil {
		return session{}, err
	}
	child, err := s.store.SuccessorOf(ctx, row.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return session{}, err
	}
	if err == nil && row.UsedAt != nil && s.now().Sub(*row.UsedAt) <= s.cfg.RefreshGrace && child.UsedAt == nil {
		for _, k := range s.allKeys {
			if successor := k.successor(token); hmac.Equal(hashToken(successor), child.Hash) {
				return sessionOf(child, successor), nil
			}
		}
	}
	if err := s.revoke(context.WithoutCancel(ctx), row.FamilyID); err != nil {
		return session{}, err
	}
	s.audit(c, event{actor: row.UserID, action: "refresh_reuse", target: row.FamilyID, result: "revoked"})
	return session{}, errNoSession
}

// revoke ends a family: its refresh tokens in the store, its access tokens and stays in meetings on this node.
func (s *Server) revoke(ctx context.Context, family string) error {
	s.ended(family)
	return s.store.RevokeFamily(ctx, family, s.now())
}
