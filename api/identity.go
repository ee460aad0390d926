package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"
)

// identity is who makes a request, as the access token says; empty for strangers.
type identity struct {
	user    string
	session string // the refresh family that the token belongs to
}

func (i identity) known() bool { return i.user != "" }

const identityKey = "identity"

func identityOf(c echo.Context) identity {
	who, _ := c.Get(identityKey).(identity)
	return who
}

// anybody lets strangers through, but no bad token: its owner should refresh it and come again.
func (s *Server) anybody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Request().Header.Get(echo.HeaderAuthorization)
		if header == "" {
			return next(c)
		}
		who, err := s.authenticate(c.Request().Context(), header)
		if err != nil {
			s.refusedToken(c, err)
			return errToken
		}
		if wait, ok := s.limits.call.take(s.now(), who.user); !ok {
			return tooMany(wait)
		}
		c.Set(identityKey, who)
		return next(c)
	}
}

// signedIn lets people with an account through.
func (s *Server) signedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return s.anybody(func(c echo.Context) error {
		if !identityOf(c).known() {
			return errSignIn
		}
		return next(c)
	})
}

func (s *Server) authenticate(ctx context.Context, header string) (identity, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return identity{}, errors.New("not a bearer token")
	}
	claims, err := s.tokens.verify(strings.TrimSpace(token))
	if err != nil {
		return identity{}, err
	}
	if s.isRevoked(ctx, claims.Session) {
		return identity{}, errRevoked
	}
	return identity{user: claims.Subject, session: claims.Session}, nil
}

var errRevoked = errors.New("the session was revoked")

// refusedToken audits tokens that no honest client sends; that one has expired is everyday life.
func (s *Server) refusedToken(c echo.Context, err error) {
	if errors.Is(err, jwt.ErrTokenExpired) || errors.Is(err, errRevoked) {
		return
	}
	s.auditRefusal(c, event{action: "token_refused"})
}

// revocations are the refresh families revoked so lately that their access tokens may not have expired.
type revocations struct {
	life  time.Duration
	mu    sync.Mutex
	until map[string]time.Time
	// looked is when the database was last asked what other nodes have revoked, told when it last answered.
	looked, told time.Time
}

const (
	// lookEvery is how often that is, while anybody shows a token.
	lookEvery = time.Second
	// lookBack is how far the clocks of nodes may be apart, and how long a transaction may take.
	lookBack = 30 * time.Second
)

func newRevocations(life time.Duration) *revocations {
	return &revocations{life: life, until: map[string]time.Time{}}
}

// add is false if the family was known.
func (r *revocations) add(family string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.until[family]; known {
		return false
	}
	for f, until := range r.until {
		if now.After(until) {
			delete(r.until, f)
		}
	}
	r.until[family] = now.Add(r.life)
	return true
}

func (r *revocations) has(family string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	until, ok := r.until[family]
	return ok && !now.After(until)
}

// look says whether it is time to ask the database again.
func (r *revocations) look(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.looked.Add(lookEvery)) {
		return false
	}
	r.looked = now
	return true
}

// since is from when on the database has something to tell.
func (r *revocations) since(now time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, first := r.told.Add(-lookBack), now.Add(-r.life)
	if known.After(first) {
		return known
	}
	return first
}

func (r *revocations) heard(asked time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if asked.After(r.told) {
		r.told = asked
	}
}

// isRevoked says whether a sign-in was ended, on whichever node that was. While the database is away, what is known holds.
func (s *Server) isRevoked(ctx context.Context, family string) bool {
	now := s.now()
	if s.revoked.look(now) {
		if err := s.hearOfRevoked(ctx, now); err != nil {
			s.log.Warn("which sign-ins were ended elsewhere is not known", "error", err)
		}
	}
	return s.revoked.has(family, now)
}

// hearOfRevoked learns which sign-ins were ended on other nodes, or here before the server began: their access tokens are good for
// nothing either, and whoever came by them is out of the meetings here.
func (s *Server) hearOfRevoked(ctx context.Context, now time.Time) error {
	families, err := s.store.RevokedSince(ctx, s.revoked.since(now))
	if err != nil {
		return fmt.Errorf("reading the sign-ins that were ended: %w", err)
	}
	var news []string
	for _, family := range families {
		if s.revoked.add(family, now) {
			news = append(news, family)
		}
	}
	s.revoked.heard(now)
	if len(news) > 0 {
		s.rooms.SignOut(news)
	}
	return nil
}
