package api

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) keyRoutes() {
	s.adminRoute(http.MethodGet, "/api/admin/keys", ScopeKeys, s.listKeys)
	s.adminRoute(http.MethodPost, "/api/admin/keys", ScopeKeys, s.createKey)
	s.adminRoute(http.MethodDelete, "/api/admin/keys/:id", ScopeKeys, s.revokeKey)
}

const (
	// keyPrefix begins every key, so that tools which look for leaked secrets know one.
	keyPrefix = "plk_"
	keySize   = 32 // bytes of chance
	// keyShown is how much of a key its record keeps in the clear.
	keyShown = len(keyPrefix) + 6
)

// NewAPIKey makes a key with its record, which the caller stores. The key itself is to be shown once and kept nowhere.
func NewAPIKey(name string, scopeNames []string, creator string, now time.Time, expires *time.Time) (store.APIKey, string, error) {
	var check checks
	name = check.name("name", name)
	granted, err := parseScopes(scopeNames)
	switch {
	case err != nil:
		check.wrong("scopes", err.Error())
	case len(granted) == 0:
		check.wrong("scopes", "needs at least one of "+ScopeNames())
	}
	if expires != nil && !expires.After(now) {
		check.wrong("expiresAt", "is over already")
	}
	if err := check.failure(); err != nil {
		return store.APIKey{}, "", err
	}
	random := make([]byte, keySize)
	_, _ = rand.Read(random) // never fails: crypto/rand ends the program instead
	key := keyPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random))
	return store.APIKey{
		Name: name, Prefix: key[:keyShown], Hash: hashToken(key), Scopes: joinScopes(granted, " "), Creator: creator,
		CreatedAt: now, ExpiresAt: expires,
	}, key, nil
}

type createKeyRequest struct {
	Name      string     `json:"name"`
	Scopes    []string   `json:"scopes"`
	ExpiresAt *time.Time `json:"expiresAt"`
}

type keyJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix"`
	Scopes     []Scope    `json:"scopes"`
	CreatedBy  string     `json:"createdBy"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt,omitempty"`
	RevokedAt  *time.Time `json:"revokedAt,omitempty"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

type keysResponse struct {
	Keys []keyJSON `json:"keys"`
}

type newKeyResponse struct {
	Key    keyJSON `json:"key"`
	Secret string  `json:"secret"` // this once
}

func renderKey(k store.APIKey) keyJSON {
	return keyJSON{
		ID: k.ID, Name: k.Name, Prefix: k.Prefix, Scopes: storedScopes(k.Scopes), CreatedBy: k.Creator,
		CreatedAt: k.CreatedAt, ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt, LastUsedAt: k.LastUsedAt,
	}
}

func (s *Server) listKeys(c echo.Context) error {
	rows, err := s.store.APIKeys(c.Request().Context())
	if err != nil {
		return err
	}
	out := keysResponse{Keys: make([]keyJSON, 0, len(rows))}
	for _, k := range rows {
		out.Keys = append(out.Keys, renderKey(k))
	}
	return tagged(c, out)
}

func (s *Server) createKey(c echo.Context) error {
	var in createKeyRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	who := administratorOf(c)
	key, secret, err := NewAPIKey(in.Name, in.Scopes, who.actor, s.now(), in.ExpiresAt)
	if err != nil {
		return err
	}
	// Or a key could make itself one that may do more.
	for _, scope := range storedScopes(key.Scopes) {
		if !who.has(scope) {
			return errScope.because("This API key cannot give the scope %s, which it does not have itself.", scope)
		}
	}
	if who.until != nil && (key.ExpiresAt == nil || key.ExpiresAt.After(*who.until)) {
		return errScope.because("This API key can make only keys that expire when it does, at %s, or earlier.", who.until.UTC().Format(time.RFC3339))
	}
	err = s.store.AddAPIKey(c.Request().Context(), &key)
	if errors.Is(err, store.ErrConflict) {
		return errKeysMany
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: "api_key_create", target: key.ID})
	return c.JSON(http.StatusCreated, newKeyResponse{Key: renderKey(key), Secret: secret})
}

func (s *Server) revokeKey(c echo.Context) error {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return err
	}
	err := s.store.RevokeAPIKey(c.Request().Context(), id, s.now())
	if errors.Is(err, store.ErrNotFound) {
		return errNoSuchKey
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: "api_key_revoke", target: id})
	return c.NoContent(http.StatusNoContent)
}
