package api

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
)

// minSecret is the shortest secret accepted, in bytes: 256 bits.
const minSecret = 32

// Secret is key material. It prints as *** wherever it is printed.
type Secret []byte

const hidden = "***"

// String hides the secret from %v and %s.
func (Secret) String() string { return hidden }

// GoString hides it from %#v.
func (Secret) GoString() string { return hidden }

// MarshalText hides it from JSON and from configuration files.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides it from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// keys are what the API derives from one secret. Each purpose has a key of its own.
type keys struct {
	id      string // kid of the access key
	access  ed25519.PrivateKey
	refresh []byte // makes the successor of a refresh token
	device  []byte // signs device cookies
}

func deriveKeys(secret Secret) (keys, error) {
	derive := func(purpose string) ([]byte, error) {
		key, err := hkdf.Key(sha256.New, secret, nil, "plenum api "+purpose, 32)
		if err != nil {
			return nil, fmt.Errorf("deriving the %s key: %w", purpose, err)
		}
		return key, nil
	}
	seed, err := derive("access")
	if err != nil {
		return keys{}, err
	}
	refresh, err := derive("refresh")
	if err != nil {
		return keys{}, err
	}
	device, err := derive("device")
	if err != nil {
		return keys{}, err
	}
	access := ed25519.NewKeyFromSeed(seed)
	sum := sha256.Sum256(access.Public().(ed25519.PublicKey))
	id := base64.RawURLEncoding.EncodeToString(sum[:9])
	return keys{id: id, access: access, refresh: refresh, device: device}, nil
}
