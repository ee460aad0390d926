package grant_test

import (
	"errors"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
)

var stage = grant.Stream{
	ID: "i1", Code: "k3m9x-7pq2r", Meeting: "m1", Way: grant.Publish, Name: "Stage", Participant: "p1", SkipLobby: true,
	ExpiresAt: now.Add(time.Hour),
}

func streamToken(t *testing.T, k *grant.Keys, s grant.Stream) string {
	t.Helper()
	token, err := k.Stream(now, s)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestAStreamComesThroughOnAnyNode(t *testing.T) {
	token := streamToken(t, keys(t, secret, "node", "boot"), stage)
	got, err := keys(t, secret, "node-2", "boot-9").VerifyStream(now.Add(time.Hour-time.Second), token)
	if err != nil || !got.ExpiresAt.Equal(stage.ExpiresAt) {
		t.Fatalf("%+v, %v", got, err)
	}
	got.ExpiresAt = stage.ExpiresAt
	if got != stage {
		t.Fatalf("got %+v", got)
	}
}

func TestStreamsThatAreRefused(t *testing.T) {
	k := keys(t, secret, "node", "boot")
	token := streamToken(t, k, stage)
	if _, err := k.VerifyStream(now.Add(time.Hour+grant.Leeway+time.Second), token); !errors.Is(err, grant.ErrExpired) {
		t.Errorf("after its end: %v", err)
	}
	if _, err := k.VerifyGrant(now, token); !errors.Is(err, grant.ErrForeign) {
		t.Errorf("as a grant: %v", err)
	}
	if _, err := k.VerifyTicket(now, token); !errors.Is(err, grant.ErrForeign) {
		t.Errorf("as a ticket: %v", err)
	}
	if _, err := k.VerifyStream(now, signed(t, k)); !errors.Is(err, grant.ErrForeign) {
		t.Errorf("a grant as a stream: %v", err)
	}
	if _, err := keys(t, []byte("another secret of this test, longer"), "node", "boot").VerifyStream(now, token); !errors.Is(err, grant.ErrForeign) {
		t.Errorf("with another secret: %v", err)
	}
	if _, err := k.VerifyStream(now, token[:len(token)-4]+"AAAA"); err == nil {
		t.Error("with another signature it passes")
	}
	for name, change := range map[string]func(*grant.Stream){
		"over already": func(s *grant.Stream) { s.ExpiresAt = now },
		"too long":     func(s *grant.Stream) { s.ExpiresAt = now.Add(grant.MaxStreamLife + time.Second) },
		"no way":       func(s *grant.Stream) { s.Way = "" },
	} {
		s := stage
		change(&s)
		if _, err := k.Stream(now, s); err == nil {
			t.Errorf("%s: it was signed", name)
		}
	}
	nameless := stage
	nameless.ID = ""
	if _, err := k.VerifyStream(now, streamToken(t, k, nameless)); !errors.Is(err, grant.ErrMalformed) {
		t.Errorf("without an invitation: %v", err)
	}
}
