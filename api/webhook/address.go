package webhook

import "net/netip"

// inside are the ranges of the IANA registries of special-purpose addresses, and multicast, that a request must not reach although
// they look like any other: RFC 6890 and its updates.
var inside = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	// Within 2000::/3: protocol assignments (Teredo, ORCHID), documentation, 6to4, documentation.
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// All of IPv6 that is unicast and public. What carries an IPv4 address (::ffff:0:0/96, 64:ff9b::/96, ::/96) is outside of it.
var globalIPv6 = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		out[i] = netip.MustParsePrefix(text)
	}
	return out
}

// public says whether an address is public unicast.
func public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is4In6() {
		return false
	}
	for _, p := range inside {
		if p.Contains(a) {
			return false
		}
	}
	return a.Is4() || globalIPv6.Contains(a)
}
