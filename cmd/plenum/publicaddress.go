package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/sfu/relay"
)

// stunWithin is how long a STUN server has to answer. It is asked again meanwhile.
const stunWithin = 3 * time.Second

// publicAddresses are those that were given and those at which the STUN server, if one is named, sees us.
func (c serveCommand) publicAddresses(ctx context.Context, log *slog.Logger) ([]netip.Addr, error) {
	if c.PublicSTUN == "" {
		return c.PublicAddress, nil
	}
	seen, err := c.seenFromOutside(ctx)
	if err != nil {
		return nil, fmt.Errorf("the public address cannot be found out (--public-stun): %w", err)
	}
	public := slices.Clone(c.PublicAddress)
	for _, at := range seen {
		if problem := wrongAddress(c.PublicAddress, at, c.MediaPort); problem != "" {
			log.Warn(problem)
		}
		if !slices.Contains(public, at.Addr()) {
			public = append(public, at.Addr())
		}
	}
	log.Info("the media port is seen from outside", "at", seen)
	return public, nil
}

// seenFromOutside asks the STUN server from the media port, by each family of addresses that we have. One is enough.
func (c serveCommand) seenFromOutside(ctx context.Context) ([]netip.AddrPort, error) {
	var seen []netip.AddrPort
	var errs []error
	for _, from := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		if len(c.MediaAddress) > 0 {
			i := slices.IndexFunc(c.MediaAddress, func(a netip.Addr) bool { return a.Is4() == from.Is4() })
			if i < 0 {
				continue
			}
			from = c.MediaAddress[i]
		}
		within, cancel := context.WithTimeout(ctx, stunWithin)
		at, err := relay.Mapped(within, netip.AddrPortFrom(from, c.MediaPort), c.PublicSTUN)
		cancel()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		seen = append(seen, at)
	}
	if len(seen) == 0 {
		return nil, errors.Join(errs...)
	}
	return seen, nil
}

// wrongAddress says in one sentence what clients outside would stumble over: told are the public addresses that were given,
// and the media port is seen at another, or as another port. Empty if all is well.
func wrongAddress(told []netip.Addr, seen netip.AddrPort, port uint16) string {
	var family []string
	for _, address := range told {
		if address.Is4() == seen.Addr().Is4() {
			family = append(family, address.String())
		}
	}
	switch {
	case len(family) > 0 && !slices.Contains(family, seen.Addr().String()):
		return fmt.Sprintf("--public-address says %s, but this server is seen at %s from outside: clients there will not find its media; correct it, or leave it to --public-stun",
			strings.Join(family, " and "), seen.Addr())
	case port != 0 && seen.Port() != port:
		return fmt.Sprintf("the NAT in front of this server turns its media port %d into %d: forward port %d to it unchanged, UDP and TCP", port, seen.Port(), port)
	}
	return ""
}
