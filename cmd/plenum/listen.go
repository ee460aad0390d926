package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"syscall"

	"github.com/plenum-meet/plenum/api"
)

// listen opens a TCP listener, or says in one sentence why not and which option helps.
func listen(option, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, inUse(err, address, option)
	}
	return listener, nil
}

// listenLoopback refuses addresses that others can reach.
func listenLoopback(option, address string) (net.Listener, error) {
	if err := checkLoopback(option, address); err != nil {
		return nil, err
	}
	return listen(option, address)
}

// inUse tells the two common ways in which a socket cannot be had.
func inUse(err error, what, option string) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s is in use by another program: stop that one, or choose another with %s", what, option)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s may not be used by this account: choose a port above 1023 with %s", what, option)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// closing stops a listener; one that its server has closed already is no error.
func closing(listener net.Listener) func(context.Context) error {
	return func(context.Context) error {
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// checkAddress finds out whether a listener can be asked for at an address, without asking.
func checkAddress(option, address string) error {
	if _, err := net.ResolveTCPAddr("tcp", address); err != nil {
		return fmt.Errorf("%s %s is not of the form host:port: %w", option, address, err)
	}
	return nil
}

// checkLoopback refuses addresses that others can reach.
func checkLoopback(option, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s %s is not of the form host:port: %w", option, address, err)
	}
	ip, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s %s could be reached by others: use a loopback address, such as 127.0.0.1:9090", option, address)
	}
	return nil
}

// origins are the web pages that may open a WebSocket to a server that listens at public. None means: those that came from
// where the socket goes.
func (c serveCommand) origins(public netip.AddrPort) ([]string, error) {
	for _, origin := range c.Origin {
		if err := api.CheckOrigin(origin); err != nil {
			return nil, fmt.Errorf("--origin: %w", err)
		}
	}
	var own []string
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("--public-url %s is not of the form https://host", c.PublicURL)
		}
		own = append(own, u.Scheme+"://"+u.Host)
	}
	if public.Addr().IsLoopback() {
		own = append(own, fmt.Sprintf("%s://localhost:%d", c.scheme(), public.Port()), c.scheme()+"://"+public.String())
	}
	switch {
	case len(c.Origin) == 0 && c.PublicURL == "":
		return nil, nil
	case len(own) == 0:
		return nil, errors.New("--origin needs --public-url beside it, or the server's own pages would be shut out")
	}
	return append(own, c.Origin...), nil
}

// scheme is how browsers that come without a proxy connect.
func (c serveCommand) scheme() string {
	if c.TLS.on() {
		return "https"
	}
	return "http"
}
