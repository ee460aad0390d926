package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../deploy/docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// listing is the code of a language on the page for receivers.
func listing(t *testing.T, language string) string {
	t.Helper()
	_, code, found := strings.Cut(page(t), "\n```"+language+"\n")
	code, _, ends := strings.Cut(code, "\n```\n")
	if !found || !ends {
		t.Fatalf("the page has nothing in %s", language)
	}
	return code + "\n"
}

// verifiers make programs of the listings. Each reads {"secret","headers","body"} and ends with 0 if the request is good.
var verifiers = map[string]struct {
	file    string
	program func(code string) string
	command []string
}{
	"go": {"main.go", func(code string) string {
		return `package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

` + code + `
func main() {
	var in struct {
		Secret, Body string
		Headers map[string]string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	header := http.Header{}
	for name, value := range in.Headers {
		header.Set(name, value)
	}
	if err := Verify(in.Secret, header, []byte(in.Body)); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
}
`
	}, []string{"go", "build", "-o", "verify", "main.go"}},
	"python": {"verify.py", func(code string) string {
		return code + `
import json, sys
given = json.load(sys.stdin)
try:
    verify(given["secret"], given["headers"], given["body"].encode())
except ValueError as why:
    print(why)
    sys.exit(3)
`
	}, nil},
	"js": {"verify.mjs", func(code string) string {
		return code + `
let text = '';
for await (const part of process.stdin) text += part;
const given = JSON.parse(text);
try {
  verify(given.secret, given.headers, Buffer.from(given.body));
} catch (why) {
  console.log(why.message);
  process.exit(3);
}
`
	}, nil},
}

func TestTheListingsForReceiversTellGoodFromBad(t *testing.T) {
	now := time.Now()
	before, after, other := NewSecret(), NewSecret(), NewSecret()
	const body = `{"type":"ping","text":"é 👋"}`
	sent := func(at time.Time, secrets ...Secret) map[string]string {
		lower := map[string]string{}
		for name, value := range signed(secrets, "evt_1", at, []byte(body)) {
			lower[strings.ToLower(name)] = value
		}
		return lower
	}
	for language, verifier := range verifiers {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, verifier.file), []byte(verifier.program(listing(t, language))), 0o600); err != nil {
				t.Fatal(err)
			}
			run := map[string][]string{"go": {filepath.Join(dir, "verify")}, "python": {"python3", verifier.file}, "js": {"node", verifier.file}}[language]
			if len(verifier.command) > 0 {
				build := exec.CommandContext(t.Context(), verifier.command[0], verifier.command[1:]...)
				build.Dir = dir
				if out, err := build.CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			for name, test := range map[string]struct {
				secret  Secret
				headers map[string]string
				body    string
				good    bool
			}{
				"good":              {after, sent(now, after), body, true},
				"both, new":         {after, sent(now, after, before), body, true},
				"both, old":         {before, sent(now, after, before), body, true},
				"another secret":    {other, sent(now, after, before), body, false},
				"another body":      {after, sent(now, after), body + " ", false},
				"ten minutes ago":   {after, sent(now.Add(-10*time.Minute), after), body, false},
				"in ten minutes":    {after, sent(now.Add(10*time.Minute), after), body, false},
				"without signature": {after, map[string]string{"webhook-id": "evt_1", "webhook-timestamp": fmt.Sprint(now.Unix()), "webhook-signature": ""}, body, false},
			} {
				in, err := json.Marshal(map[string]any{"secret": test.secret.Text(), "headers": test.headers, "body": test.body})
				if err != nil {
					t.Fatal(err)
				}
				command := exec.CommandContext(t.Context(), run[0], run[1:]...)
				command.Dir, command.Stdin = dir, bytes.NewReader(in)
				out, err := command.CombinedOutput()
				if (err == nil) != test.good || err != nil && command.ProcessState.ExitCode() != 3 {
					t.Errorf("%s: %v\n%s", name, err, out)
				}
			}
		})
	}
	if code := listing(t, "go"); code != "" {
		if tidy, err := format.Source([]byte(code)); err != nil || string(tidy) != code {
			t.Errorf("the listing in Go is not formatted: %v", err)
		}
	}
}

// The page lists the types that there are, and its example is one.
func TestThePageSaysWhatIsSent(t *testing.T) {
	text := page(t)
	for _, kind := range append(Types(), store.EventPing) {
		if !strings.Contains(text, "\n| `"+kind+"` | ") {
			t.Errorf("the page does not say what %s is", kind)
		}
	}
	var p Payload
	strict := json.NewDecoder(strings.NewReader(listing(t, "json")))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&p); err != nil || p.Type != store.EventParticipantLeft || p.Data.Participant.User != nil || p.Data.Meeting.Code == "" {
		t.Errorf("the example is %+v: %v", p, err)
	}
}
