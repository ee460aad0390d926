package relay

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the HMAC that TURN servers agree on
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Credential is the user name and password of a participant at a TURN server that knows the secret, as in
// draft-uberti-behave-turn-rest-00, which coturn calls use-auth-secret. The name is "expiry:participant", the expiry in seconds since 1970.
func Credential(secret []byte, participant string, until time.Time) (username, password string) {
	username = strconv.FormatInt(until.Unix(), 10) + ":" + participant
	return username, passwordOf(secret, username)
}

func passwordOf(secret []byte, username string) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// SecretFrom derives the embedded server's own secret from the one that signs everything.
func SecretFrom(signing []byte) []byte {
	mac := hmac.New(sha256.New, signing)
	mac.Write([]byte("plenum turn v1"))
	return mac.Sum(nil)
}

// named is what a user name says: whose it is, and until when.
func named(username string) (participant string, until time.Time, ok bool) {
	expiry, participant, found := strings.Cut(username, ":")
	seconds, err := strconv.ParseInt(expiry, 10, 64)
	if !found || participant == "" || err != nil {
		return "", time.Time{}, false
	}
	return participant, time.Unix(seconds, 0), true
}
