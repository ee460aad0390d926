package api_test

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// forger signs what it likes, with the server's own key if it wants to.
type forger struct {
	key    ed25519.PrivateKey
	kid    string
	claims jwt.MapClaims
}

func newForger(w *world) forger {
	seed, err := hkdf.Key(sha256.New, secret, nil, "plenum api access", 32)
	w.must(err)
	key := ed25519.NewKeyFromSeed(seed)
	sum := sha256.Sum256(key.Public().(ed25519.PublicKey))
	now := w.clock.now()
	return forger{
		key: key, kid: base64.RawURLEncoding.EncodeToString(sum[:9]),
		claims: jwt.MapClaims{
			"iss": "plenum", "aud": "plenum-api", "sub": w.person("ada").ID, "sid": "01J", "jti": "1",
			"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(15 * time.Minute).Unix(),
		},
	}
}

func (f forger) sign(method jwt.SigningMethod, key any, header map[string]any, claims map[string]any) string {
	all := maps.Clone(f.claims)
	for name, value := range claims {
		if value == nil {
			delete(all, name)
		} else {
			all[name] = value
		}
	}
	token := jwt.NewWithClaims(method, all)
	token.Header["typ"], token.Header["kid"] = "plenum-access+jwt", f.kid
	for name, value := range header {
		if value == nil {
			delete(token.Header, name)
		} else {
			token.Header[name] = value
		}
	}
	signed, err := token.SignedString(key)
	if err != nil {
		panic(err)
	}
	return signed
}

func TestForgedTokens(t *testing.T) {
	w := newWorld(t)
	f := newForger(w)
	_, otherKey, err := ed25519.GenerateKey(rand.Reader)
	w.must(err)
	public := []byte(f.key.Public().(ed25519.PublicKey))
	eddsa := jwt.SigningMethodEdDSA
	at := func(d time.Duration) int64 { return w.clock.now().Add(d).Unix() }
	good := f.sign(eddsa, f.key, nil, nil)
	parts := strings.Split(good, ".")

	for _, s := range []struct {
		name, token string
		status      int
	}{
		{"good", good, 200},
		{"alg none", f.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, nil), 401},
		{"alg none with the signature left", edited(parts, 0, "alg", "none"), 401},
		{"HS256 with the public key", f.sign(jwt.SigningMethodHS256, public, nil, nil), 401},
		{"no signature", parts[0] + "." + parts[1] + ".", 401},
		{"another key", f.sign(eddsa, otherKey, nil, nil), 401},
		{"unknown kid", f.sign(eddsa, f.key, map[string]any{"kid": "another"}, nil), 401},
		{"kid is a path", f.sign(eddsa, f.key, map[string]any{"kid": "../../../dev/null"}, nil), 401},
		{"kid is a number", f.sign(eddsa, f.key, map[string]any{"kid": 1}, nil), 401},
		{"no kid", f.sign(eddsa, f.key, map[string]any{"kid": nil}, nil), 401},
		{"jku", f.sign(eddsa, otherKey, map[string]any{"jku": "https://evil.example/keys", "kid": "evil"}, nil), 401},
		{"typ JWT", f.sign(eddsa, f.key, map[string]any{"typ": "JWT"}, nil), 401},
		{"typ of a grant", f.sign(eddsa, f.key, map[string]any{"typ": "plenum-grant+jwt"}, nil), 401},
		{"no typ", f.sign(eddsa, f.key, map[string]any{"typ": nil}, nil), 401},
		{"other audience", f.sign(eddsa, f.key, nil, map[string]any{"aud": "node"}), 401},
		{"no audience", f.sign(eddsa, f.key, nil, map[string]any{"aud": nil}), 401},
		{"other issuer", f.sign(eddsa, f.key, nil, map[string]any{"iss": "evil"}), 401},
		{"no expiry", f.sign(eddsa, f.key, nil, map[string]any{"exp": nil}), 401},
		{"expired, within the leeway", f.sign(eddsa, f.key, nil, map[string]any{"exp": at(-4 * time.Second)}), 200},
		{"expired, beyond the leeway", f.sign(eddsa, f.key, nil, map[string]any{"exp": at(-6 * time.Second)}), 401},
		{"not yet valid", f.sign(eddsa, f.key, nil, map[string]any{"nbf": at(6 * time.Second)}), 401},
		{"no nbf", f.sign(eddsa, f.key, nil, map[string]any{"nbf": nil}), 401},
		{"issued in the future", f.sign(eddsa, f.key, nil, map[string]any{"iat": at(time.Hour)}), 401},
		{"no subject", f.sign(eddsa, f.key, nil, map[string]any{"sub": nil}), 401},
		{"no session", f.sign(eddsa, f.key, nil, map[string]any{"sid": nil}), 401},
		{"no jti", f.sign(eddsa, f.key, nil, map[string]any{"jti": nil}), 401},
		{"of nobody", f.sign(eddsa, f.key, nil, map[string]any{"sub": "01JDGBBBBBBBBBBBBBBBBBBBBB"}), 401},
		{"another subject under the signature", edited(parts, 1, "sub", "01JDGBBBBBBBBBBBBBBBBBBBBB"), 401},
		{"too long", f.sign(eddsa, f.key, nil, map[string]any{"pad": strings.Repeat("x", 2<<10)}), 401},
		{"refresh token", w.person("ada").Cookie, 401},
		{"nothing", "", 401},
		{"garbage", "a.b.c", 401},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := w.in(t)
			a := w.want(s.status, call{method: "GET", path: "/api/auth/me", header: map[string]string{"Authorization": "Bearer " + s.token}})
			if s.status == 401 && a.failure().Code != "unauthorized" {
				t.Errorf("code %q", a.failure().Code)
			}
		})
	}
	w.want(401, call{method: "GET", path: "/api/auth/me", header: map[string]string{"Authorization": "Basic " + good}})
	if n := w.audited("token_refused", "refused"); n != 10 {
		t.Errorf("%d refusals audited, want the 10 that one address may cause", n)
	}
}

// edited changes one value in a part of a token and leaves the signature.
func edited(parts []string, part int, name string, value any) string {
	text, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		panic(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		panic(err)
	}
	fields[name] = value
	if text, err = json.Marshal(fields); err != nil {
		panic(err)
	}
	changed := append([]string{}, parts...)
	changed[part] = base64.RawURLEncoding.EncodeToString(text)
	return strings.Join(changed, ".")
}

// The token that the server itself hands out dies on time.
func TestAccessExpires(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	w.clock.pass(15*time.Minute + 4*time.Second)
	w.want(200, call{method: "GET", path: "/api/auth/me", as: "ada"})
	w.clock.pass(2 * time.Second)
	w.want(401, call{method: "GET", path: "/api/auth/me", as: "ada"})
	// Where strangers are welcome, too: its owner shall refresh it rather than pass for a stranger.
	m := call{method: "GET", path: "/api/meetings/00000-00000", as: "ada"}
	w.want(401, m)
}
