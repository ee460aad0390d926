package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretIsNotPrinted(t *testing.T) {
	cfg := Default()
	cfg.Secret = Secret("canary canary canary canary canary")
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("start", "secret", cfg.Secret, "config", cfg)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("start", "secret", cfg.Secret, "config", cfg)
	fmt.Fprintf(&out, "%v %+v %#v %s %q", cfg, cfg, cfg, cfg.Secret, cfg.Secret)
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	for _, form := range []string{"canary", "Y2FuYXJ5", "63616e617279"} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the secret is printed: %s", out.String())
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	a, err := deriveKeys(Secret(strings.Repeat("a", 32)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := deriveKeys(Secret(strings.Repeat("b", 32)))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range []keys{a, b} {
		for _, one := range [][]byte{k.access.Seed(), k.refresh, k.device, []byte(k.id)} {
			seen[string(one)] = true
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d different keys, want 8", len(seen))
	}
}
