package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Seal keeps the secrets of webhooks in the database, so that a copy of it alone signs nothing.
type Seal struct {
	keys []cipher.AEAD // the first one seals, each opens
}

var errUnsealed = errors.New("the secret of the webhook cannot be read with the server's own secret: rotate it")

// NewSeal derives keys from the server's secret, and from those before it.
func NewSeal(secrets ...[]byte) (*Seal, error) {
	s := &Seal{}
	for _, secret := range secrets {
		if len(secret) == 0 {
			continue
		}
		key, err := hkdf.Key(sha256.New, secret, nil, "plenum webhook secrets", 32)
		if err != nil {
			return nil, fmt.Errorf("deriving the key of webhook secrets: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("the key of webhook secrets: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("the key of webhook secrets: %w", err)
		}
		s.keys = append(s.keys, aead)
	}
	if len(s.keys) == 0 {
		return nil, errors.New("webhook secrets need a secret of the server's")
	}
	return s, nil
}

// Shut seals a secret for one webhook.
func (s *Seal) Shut(webhook string, secret Secret) []byte {
	return s.keys[0].Seal(nil, nil, secret, []byte(webhook))
}

// Opens says whether a secret can be read: not one that was sealed by a secret of the server's that it no longer has.
func (s *Seal) Opens(webhook string, sealed []byte) bool {
	_, err := s.open(webhook, sealed)
	return err == nil
}

// open is Shut backwards.
func (s *Seal) open(webhook string, sealed []byte) (Secret, error) {
	for _, key := range s.keys {
		if secret, err := key.Open(nil, nil, sealed, []byte(webhook)); err == nil {
			return secret, nil
		}
	}
	return nil, errUnsealed
}
