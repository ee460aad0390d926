package grant

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Way is what a stream does in a meeting.
type Way string

const (
	// Publish brings media into a meeting.
	Publish Way = "publish"
	// Play takes media out of it.
	Play Way = "play"
)

// MaxStreamLife is how long a token for a stream may be good.
const MaxStreamLife = 7 * 24 * time.Hour

// Stream says what somebody may do who comes with HTTP alone, as often as they like until it expires. It is for a meeting,
// whether that is held or not.
type Stream struct {
	// ID is the invitation that it hangs on: what ends that ends this.
	ID string
	// Code and Meeting name the meeting.
	Code, Meeting string
	Way           Way
	// Name that others see.
	Name string
	// Participant is whom alone it may play; empty for anybody.
	Participant string
	// SkipLobby comes in though others wait.
	SkipLobby bool
	ExpiresAt time.Time
}

type wireStream struct {
	jwt.RegisteredClaims
	Code      string `json:"code"`
	Meeting   string `json:"mtg"`
	Way       Way    `json:"way"`
	Name      string `json:"name"`
	Only      string `json:"only,omitempty"`
	SkipLobby bool   `json:"in,omitempty"`
}

// Stream signs a token that is good on any node.
func (k *Keys) Stream(now time.Time, s Stream) (string, error) {
	if life := s.ExpiresAt.Sub(now); life <= 0 || life > MaxStreamLife {
		return "", fmt.Errorf("signing a stream: it would be good for %s", life)
	}
	if s.Way != Publish && s.Way != Play {
		return "", errors.New("signing a stream: it neither publishes nor plays")
	}
	return k.stream.seal(stream, wireStream{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{anyNode}, ID: s.ID,
			ExpiresAt: jwt.NewNumericDate(s.ExpiresAt), NotBefore: jwt.NewNumericDate(now), IssuedAt: jwt.NewNumericDate(now),
		},
		Code: s.Code, Meeting: s.Meeting, Way: s.Way, Name: s.Name, Only: s.Participant, SkipLobby: s.SkipLobby,
	})
}

// VerifyStream checks everything but whether it was revoked.
func (k *Keys) VerifyStream(now time.Time, token string) (Stream, error) {
	var c wireStream
	if err := k.stream.open(stream, now, anyNode, token, &c); err != nil {
		return Stream{}, err
	}
	if c.ID == "" || c.Code == "" || c.Meeting == "" || c.Way != Publish && c.Way != Play {
		return Stream{}, fmt.Errorf("%w: a claim is missing", ErrMalformed)
	}
	return Stream{
		ID: c.ID, Code: c.Code, Meeting: c.Meeting, Way: c.Way, Name: c.Name, Participant: c.Only, SkipLobby: c.SkipLobby,
		ExpiresAt: c.ExpiresAt.Time,
	}, nil
}
