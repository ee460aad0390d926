package api

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
)

// Adjustable are the settings that can change while the server answers; they are those of Config.
type Adjustable struct {
	Origins              []string
	TrustedProxies       []netip.Prefix
	GuestJoinsPerAddress Rate
	RegisterPerAddress   Rate
}

func (c Config) adjustable() Adjustable {
	return Adjustable{c.Origins, c.TrustedProxies, c.Limits.GuestJoinsPerAddress, c.Limits.RegisterPerAddress}
}

// adjusted are the settings that hold, in the form in which each request needs them.
type adjusted struct {
	Adjustable
	address echo.IPExtractor
	scheme  echo.SchemeExtractor
}

// Adjusted are the settings that hold.
func (s *Server) Adjusted() Adjustable { return s.adjusted.Load().Adjustable }

// CheckAdjustable says what is wrong with settings.
func (s *Server) CheckAdjustable(a Adjustable) error {
	cfg := s.cfg
	cfg.Origins, cfg.TrustedProxies = a.Origins, a.TrustedProxies
	cfg.Limits.GuestJoinsPerAddress, cfg.Limits.RegisterPerAddress = a.GuestJoinsPerAddress, a.RegisterPerAddress
	return cfg.Validate()
}

// Adjust takes other settings from the next request on: all of them or, with an error, none. A rate that changes begins anew.
func (s *Server) Adjust(a Adjustable) error {
	if err := s.CheckAdjustable(a); err != nil {
		return err
	}
	s.adjust(a)
	s.limits.guestJoin.change(a.GuestJoinsPerAddress)
	s.limits.register.change(a.RegisterPerAddress)
	return nil
}

func (s *Server) adjust(a Adjustable) {
	now := adjusted{Adjustable: a}
	now.address, now.scheme = extractors(a.TrustedProxies)
	s.adjusted.Store(&now)
}

// extractors say who the client is and how it came: as the connection has it, unless a trusted proxy knows better.
// Echo's own default believes what anybody writes into X-Forwarded-For.
func extractors(trusted []netip.Prefix) (echo.IPExtractor, echo.SchemeExtractor) {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect(), echo.ExtractSchemeDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...), echo.ExtractSchemeFromHeaders(trust...)
}

// change has everybody begin anew with another rate.
func (l *limiter) change(rate Rate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate != rate {
		l.rate = rate
		l.buckets.Purge()
	}
}

// GuestJoins is the rate of so many guests a minute.
func GuestJoins(n int) Rate { return Rate{Count: n, Per: time.Minute, Burst: 5 * n} }

// Registrations is the rate of so many new accounts an hour.
func Registrations(n int) Rate { return Rate{Count: n, Per: time.Hour, Burst: n} }

// CheckOrigin refuses what browsers would not send as the origin of a page.
func CheckOrigin(text string) error {
	exact, err := originOf(text)
	if err != nil {
		return fmt.Errorf("origin %q: %w", text, err)
	}
	if exact != text {
		return fmt.Errorf("origin %q: write it as %q", text, exact)
	}
	return nil
}
