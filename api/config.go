package api

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"runtime"
	"time"
)

// Limits of the public HTTP server, for whoever makes the http.Server around the handler.
const (
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 15 * time.Second
	WriteTimeout      = 30 * time.Second // has no effect on a WebSocket once it is hijacked
	IdleTimeout       = 60 * time.Second
	MaxHeaderBytes    = 16 << 10
)

// Config of the REST API. Secret has no default.
type Config struct {
	// Secret is where the signing keys come from, 32 bytes or more.
	Secret Secret
	// PreviousSecrets are honoured, but no longer signed with, while the secret is being changed.
	PreviousSecrets []Secret
	// Issuer and Audience stand in access tokens.
	Issuer   string
	Audience string

	// PublicURL is where browsers find this server, such as https://meet.example.org. Empty: derived from each request.
	PublicURL string
	// Origins are further web pages that may call the API with credentials; compared exactly.
	Origins []string
	// TrustedProxies may say who the client is (X-Forwarded-For) and whether it came by TLS (X-Forwarded-Proto).
	TrustedProxies []netip.Prefix
	// AdminToken is what the admin listener asks for. Empty: nothing, and it must be on a loopback address.
	AdminToken Secret
	// PublicAdmin lets API keys call the admin API on the public listener too.
	PublicAdmin bool
	// ConnectSources are added to the connect-src of the content security policy: other nodes' WebSocket origins.
	ConnectSources []string

	// SocketURL is told to clients at join: an absolute path, or a whole ws or wss URL.
	SocketURL string
	// ICEServers are told to clients at join. Empty is normal: the server's own address needs none.
	ICEServers []ICEServer
	// Relays are told beside them, with credentials of the participant's own, to whoever may come in. Nil for none.
	// They are for so long where that is more than 0, else for as long as a meeting needs them.
	Relays func(now time.Time, participant string, life time.Duration) []ICEServer `json:"-"`

	AccessLife      time.Duration
	RefreshIdle     time.Duration // a session unused for so long is over
	RefreshAbsolute time.Duration // and one that began so long ago, too
	RefreshGrace    time.Duration // within it a used refresh token gives its successor again
	DeviceLife      time.Duration

	Hashing Hashing
	Limits  Limits
}

// ICEServer is one entry of a browser's RTCConfiguration.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// iceServers are what a participant is told. Who waits to be admitted gets no credentials, a test some for its life.
func (s *Server) iceServers(participant string, admitted bool, life time.Duration) []ICEServer {
	servers := append([]ICEServer{}, s.cfg.ICEServers...)
	if admitted && s.cfg.Relays != nil {
		servers = append(servers, s.cfg.Relays(s.now(), participant, life)...)
	}
	return servers
}

// Hashing says how passwords are hashed with argon2id, and how much of the machine that may take.
type Hashing struct {
	Memory uint32 // KiB
	Passes uint32
	// Workers hash at once; hashing shares the cores with media.
	Workers int
	// Queue may wait for a worker, each for Wait at most.
	Queue int
	Wait  time.Duration
}

// Rate allows Burst at once and refills by Count each Per.
type Rate struct {
	Count int
	Per   time.Duration
	Burst int
}

// Limits hold the rates. Those per address count failures and unauthenticated cost, never successes: an
// office behind one address must be able to bring everybody.
type Limits struct {
	LoginFailuresPerAddress   Rate
	LoginFailuresPerAccount   Rate // from devices where its owner has not signed in before
	RegisterPerAddress        Rate
	RefreshPerFamily          Rate
	RefreshMissesPerAddress   Rate
	CodeMissesPerAddress      Rate
	CodeMissesPerAccount      Rate
	CodeMisses                Rate // on this node: beyond it the operator is warned and misses are answered slowly
	GuestJoinsPerAddress      Rate
	JoinsPerAccount           Rate
	MeetingsPerAccount        Rate
	CallsPerAccount           Rate
	AuditedRefusals           Rate // per address: refused tokens and calls written to the audit log
	ResetsPerAddress          Rate
	ResetsPerAccount          Rate
	ResetMissesPerAddress     Rate
	KeyMissesPerAddress       Rate // API keys that do not exist
	InvitesPerAccount         Rate
	MailsPerAccount           Rate // that invite somebody
	ConnectionTestsPerAddress Rate
	ConnectionTests           Rate // of everybody on this node
	OpenPerAddress            int  // requests being answered at once
	Open                      int
}

// Default is the configuration that works once Secret is set.
func Default() Config {
	return Config{
		Issuer:          "plenum",
		Audience:        "plenum-api",
		SocketURL:       "/ws",
		AccessLife:      15 * time.Minute,
		RefreshIdle:     14 * 24 * time.Hour,
		RefreshAbsolute: 30 * 24 * time.Hour,
		RefreshGrace:    15 * time.Second,
		DeviceLife:      90 * 24 * time.Hour,
		Hashing: Hashing{
			Memory:  64 << 10,
			Passes:  2,
			Workers: min(max(1, runtime.NumCPU()/2), 8),
			Queue:   32,
			Wait:    3 * time.Second,
		},
		Limits: Limits{
			LoginFailuresPerAddress:   Rate{10, time.Minute, 10},
			LoginFailuresPerAccount:   Rate{1, time.Minute, 20},
			RegisterPerAddress:        Rate{5, time.Hour, 5},
			RefreshPerFamily:          Rate{30, time.Minute, 30},
			RefreshMissesPerAddress:   Rate{30, time.Minute, 30},
			CodeMissesPerAddress:      Rate{30, time.Minute, 30},
			CodeMissesPerAccount:      Rate{60, time.Minute, 60},
			CodeMisses:                Rate{100, time.Second, 100},
			GuestJoinsPerAddress:      Rate{120, time.Minute, 600},
			JoinsPerAccount:           Rate{30, time.Minute, 30},
			MeetingsPerAccount:        Rate{10, time.Minute, 10},
			CallsPerAccount:           Rate{20, time.Second, 40},
			AuditedRefusals:           Rate{10, time.Minute, 10},
			ResetsPerAddress:          Rate{5, time.Hour, 5},
			ResetsPerAccount:          Rate{3, time.Hour, 3},
			ResetMissesPerAddress:     Rate{30, time.Minute, 30},
			KeyMissesPerAddress:       Rate{30, time.Minute, 30},
			InvitesPerAccount:         Rate{20, time.Minute, 20},
			MailsPerAccount:           Rate{60, time.Hour, 60},
			ConnectionTestsPerAddress: Rate{8, 30 * time.Second, 8},
			ConnectionTests:           Rate{16, 30 * time.Second, 16},
			OpenPerAddress:            64,
			Open:                      1024,
		},
	}
}

// Minimum of argon2id as OWASP gives it: 19 MiB and two passes.
const (
	minHashMemory = 19 << 10
	minHashPasses = 2
)

// Validate says everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	if len(c.Secret) < minSecret {
		wrong("api secret: %d bytes, needs %d", len(c.Secret), minSecret)
	}
	for _, secret := range c.PreviousSecrets {
		if len(secret) < minSecret {
			wrong("previous api secret: %d bytes, needs %d", len(secret), minSecret)
		}
	}
	if n := len(c.AdminToken); n != 0 && n < MinAdminToken {
		wrong("admin token: %d bytes, needs %d", n, MinAdminToken)
	}
	if c.Issuer == "" || c.Audience == "" {
		wrong("issuer and audience must not be empty")
	}
	if c.PublicURL != "" {
		if _, err := originOf(c.PublicURL); err != nil {
			wrong("public URL %q: %w", c.PublicURL, err)
		}
	}
	for _, o := range c.Origins {
		if err := CheckOrigin(o); err != nil {
			errs = append(errs, err)
		}
	}
	if !validSocketURL(c.SocketURL) {
		wrong("socket URL %q: neither an absolute path nor a ws or wss URL", c.SocketURL)
	}
	for name, d := range map[string]time.Duration{
		"access life": c.AccessLife, "refresh idle life": c.RefreshIdle, "refresh absolute life": c.RefreshAbsolute,
		"device life": c.DeviceLife, "hashing wait": c.Hashing.Wait,
	} {
		if d <= 0 {
			wrong("%s: must be positive", name)
		}
	}
	if c.RefreshGrace < 0 || c.RefreshGrace > time.Minute {
		wrong("refresh grace %s: must lie between 0 and 1 minute", c.RefreshGrace)
	}
	if c.Hashing.Memory < minHashMemory || c.Hashing.Passes < minHashPasses {
		wrong("hashing: %d KiB and %d passes are below the minimum of %d KiB and %d passes",
			c.Hashing.Memory, c.Hashing.Passes, minHashMemory, minHashPasses)
	}
	if c.Hashing.Workers < 1 || c.Hashing.Queue < 0 {
		wrong("hashing: needs at least one worker and no negative queue")
	}
	for name, r := range c.Limits.rates() {
		if r.Count < 1 || r.Burst < 1 || r.Per <= 0 {
			wrong("limit %s: count, burst and time must be positive", name)
		}
	}
	if c.Limits.Open < 1 || c.Limits.OpenPerAddress < 1 {
		wrong("limits on open requests must be positive")
	}
	return errors.Join(errs...)
}

func (l Limits) rates() map[string]Rate {
	return map[string]Rate{
		"login failures per address":   l.LoginFailuresPerAddress,
		"login failures per account":   l.LoginFailuresPerAccount,
		"register per address":         l.RegisterPerAddress,
		"refresh per family":           l.RefreshPerFamily,
		"refresh misses per address":   l.RefreshMissesPerAddress,
		"code misses per address":      l.CodeMissesPerAddress,
		"code misses per account":      l.CodeMissesPerAccount,
		"code misses":                  l.CodeMisses,
		"guest joins per address":      l.GuestJoinsPerAddress,
		"joins per account":            l.JoinsPerAccount,
		"meetings per account":         l.MeetingsPerAccount,
		"calls per account":            l.CallsPerAccount,
		"audited refusals":             l.AuditedRefusals,
		"resets per address":           l.ResetsPerAddress,
		"resets per account":           l.ResetsPerAccount,
		"reset misses per address":     l.ResetMissesPerAddress,
		"key misses per address":       l.KeyMissesPerAddress,
		"invites per account":          l.InvitesPerAccount,
		"mails per account":            l.MailsPerAccount,
		"connection tests per address": l.ConnectionTestsPerAddress,
		"connection tests":             l.ConnectionTests,
	}
}

func validSocketURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "":
		return u.Host == "" && len(u.Path) > 0 && u.Path[0] == '/'
	case "ws", "wss":
		return u.Host != ""
	default:
		return false
	}
}
