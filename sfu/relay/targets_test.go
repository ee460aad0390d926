package relay

import (
	"net/netip"
	"slices"
	"testing"
)

func at(texts ...string) (all []netip.AddrPort) {
	for _, text := range texts {
		all = append(all, netip.MustParseAddrPort(text))
	}
	return all
}

func TestTargetsAreOurSocketsByWhatClientsAreTold(t *testing.T) {
	for _, c := range []struct {
		name          string
		told, sockets []netip.AddrPort
		want          map[string]string
	}{
		{"loopback alone", at("127.0.0.1:7"), at("127.0.0.1:7"), map[string]string{"127.0.0.1:7": "127.0.0.1:7"}},
		{"loopback beside others", at("127.0.0.1:7", "10.0.0.5:7", "[::1]:7", "[fd00::5]:7"), at("127.0.0.1:7", "10.0.0.5:7", "[::1]:7", "[fd00::5]:7"), map[string]string{
			"10.0.0.5:7": "10.0.0.5:7", "[fd00::5]:7": "[fd00::5]:7",
		}},
		{"behind a NAT", at("203.0.113.7:7"), at("127.0.0.1:7", "10.0.0.5:7"), map[string]string{"203.0.113.7:7": "10.0.0.5:7"}},
		{"a NAT and the network behind it", at("203.0.113.7:7", "10.0.0.5:7"), at("127.0.0.1:7", "10.0.0.5:7"), map[string]string{
			"10.0.0.5:7": "10.0.0.5:7", "203.0.113.7:7": "127.0.0.1:7",
		}},
		{"two NATs before one socket", at("203.0.113.7:7", "198.51.100.7:7"), at("10.0.0.5:7"), map[string]string{"203.0.113.7:7": "10.0.0.5:7"}},
		{"another family", at("203.0.113.7:7", "[2001:db8::7]:7"), at("10.0.0.5:7"), map[string]string{"203.0.113.7:7": "10.0.0.5:7"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := newTargets(c.told, c.sockets)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.order) != len(c.want) {
				t.Errorf("leads to %v, want %v", got.order, c.want)
			}
			for told, socket := range c.want {
				if at, _ := got.socket(netip.MustParseAddrPort(told)); at.String() != socket {
					t.Errorf("%s leads to %s, want %s", told, at, socket)
				}
			}
			for socket, told := range got.told {
				if !slices.Contains(got.order, told) || got.sockets[told] != socket {
					t.Errorf("what comes from %s is said to come from %s", socket, told)
				}
			}
		})
	}
	if _, err := newTargets(at("[2001:db8::7]:7"), at("10.0.0.5:7")); err == nil {
		t.Error("a relay to nowhere is no error")
	}
}

// forbidden are the ways in which one has tried to get inside.
var forbidden = []string{
	"127.0.0.1", "127.1.2.3", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.5", "169.254.169.254",
	"::ffff:169.254.169.254", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
	"255.255.255.255", "64:ff9b::7f00:1", "64:ff9b::cb00:7107", "2002:7f00:1::1", "fc00::1", "fe80::1", "ff02::1", "203.0.113.8",
}

func TestNoOtherAddressIsPermitted(t *testing.T) {
	targets, err := newTargets(at("203.0.113.7:7", "[2001:db8::7]:7"), at("10.0.0.5:7", "[fd00::5]:7", "127.0.0.1:7"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range forbidden {
		if targets.permits(netip.MustParseAddr(text)) {
			t.Errorf("%s is permitted", text)
		}
	}
	for _, text := range []string{"203.0.113.7", "::ffff:203.0.113.7", "2001:db8::7"} {
		if !targets.permits(netip.MustParseAddr(text)) {
			t.Errorf("%s is not permitted", text)
		}
	}
	if _, ok := targets.socket(netip.MustParseAddrPort("203.0.113.7:3306")); ok {
		t.Error("another port has a socket")
	}
}
