package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// standardPorts are those that a request may go to, unless the operator has named the place.
var standardPorts = []string{"80", "443", "8443"}

const maxURL = 2048

// Places says where webhooks may lead: to public addresses by HTTPS, and to the origins that the operator names, wherever these are.
type Places struct {
	allowed, ports []string
}

// NewPlaces takes origins as scheme://host[:port], which may be inside or without TLS.
func NewPlaces(allowed []string) (Places, error) {
	p := Places{ports: standardPorts}
	for _, text := range allowed {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.User != nil || strings.TrimSuffix(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
			u.Scheme != "http" && u.Scheme != "https" {
			return Places{}, fmt.Errorf("%q is not http(s)://host[:port]", text)
		}
		p.allowed = append(p.allowed, originOf(u))
	}
	return p, nil
}

// originOf is a URL without its path, in one form.
func originOf(u *url.URL) string {
	return strings.ToLower(u.Scheme + "://" + u.Hostname() + ":" + portOf(u))
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

// Check says in a sentence why a webhook cannot have a URL.
func (p Places) Check(text string) error {
	_, _, err := p.parse(text)
	return err
}

// parse also says whether the operator has named the place.
func (p Places) parse(text string) (u *url.URL, named bool, err error) {
	if len(text) > maxURL {
		return nil, false, fmt.Errorf("the URL is longer than %d bytes", maxURL)
	}
	u, err = url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Opaque != "" {
		return nil, false, errors.New("the URL is not https://host/path")
	}
	if u.User != nil {
		return nil, false, errors.New("the URL must not hold a user name or a password")
	}
	if u.Fragment != "" {
		return nil, false, errors.New("the URL must not have a fragment (#)")
	}
	if slices.Contains(p.allowed, originOf(u)) {
		return u, true, nil
	}
	if u.Scheme != "https" {
		return nil, false, errors.New("the URL must begin with https://")
	}
	if !slices.Contains(p.ports, portOf(u)) {
		return nil, false, errors.New("the port must be 443, 8443 or 80")
	}
	return u, false, checkHost(u.Hostname())
}

var errInside = errors.New("the address is not a public one; the operator can allow it with --webhook-allow")

// checkHost refuses hosts that cannot be public whatever they resolve to. What the rest resolves to is checked at each connection.
func checkHost(host string) error {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if address, err := netip.ParseAddr(host); err == nil {
		if !public(address) {
			return errInside
		}
		return nil
	}
	if strings.ContainsFunc(host, func(r rune) bool {
		return r != '.' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}) {
		return errors.New("the host must be a name of letters, digits, dots and hyphens; write others in Punycode (xn--)")
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case endsInNumber(last):
		return errors.New("the host is a number in disguise: write an address as four decimal numbers, or a name")
	case last == "localhost" || last == "local" || last == "internal" || last == "":
		return errInside
	}
	return nil
}

// endsInNumber is how browsers tell an IPv4 address in any of its spellings: https://url.spec.whatwg.org/#ends-in-a-number-checker
func endsInNumber(last string) bool {
	hex, isHex := strings.CutPrefix(last, "0x")
	digits := func(text, set string) bool { return strings.Trim(text, set) == "" }
	return last != "" && digits(last, "0123456789") || isHex && digits(hex, "0123456789abcdef")
}
