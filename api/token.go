package api

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	accessType  = "plenum-access+jwt"
	maxToken    = 2 << 10
	clockLeeway = 5 * time.Second
)

// tokens signs and verifies access tokens: EdDSA, keys chosen by kid from a fixed set.
type tokens struct {
	cfg     Config
	signing keys
	known   map[string]ed25519.PublicKey
	parser  *jwt.Parser
}

// accessClaims hold nothing personal.
type accessClaims struct {
	jwt.RegisteredClaims
	Session string `json:"sid"` // the refresh family
}

func newTokens(cfg Config, signing keys, previous []keys, now func() time.Time) *tokens {
	known := map[string]ed25519.PublicKey{}
	for _, k := range append([]keys{signing}, previous...) {
		known[k.id] = k.access.Public().(ed25519.PublicKey)
	}
	return &tokens{
		cfg:     cfg,
		signing: signing,
		known:   known,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
			jwt.WithIssuer(cfg.Issuer),
			jwt.WithAudience(cfg.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithNotBeforeRequired(),
			jwt.WithIssuedAt(),
			jwt.WithLeeway(clockLeeway),
			jwt.WithTimeFunc(now),
			jwt.WithStrictDecoding(),
		),
	}
}

func (t *tokens) issue(now time.Time, user, session string) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    t.cfg.Issuer,
			Audience:  jwt.ClaimStrings{t.cfg.Audience},
			Subject:   user,
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(t.cfg.AccessLife)),
			ID:        rand.Text(),
		},
		Session: session,
	})
	token.Header["typ"] = accessType
	token.Header["kid"] = t.signing.id
	signed, err := token.SignedString(t.signing.access)
	if err != nil {
		return "", fmt.Errorf("signing an access token: %w", err)
	}
	return signed, nil
}

// verify returns the claims of a good token.
func (t *tokens) verify(token string) (accessClaims, error) {
	var claims accessClaims
	if len(token) > maxToken {
		return claims, errors.New("access token: too long")
	}
	_, err := t.parser.ParseWithClaims(token, &claims, func(parsed *jwt.Token) (any, error) {
		if parsed.Header["typ"] != accessType {
			return nil, errors.New("wrong typ")
		}
		kid, _ := parsed.Header["kid"].(string)
		key, ok := t.known[kid]
		if !ok {
			return nil, errors.New("unknown kid")
		}
		return key, nil
	})
	if err != nil {
		return claims, fmt.Errorf("access token: %w", err)
	}
	if claims.Subject == "" || claims.Session == "" || claims.ID == "" {
		return claims, errors.New("access token: sub, sid and jti are required")
	}
	return claims, nil
}
