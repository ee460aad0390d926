package grant_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"github.com/plenum-meet/plenum/signaling/grant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	secret = []byte("a secret of a test, 32 bytes long")
	now    = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ada    = grant.Claims{
		Participant: "p1", Code: "k3m9x-7pq2r", Meeting: "m1", Occurrence: "o1", Epoch: 3,
		User: "u1", Name: "Ada", Host: true, Request: "join-of-ada", Trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	}
)

func keys(t *testing.T, secret []byte, node, boot string, previous ...[]byte) *grant.Keys {
	t.Helper()
	k, err := grant.NewKeys(secret, node, boot, previous...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signed(t *testing.T, k *grant.Keys) (token string) {
	t.Helper()
	token, err := k.Grant(now, ada)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestClaimsComeThrough(t *testing.T) {
	k := keys(t, secret, "node", "boot")
	got, err := k.VerifyGrant(now, signed(t, k))
	if err != nil || got.ID == "" || !got.ExpiresAt.Equal(now.Add(grant.GrantLife)) {
		t.Fatalf("%+v, %v", got, err)
	}
	got.ID, got.ExpiresAt = "", time.Time{}
	if got != ada {
		t.Fatalf("got %+v", got)
	}
	token, id, err := k.Ticket(now, ada)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = k.VerifyTicket(now, token); err != nil || got.ID != id || got.Name != "Ada" {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestNoTwoTokensShareAnID(t *testing.T) {
	k := keys(t, secret, "node", "boot")
	a, _ := k.VerifyGrant(now, signed(t, k))
	b, _ := k.VerifyGrant(now, signed(t, k))
	if a.ID == b.ID {
		t.Fatal("the same id twice")
	}
}

func TestLifeAndLeeway(t *testing.T) {
	k := keys(t, secret, "node", "boot")
	token := signed(t, k)
	for at, want := range map[time.Duration]error{
		0:                               nil,
		grant.GrantLife + 4*time.Second: nil,
		grant.GrantLife + 6*time.Second: grant.ErrExpired,
		-4 * time.Second:                nil,
		-6 * time.Second:                grant.ErrExpired,
	} {
		if _, err := k.VerifyGrant(now.Add(at), token); !errors.Is(err, want) {
			t.Errorf("after %v: %v", at, err)
		}
	}
}

func TestTokensOfOthersAreForeign(t *testing.T) {
	k := keys(t, secret, "node", "boot")
	other := []byte("another secret of this test, longer")
	for name, signer := range map[string]*grant.Keys{
		"another secret": keys(t, other, "node", "boot"),
		"another node":   keys(t, secret, "node-2", "boot"),
		"another boot":   keys(t, secret, "node", "boot-2"),
	} {
		if _, err := k.VerifyGrant(now, signed(t, signer)); !errors.Is(err, grant.ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ticket, _, err := k.Ticket(now, ada)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.VerifyGrant(now, ticket); !errors.Is(err, grant.ErrForeign) {
		t.Errorf("a ticket as a grant: %v", err)
	}
	if _, err := k.VerifyTicket(now, signed(t, k)); !errors.Is(err, grant.ErrForeign) {
		t.Errorf("a grant as a ticket: %v", err)
	}
	if _, err := keys(t, secret, "node-2", "boot-9").VerifyTicket(now, ticket); err != nil {
		t.Errorf("a ticket on another node: %v", err)
	}
}

func TestTheSecretMayChange(t *testing.T) {
	old := []byte("the secret of the last month, 32 b")
	token := signed(t, keys(t, old, "node", "boot"))
	if _, err := keys(t, secret, "node", "boot", old).VerifyGrant(now, token); err != nil {
		t.Errorf("with the previous secret: %v", err)
	}
	if _, err := keys(t, secret, "node", "boot").VerifyGrant(now, token); !errors.Is(err, grant.ErrForeign) {
		t.Errorf("without it: %v", err)
	}
}

func TestWeakKeysAreRefused(t *testing.T) {
	for name, try := range map[string]func() (*grant.Keys, error){
		"a short secret":          func() (*grant.Keys, error) { return grant.NewKeys(secret[:31], "node", "boot") },
		"a short previous secret": func() (*grant.Keys, error) { return grant.NewKeys(secret, "node", "boot", secret[:8]) },
		"no node":                 func() (*grant.Keys, error) { return grant.NewKeys(secret, "", "boot") },
		"no boot":                 func() (*grant.Keys, error) { return grant.NewKeys(secret, "node", "") },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestHostileTokens(t *testing.T) {
	k := keys(t, secret, "node", "boot")
	good := signed(t, k)
	parts := strings.Split(good, ".")
	header, body, signature := parts[0], parts[1], parts[2]
	encode := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	decode := func(part string) map[string]any {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]any
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	with := func(part, key string, value any) string {
		m := decode(part)
		if value == nil {
			delete(m, key)
		} else {
			m[key] = value
		}
		return encode(m)
	}
	// Signed by a key of the attacker's own, under the name of ours.
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	forged := header + "." + body
	forgedSignature := base64.RawURLEncoding.EncodeToString(ed25519.Sign(stranger, []byte(forged)))
	hmac, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims(decode(body))).SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"nothing":                "",
		"dots":                   "..",
		"text":                   "hello",
		"too long":               good + strings.Repeat("A", grant.MaxSize),
		"no signature":           header + "." + body + ".",
		"half a signature":       header + "." + body + "." + signature[:20],
		"the algorithm none":     with(header, "alg", "none") + "." + body + ".",
		"another algorithm":      with(header, "alg", "HS256") + "." + body + "." + signature,
		"an HMAC of the secret":  hmac,
		"an unknown key":         with(header, "kid", "x") + "." + body + "." + signature,
		"a key as number":        with(header, "kid", 7) + "." + body + "." + signature,
		"no key":                 with(header, "kid", nil) + "." + body + "." + signature,
		"another type":           with(header, "typ", "JWT") + "." + body + "." + signature,
		"a forged key":           forged + "." + forgedSignature,
		"a host by own decision": header + "." + with(body, "host", true) + "X." + signature,
		"another participant":    header + "." + with(body, "sub", "p2") + "." + signature,
		"no expiry":              header + "." + with(body, "exp", nil) + "." + signature,
		"a later expiry":         header + "." + with(body, "exp", now.Add(time.Hour).Unix()) + "." + signature,
		"space around":           " " + good,
		"four parts":             good + ".x",
	} {
		if _, err := k.VerifyGrant(now, token); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	if _, err := k.VerifyGrant(now, good); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func TestAClaimThatIsMissing(t *testing.T) {
	k := keys(t, secret, "node", "boot")
	for name, drop := range map[string]func(*grant.Claims){
		"participant": func(c *grant.Claims) { c.Participant = "" },
		"code":        func(c *grant.Claims) { c.Code = "" },
		"meeting":     func(c *grant.Claims) { c.Meeting = "" },
		"occurrence":  func(c *grant.Claims) { c.Occurrence = "" },
	} {
		c := ada
		drop(&c)
		token, err := k.Grant(now, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.VerifyGrant(now, token); !errors.Is(err, grant.ErrMalformed) {
			t.Errorf("no %s: %v", name, err)
		}
	}
	long := ada
	long.Name = strings.Repeat("x", grant.MaxSize)
	if _, err := k.Grant(now, long); err == nil {
		t.Error("a token that nobody will accept was signed")
	}
}
