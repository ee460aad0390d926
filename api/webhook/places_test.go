package webhook

import (
	"net/netip"
	"strings"
	"testing"
)

func TestOnlyPublicUnicastAddressesArePublic(t *testing.T) {
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "93.184.215.14", "100.63.255.255", "172.32.0.1", "2606:2800:21f::1", "2a01:4f8::1"} {
		if !public(netip.MustParseAddr(text)) {
			t.Errorf("%s is refused", text)
		}
	}
	for _, text := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
		"2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "4000::1",
		"fe80::1%eth0", "2606::1%eth0",
	} {
		if public(netip.MustParseAddr(text)) {
			t.Errorf("%s is taken for public", text)
		}
	}
	if public(netip.Addr{}) {
		t.Error("no address is taken for public")
	}
}

func TestWhatCannotBePublicIsRefusedAtSetUp(t *testing.T) {
	places, err := NewPlaces([]string{"http://127.0.0.1:9000", "https://hooks.corp.internal", "http://plain.example.org/"})
	if err != nil {
		t.Fatal(err)
	}
	for url, says := range map[string]string{
		"https://hooks.example.org/plenum?key=1":           "",
		"https://hooks.example.org:8443/":                  "",
		"https://HOOKS.example.org":                        "",
		"https://8.8.8.8/":                                 "",
		"https://[2a01:4f8::1]/":                           "",
		"https://xn--bcher-kva.example/":                   "",
		"http://127.0.0.1:9000/hook":                       "", // named
		"https://hooks.corp.internal/":                     "", // named
		"https://HOOKS.corp.internal:443/":                 "", // the same
		"http://plain.example.org:80/x":                    "", // named
		"http://127.0.0.1:9001/hook":                       "must begin with https://",
		"https://127.0.0.1:9000/hook":                      "port must be", // named for http alone
		"https://hooks.corp.internal:8443/":                "not a public one",
		"http://hooks.example.org/":                        "must begin with https://",
		"ftp://hooks.example.org/":                         "must begin with https://",
		"https://hooks.example.org:22/":                    "port must be",
		"https://hooks.example.org:3306/":                  "port must be",
		"https://127.0.0.1/":                               "not a public one",
		"https://127.0.0.1./":                              "not a public one",
		"https://10.1.2.3/":                                "not a public one",
		"https://169.254.169.254/latest":                   "not a public one",
		"https://0.0.0.0/":                                 "not a public one",
		"https://[::1]/":                                   "not a public one",
		"https://[::]/":                                    "not a public one",
		"https://[::ffff:127.0.0.1]/":                      "not a public one",
		"https://[::ffff:7f00:1]/":                         "not a public one",
		"https://[64:ff9b::7f00:1]/":                       "not a public one",
		"https://[fe80::1%25eth0]/":                        "not a public one",
		"https://[fd00:ec2::254]/":                         "not a public one",
		"https://localhost/":                               "not a public one",
		"https://LOCALHOST./":                              "not a public one",
		"https://a.localhost/":                             "not a public one",
		"https://metadata.google.internal/":                "not a public one",
		"https://printer.local/":                           "not a public one",
		"https://2130706433/":                              "number in disguise",
		"https://0x7f000001/":                              "number in disguise",
		"https://0x7f.1/":                                  "number in disguise",
		"https://0177.0.0.1/":                              "number in disguise",
		"https://127.1/":                                   "number in disguise",
		"https://127.0.0.0x1/":                             "number in disguise",
		"https://127.0.0.1.0x/":                            "number in disguise",
		"https://１２７.０.０.１/":                               "Punycode",
		"https://ⓛocalhost/":                               "Punycode",
		"https://user@hooks.example.org/":                  "user name",
		"https://user:password@hooks.example.org":          "user name",
		"https://hooks.example.org@127.0.0.1/":             "user name",
		"https://hooks.example.org/#@127.0.0.1":            "fragment",
		"https://":                                         "not https://host/path",
		"https:///path":                                    "not https://host/path",
		"https:hooks.example.org":                          "not https://host/path",
		"//hooks.example.org/":                             "must begin with https://",
		"hooks.example.org":                                "not https://host/path",
		"https://hooks.example.org\n/":                     "not https://host/path",
		"":                                                 "not https://host/path",
		"https://h.example/" + strings.Repeat("a", maxURL): "longer than",
	} {
		err := places.Check(url)
		switch {
		case says == "" && err != nil:
			t.Errorf("%s is refused: %v", url, err)
		case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("%s: %v, want %q", url, err, says)
		}
	}
}

func TestWhatTheOperatorNamesIsAnOrigin(t *testing.T) {
	for _, text := range []string{"", "127.0.0.1:80", "http://", "ftp://x", "http://user@x", "http://x/path", "http://x?q", "http://x#f", "*"} {
		if _, err := NewPlaces([]string{text}); err == nil {
			t.Errorf("%q is taken for an origin", text)
		}
	}
}
