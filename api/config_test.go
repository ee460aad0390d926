package api

import (
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	for _, s := range []struct {
		name   string
		change func(*Config)
		want   string // part of the error; empty for none
	}{
		{"good", func(*Config) {}, ""},
		{"no secret", func(c *Config) { c.Secret = nil }, "api secret: 0 bytes"},
		{"short secret", func(c *Config) { c.Secret = c.Secret[:31] }, "api secret: 31 bytes"},
		{"short previous secret", func(c *Config) { c.PreviousSecrets = []Secret{Secret("x")} }, "previous api secret"},
		{"no issuer", func(c *Config) { c.Issuer = "" }, "issuer"},
		{"public URL", func(c *Config) { c.PublicURL = "https://meet.example.org/" }, ""},
		{"public URL without a scheme", func(c *Config) { c.PublicURL = "meet.example.org" }, "public URL"},
		{"origin", func(c *Config) { c.Origins = []string{"https://a.example", "http://localhost:5173"} }, ""},
		{"origin with a path", func(c *Config) { c.Origins = []string{"https://a.example/"} }, `write it as "https://a.example"`},
		{"origin with the usual port", func(c *Config) { c.Origins = []string{"https://a.example:443"} }, `write it as "https://a.example"`},
		{"origin in capitals", func(c *Config) { c.Origins = []string{"https://A.example"} }, `write it as "https://a.example"`},
		{"any origin", func(c *Config) { c.Origins = []string{"*"} }, "origin"},
		{"null origin", func(c *Config) { c.Origins = []string{"null"} }, "origin"},
		{"socket URL", func(c *Config) { c.SocketURL = "wss://node1.example/ws" }, ""},
		{"socket URL over HTTP", func(c *Config) { c.SocketURL = "https://node1.example/ws" }, "socket URL"},
		{"relative socket URL", func(c *Config) { c.SocketURL = "ws" }, "socket URL"},
		{"no life", func(c *Config) { c.AccessLife = 0 }, "access life"},
		{"endless grace", func(c *Config) { c.RefreshGrace = time.Hour }, "refresh grace"},
		{"weak hashing", func(c *Config) { c.Hashing.Memory = 1024 }, "below the minimum"},
		{"one pass", func(c *Config) { c.Hashing.Passes = 1 }, "below the minimum"},
		{"no workers", func(c *Config) { c.Hashing.Workers = 0 }, "worker"},
		{"no limit", func(c *Config) { c.Limits.CallsPerAccount = Rate{} }, "calls per account"},
		{"nothing open", func(c *Config) { c.Limits.Open = 0 }, "open requests"},
	} {
		t.Run(s.name, func(t *testing.T) {
			cfg := Default()
			cfg.Secret = Secret(strings.Repeat("s", 32))
			s.change(&cfg)
			err := cfg.Validate()
			if s.want == "" && err != nil || s.want != "" && (err == nil || !strings.Contains(err.Error(), s.want)) {
				t.Errorf("%v, want %q", err, s.want)
			}
		})
	}
}
