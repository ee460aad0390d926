package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

// administrator is who calls /api/admin, and what they may do there.
type administrator struct {
	actor  string // in the audit log: "key:" and its id, "operator", or the id of an account
	scopes []Scope
	until  *time.Time // when the key shown expires; nil: never
}

func (a administrator) has(s Scope) bool { return slices.Contains(a.scopes, s) }

// hasAll says that there is nothing that they could not do anyway.
func (a administrator) hasAll() bool { return len(a.scopes) == len(scopes) }

const (
	administratorKey = "administrator"
	// operatorActor is whoever shows the admin token, or works on the database itself.
	operatorActor = "operator"
	// noteUseEvery spares the database a write for each call by a key.
	noteUseEvery = time.Minute
)

func administratorOf(c echo.Context) administrator {
	who, _ := c.Get(administratorKey).(administrator)
	return who
}

// adminRoute adds a call of the admin API. It can be reached on the admin listener, and on the public one only if the
// configuration says so; whoever calls needs the scope. The handler finds the caller with administratorOf; audit writes
// them down by itself.
func (s *Server) adminRoute(method, path string, scope Scope, handler echo.HandlerFunc) {
	s.route(method, path, handler, s.administers(scope))
	s.scopeOf[Route{method, path}] = scope
}

// AdminRoutes lists the calls of the admin API with the scope that each asks for.
func (s *Server) AdminRoutes() map[Route]Scope {
	out := make(map[Route]Scope, len(s.scopeOf))
	for route, scope := range s.scopeOf {
		out[route] = scope
	}
	return out
}

// throughAdmin marks requests that came by the admin listener.
type throughAdmin struct{}

// byAdminListener serves the admin API on the admin listener, with what is around every request of the API.
func (s *Server) byAdminListener(w http.ResponseWriter, r *http.Request) {
	s.echo.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), throughAdmin{}, true)))
}

func cameByAdmin(c echo.Context) bool { return c.Request().Context().Value(throughAdmin{}) != nil }

// administers lets those through who may use the scope.
func (s *Server) administers(scope Scope) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !cameByAdmin(c) && !s.cfg.PublicAdmin {
				return errNotFound
			}
			who, err := s.administrator(c)
			if err != nil {
				if f, ok := failureOf(err); ok && f.status == http.StatusUnauthorized {
					c.Response().Header().Set("WWW-Authenticate", `Bearer realm="plenum admin"`)
				}
				return err
			}
			if wait, ok := s.limits.call.take(s.now(), who.actor); !ok {
				return tooMany(wait)
			}
			c.Set(administratorKey, who)
			c.Set(identityKey, identity{user: who.actor})
			if !who.has(scope) {
				s.auditRefusal(c, event{action: "admin_call", target: string(scope)})
				return errScope.because("This API key lacks the scope %s.", scope)
			}
			return next(c)
		}
	}
}

// administrator finds out who calls. On the public listener nothing counts but an API key.
func (s *Server) administrator(c echo.Context) (administrator, error) {
	header := c.Request().Header.Get(echo.HeaderAuthorization)
	scheme, shown, _ := strings.Cut(header, " ")
	shown = strings.TrimSpace(shown)
	switch {
	case !strings.EqualFold(scheme, "Bearer") || shown == "":
		return administrator{}, errNoKey
	case strings.HasPrefix(shown, keyPrefix):
		return s.keyHolder(c, shown)
	case !cameByAdmin(c):
		return administrator{}, errNoKey
	case len(s.cfg.AdminToken) > 0 && shows(c.Request(), s.cfg.AdminToken):
		return administrator{actor: operatorActor, scopes: scopes}, nil
	}
	if who, err := s.authenticate(c.Request().Context(), header); err == nil {
		return s.adminAccount(c.Request().Context(), who.user)
	}
	s.auditRefusal(c, event{actor: "unknown", action: "admin_call"})
	return administrator{}, errNoKey
}

// adminAccount is somebody who is signed in as an administrator.
func (s *Server) adminAccount(ctx context.Context, user string) (administrator, error) {
	account, err := s.store.UserByID(ctx, user)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return administrator{}, errToken
	case err != nil:
		return administrator{}, err
	case account.Role != store.AccountAdmin || account.DisabledAt != nil:
		return administrator{}, errNotAdmin
	}
	return administrator{actor: account.ID, scopes: scopes}, nil
}

func (s *Server) keyHolder(c echo.Context, shown string) (administrator, error) {
	from := networkOf(c.RealIP())
	if wait, ok := s.limits.keyMiss.free(s.now(), from); !ok {
		return administrator{}, tooMany(wait)
	}
	ctx := c.Request().Context()
	key, err := s.store.APIKeyByHash(ctx, hashToken(shown))
	if errors.Is(err, store.ErrNotFound) {
		s.limits.keyMiss.spend(s.now(), from)
		s.auditRefusal(c, event{actor: "unknown", action: "admin_call"})
		return administrator{}, errKeyUnknown
	}
	if err != nil {
		return administrator{}, err
	}
	actor := store.KeyActor(key.ID)
	now := s.now()
	over := key.ExpiresAt != nil && !now.Before(*key.ExpiresAt)
	if over || key.RevokedAt != nil {
		s.limits.keyMiss.spend(now, from)
		s.auditRefusal(c, event{actor: actor, action: "admin_call", target: key.ID})
		if key.RevokedAt != nil {
			return administrator{}, errKeyRevoked
		}
		return administrator{}, errKeyExpired
	}
	if key.LastUsedAt == nil || now.Sub(*key.LastUsedAt) >= noteUseEvery {
		if err := s.store.UseAPIKey(ctx, key.ID, now); err != nil {
			s.log.Warn("use of an API key not stored", "key", key.ID, "error", err)
		}
	}
	return administrator{actor: actor, scopes: storedScopes(key.Scopes), until: key.ExpiresAt}, nil
}
