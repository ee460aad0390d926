package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// The headers of a request: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

const (
	secretPrefix = "whsec_"
	// The specification has 24 to 64 bytes.
	secretSize, leastSecret, mostSecret = 32, 24, 64
)

// Secret is what we and one receiver know. It prints as *** wherever it is printed; Text shows it.
type Secret []byte

// NewSecret makes one by chance.
func NewSecret() Secret {
	random := make([]byte, secretSize)
	_, _ = rand.Read(random) // never fails: crypto/rand ends the program instead
	return random
}

// ParseSecret reads what Text writes.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(secret) < leastSecret || len(secret) > mostSecret {
		return nil, errors.New("the secret is not whsec_ followed by 24 to 64 bytes in base64")
	}
	return secret, nil
}

// Text is the secret as receivers have it.
func (s Secret) Text() string { return secretPrefix + base64.StdEncoding.EncodeToString(s) }

const hidden = "***"

// String hides the secret from %v and %s.
func (Secret) String() string { return hidden }

// GoString hides it from %#v.
func (Secret) GoString() string { return hidden }

// MarshalText hides it from JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides it from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// sign is the signature of a message by one secret, with the version of the scheme before it.
func (s Secret) sign(id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, s)
	// The id and the timestamp hold no full stop.
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signed are the headers of a message: one signature by each secret, for a receiver may know only the old or the new one.
func signed(secrets []Secret, id string, at time.Time, body []byte) map[string]string {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		signatures[i] = s.sign(id, timestamp, body)
	}
	return map[string]string{headerID: id, headerTimestamp: timestamp, headerSignature: strings.Join(signatures, " ")}
}
