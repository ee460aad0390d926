package webhook

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// The example of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md and of its libraries.
const (
	exampleSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	exampleID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	exampleTimestamp = 1614265330
	exampleBody      = `{"test": 2432232314}`
	exampleSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func secretFrom(t *testing.T, text string) Secret {
	t.Helper()
	s, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheExampleOfTheSpecificationIsSignedAsThere(t *testing.T) {
	got := signed([]Secret{secretFrom(t, exampleSecret)}, exampleID, time.Unix(exampleTimestamp, 999_999_999), []byte(exampleBody))
	want := map[string]string{headerID: exampleID, headerTimestamp: "1614265330", headerSignature: exampleSignature}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: %q, want %q", name, got[name], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("headers %v", got)
	}
}

func headersOf(values map[string]string) http.Header {
	h := http.Header{}
	for name, value := range values {
		h.Set(name, value)
	}
	return h
}

// The library of the specification's authors accepts what we sign, by the old secret and by the new one while both hold, and nothing
// that was changed on the way.
func TestTheLibraryOfTheSpecificationAcceptsOurSignatures(t *testing.T) {
	for i := range 50 {
		before, after, other := NewSecret(), NewSecret(), NewSecret()
		now, body := time.Now(), []byte(fmt.Sprintf(`{"type":"ping","n":%d,"text":"%s é"}`, i, strings.Repeat("x", i*i)))
		headers := headersOf(signed([]Secret{after, before}, fmt.Sprintf("evt_%d", i), now, body))
		for name, test := range map[string]struct {
			secret Secret
			body   []byte
			change func(http.Header)
			good   bool
		}{
			"new secret":     {after, body, func(http.Header) {}, true},
			"old secret":     {before, body, func(http.Header) {}, true},
			"another secret": {other, body, func(http.Header) {}, false},
			"another body":   {after, append([]byte(" "), body...), func(http.Header) {}, false},
			"another id":     {after, body, func(h http.Header) { h.Set("webhook-id", "evt_x") }, false},
			"another time":   {after, body, func(h http.Header) { h.Set("webhook-timestamp", fmt.Sprint(now.Unix()+1)) }, false},
		} {
			receiver, err := standardwebhooks.NewWebhook(test.secret.Text())
			if err != nil {
				t.Fatal(err)
			}
			seen := headers.Clone()
			test.change(seen)
			if err := receiver.Verify(test.body, seen); (err == nil) != test.good {
				t.Errorf("%s: %v", name, err)
			}
		}
		// And we sign what it signs.
		receiver, err := standardwebhooks.NewWebhook(after.Text())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := receiver.Sign("evt_1", now, body)
		if ours := signed([]Secret{after}, "evt_1", now, body)[headerSignature]; err != nil || ours != theirs {
			t.Errorf("we sign %s, the library %s: %v", ours, theirs, err)
		}
	}
}

func TestOpenSSLMakesTheSameSignature(t *testing.T) {
	secret := NewSecret()
	headers := signed([]Secret{secret}, "evt_01", time.Unix(1_700_000_000, 0), []byte("{}"))
	command := exec.CommandContext(t.Context(), "openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", fmt.Sprintf("hexkey:%x", []byte(secret)), "-binary")
	command.Stdin = strings.NewReader("evt_01.1700000000.{}")
	sum, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "v1," + base64.StdEncoding.EncodeToString(sum); headers[headerSignature] != want {
		t.Errorf("%s, want %s", headers[headerSignature], want)
	}
}

func TestSecretsAreReadAsTheyAreWrittenAndNothingElse(t *testing.T) {
	s := NewSecret()
	if again := secretFrom(t, s.Text()); string(again) != string(s) || len(s) != secretSize {
		t.Errorf("%d bytes became %d others", len(s), len(again))
	}
	encoded := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for _, text := range []string{"", "whsec_", encoded(32), "whsec_" + encoded(23), "whsec_" + encoded(65), "whsec_!!!!", "whpk_" + encoded(32)} {
		if _, err := ParseSecret(text); err == nil {
			t.Errorf("%q is taken for a secret", text)
		}
	}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v", s, s, s), s.LogValue().String()} {
		if strings.Contains(text, s.Text()) || !strings.Contains(text, hidden) {
			t.Errorf("a secret prints as %q", text)
		}
	}
}

func TestSealedSecretsAreOpenedByTheServersSecretAlone(t *testing.T) {
	server, next := []byte(strings.Repeat("a", 32)), []byte(strings.Repeat("b", 32))
	before, err := NewSeal(server)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := NewSeal(next, server)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := NewSeal(next)
	if err != nil {
		t.Fatal(err)
	}
	secret := NewSecret()
	sealed := before.Shut("one", secret)
	if strings.Contains(string(sealed), string(secret)) {
		t.Error("the secret can be seen through its seal")
	}
	for name, test := range map[string]struct {
		seal    *Seal
		webhook string
		good    bool
	}{
		"the same":                  {before, "one", true},
		"the one before still here": {rotated, "one", true},
		"another":                   {stranger, "one", false},
		"another webhook":           {before, "two", false},
	} {
		got, err := test.seal.open(test.webhook, sealed)
		if (err == nil) != test.good || test.good && string(got) != string(secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewSeal(nil); err == nil {
		t.Error("a seal without a secret")
	}
}
