package webhook

import (
	"errors"
	"net"
	"time"
)

// Config of the courier.
type Config struct {
	Policy Policy
	// Allowed are origins that may be inside or without TLS.
	Allowed []string
	// PerWebhook and Together bound the requests that are under way at once.
	PerWebhook, Together int
	// ClaimFor is how long a delivery belongs to the process that took it: longer than an attempt takes.
	ClaimFor time.Duration
	// LookEvery is how often the database is asked for what another process has stored.
	LookEvery time.Duration
	// RetryFirst and RetryMost are the first and the longest wait before the database is tried again.
	RetryFirst, RetryMost time.Duration
	// TidyEvery is how often deliveries are deleted, KeepFor how old a finished one grows, KeepFinished and KeepPending how many of
	// one webhook there are at most.
	TidyEvery, KeepFor        time.Duration
	KeepFinished, KeepPending int
	// Resolver finds addresses; nil is the system's.
	Resolver *net.Resolver
	// Now is the clock.
	Now func() time.Time
}

// Default has the figures for a node.
func Default() Config {
	return Config{
		Policy:     DefaultPolicy(),
		PerWebhook: 4, Together: 32,
		ClaimFor:   time.Minute,
		LookEvery:  15 * time.Second,
		RetryFirst: time.Second, RetryMost: 30 * time.Second,
		TidyEvery: 10 * time.Minute, KeepFor: 14 * 24 * time.Hour, KeepFinished: 5000, KeepPending: 20_000,
		Now: time.Now,
	}
}

// Validate says what is wrong with the configuration.
func (c Config) Validate() error {
	if c.PerWebhook <= 0 || c.Together < c.PerWebhook || c.KeepFinished <= 0 || c.KeepPending <= 0 {
		return errors.New("webhook: every limit must be positive, and one webhook's no higher than all together")
	}
	if c.ClaimFor <= timeout || c.LookEvery <= 0 || c.RetryFirst <= 0 || c.RetryMost < c.RetryFirst || c.TidyEvery <= 0 || c.KeepFor <= 0 || c.Now == nil {
		return errors.New("webhook: every time must be positive, and a claim longer than an attempt")
	}
	if _, err := NewPlaces(c.Allowed); err != nil {
		return err
	}
	return c.Policy.Validate()
}
