package grant

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	issuer = "plenum"
	// anyNode is the audience of tickets.
	anyNode = "plenum-nodes"
	// whoever is no audience at all, for who only passes a token on.
	whoever = ""
	// minSecret in bytes: as strong as the signature.
	minSecret = 32
)

// Keys sign and check tokens. They are derived from one secret, each kind with its own.
type Keys struct {
	node   string
	grant  keyring
	ticket keyring
	stream keyring
}

// NewKeys derives the keys from a secret of at least 32 bytes. Node and boot name this process: a grant is
// good for it alone. Tokens signed with one of the previous secrets are still accepted.
func NewKeys(secret []byte, node, boot string, previous ...[]byte) (*Keys, error) {
	if node == "" || boot == "" {
		return nil, errors.New("grant keys need a node id and a boot id")
	}
	keys := &Keys{node: node + "/" + boot}
	for kind, ring := range map[Kind]*keyring{Grant: &keys.grant, Ticket: &keys.ticket, stream: &keys.stream} {
		made, err := newKeyring("plenum signaling "+kind.String()+" v1", secret, previous)
		if err != nil {
			return nil, err
		}
		*ring = made
	}
	return keys, nil
}

// Grant signs a token that is good once on this node within GrantLife.
func (k *Keys) Grant(now time.Time, c Claims) (string, error) {
	return k.grant.sign(Grant, now, k.node, c, newID())
}

// VerifyGrant checks everything but single use.
func (k *Keys) VerifyGrant(now time.Time, token string) (Claims, error) {
	return k.grant.verify(Grant, now, k.node, token)
}

// NodeOf tells which node a grant is for, whether or not that is this one.
func (k *Keys) NodeOf(now time.Time, token string) (string, error) {
	var claims wireClaims
	if err := k.grant.open(Grant, now, whoever, token, &claims); err != nil {
		return "", err
	}
	node, _, _ := strings.Cut(strings.Join(claims.Audience, ""), "/")
	return node, nil
}

// Ticket signs a token for coming back within TicketLife and returns its id too.
func (k *Keys) Ticket(now time.Time, c Claims) (token, id string, err error) {
	id = newID()
	token, err = k.ticket.sign(Ticket, now, anyNode, c, id)
	return token, id, err
}

// VerifyTicket checks everything but whether it is the participant's last.
func (k *Keys) VerifyTicket(now time.Time, token string) (Claims, error) {
	return k.ticket.verify(Ticket, now, anyNode, token)
}

// keyring holds the key that signs, and by key id those that may have signed.
type keyring struct {
	id      string
	private ed25519.PrivateKey
	public  map[string]ed25519.PublicKey
}

func newKeyring(purpose string, secret []byte, previous [][]byte) (keyring, error) {
	ring := keyring{public: map[string]ed25519.PublicKey{}}
	for i, s := range append([][]byte{secret}, previous...) {
		if len(s) < minSecret {
			return keyring{}, fmt.Errorf("the signing secret needs at least %d bytes", minSecret)
		}
		seed, err := hkdf.Key(sha256.New, s, nil, purpose, ed25519.SeedSize)
		if err != nil {
			return keyring{}, fmt.Errorf("deriving the key for %s: %w", purpose, err)
		}
		private := ed25519.NewKeyFromSeed(seed)
		public := private.Public().(ed25519.PublicKey)
		sum := sha256.Sum256(public)
		id := base64.RawURLEncoding.EncodeToString(sum[:8])
		ring.public[id] = public
		if i == 0 {
			ring.id, ring.private = id, private
		}
	}
	return ring, nil
}

// wireClaims is the token's body; names are short because it travels in a header.
type wireClaims struct {
	jwt.RegisteredClaims
	Code       string `json:"code"`
	Meeting    string `json:"mtg"`
	Occurrence string `json:"occ"`
	Epoch      uint64 `json:"epoch"`
	User       string `json:"user,omitempty"`
	Name       string `json:"name"`
	Host       bool   `json:"host,omitempty"`
	Guest      bool   `json:"guest,omitempty"`
	CoHost     bool   `json:"cohost,omitempty"`
	Admitted   bool   `json:"in,omitempty"`
	Device     string `json:"dev,omitempty"`
	SignIn     string `json:"sid,omitempty"`
	Test       bool   `json:"test,omitempty"`
	Request    string `json:"req,omitempty"`
	Trace      string `json:"trc,omitempty"`
}

func (r keyring) sign(kind Kind, now time.Time, audience string, c Claims, id string) (string, error) {
	return r.seal(kind, wireClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Subject:   c.Participant,
			Audience:  jwt.ClaimStrings{audience},
			ExpiresAt: jwt.NewNumericDate(now.Add(kind.life())),
			NotBefore: jwt.NewNumericDate(now),
			IssuedAt:  jwt.NewNumericDate(now),
			ID:        id,
		},
		Code: c.Code, Meeting: c.Meeting, Occurrence: c.Occurrence, Epoch: c.Epoch,
		User: c.User, Name: c.Name, Host: c.Host, Guest: c.Guest,
		CoHost: c.CoHost, Admitted: c.Admitted, Device: c.Device, SignIn: c.SignIn, Test: c.Test,
		Request: c.Request, Trace: c.Trace,
	})
}

// seal signs claims of a kind.
func (r keyring) seal(kind Kind, claims jwt.Claims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["typ"] = kind.typ()
	token.Header["kid"] = r.id
	signed, err := token.SignedString(r.private)
	if err != nil {
		return "", fmt.Errorf("signing a %s: %w", kind, err)
	}
	if len(signed) > MaxSize {
		return "", fmt.Errorf("signing a %s: %d bytes are more than %d", kind, len(signed), MaxSize)
	}
	return signed, nil
}

// open checks a token of a kind and reads its claims.
func (r keyring) open(kind Kind, now time.Time, audience, text string, claims jwt.Claims) error {
	if len(text) > MaxSize {
		return fmt.Errorf("%w: %d bytes", ErrMalformed, len(text))
	}
	rules := []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
		jwt.WithLeeway(Leeway),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	}
	if audience != whoever {
		rules = append(rules, jwt.WithAudience(audience))
	}
	_, err := jwt.NewParser(rules...).ParseWithClaims(text, claims, func(t *jwt.Token) (any, error) {
		if t.Header["typ"] != kind.typ() {
			return nil, ErrForeign
		}
		id, _ := t.Header["kid"].(string)
		public, ok := r.public[id]
		if !ok {
			return nil, ErrForeign
		}
		return public, nil
	})
	if err != nil {
		return classify(err)
	}
	return nil
}

func (r keyring) verify(kind Kind, now time.Time, audience, text string) (Claims, error) {
	var claims wireClaims
	if err := r.open(kind, now, audience, text, &claims); err != nil {
		return Claims{}, err
	}
	if claims.Subject == "" || claims.ID == "" || claims.Code == "" || claims.Meeting == "" || claims.Occurrence == "" {
		return Claims{}, fmt.Errorf("%w: a claim is missing", ErrMalformed)
	}
	return Claims{
		Participant: claims.Subject, Code: claims.Code, Meeting: claims.Meeting, Occurrence: claims.Occurrence,
		Epoch: claims.Epoch, User: claims.User, Name: claims.Name, Host: claims.Host, Guest: claims.Guest,
		CoHost: claims.CoHost, Admitted: claims.Admitted, Device: claims.Device, SignIn: claims.SignIn, Test: claims.Test,
		Request: claims.Request, Trace: claims.Trace,
		ID: claims.ID, ExpiresAt: claims.ExpiresAt.Time,
	}, nil
}

func classify(err error) error {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return fmt.Errorf("%w: %w", ErrExpired, err)
	case errors.Is(err, ErrForeign), errors.Is(err, jwt.ErrTokenSignatureInvalid),
		errors.Is(err, jwt.ErrTokenInvalidAudience), errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return fmt.Errorf("%w: %w", ErrForeign, err)
	default:
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
}

// newID returns 128 random bits in text.
func newID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(id[:])
}
