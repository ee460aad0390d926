package main

import (
	"fmt"
	"net"

	"github.com/plenum-meet/plenum/api"
)

// checkAdmin keeps the admin listener from others, unless they have to show a token.
func (c serveCommand) checkAdmin() error {
	switch n := len(c.AdminToken); {
	case n == 0:
		if err := checkLoopback("--admin-listen", c.AdminListen); err != nil {
			return fmt.Errorf("%w, or set an --admin-token", err)
		}
	case n < api.MinAdminToken:
		return fmt.Errorf("the admin token (--admin-token, PLENUM_ADMIN_TOKEN) has %d bytes and needs at least %d; 'openssl rand -base64 24' makes a good one",
			n, api.MinAdminToken)
	}
	return nil
}

func (c serveCommand) listenAdmin() (net.Listener, error) {
	if err := c.checkAdmin(); err != nil {
		return nil, err
	}
	return listen("--admin-listen", c.AdminListen)
}
