package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/sfu/sfutest/bridge"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// bridgeCommand puts a bad link between clients and a server, for tests in which neither knows of it.
type bridgeCommand struct {
	Log logOptions `embed:""`

	Listen  netip.AddrPort `default:"127.0.0.1:7892" placeholder:"IP:PORT" help:"Where clients send their media. Loopback only. Default: ${default}; port 0 takes any that is free."`
	To      netip.AddrPort `default:"127.0.0.1:7882" placeholder:"IP:PORT" help:"The server's media address. Loopback only. Default: ${default}."`
	Control string         `default:"127.0.0.1:7893" placeholder:"HOST:PORT" help:"Where the bridge is steered over HTTP. Loopback only. Default: ${default}."`
	Profile string         `default:"clean" placeholder:"NAME|FILE" help:"The link at first: the name of a kept one, or a file of JSON. Default: ${default}."`
}

// Help says how the bridge is used.
func (bridgeCommand) Help() string {
	return `The server has to name the bridge as the way for media:

    plenum serve --media-address 127.0.0.1 --media-advertise 127.0.0.1:7892
    plenum bridge --profile lossy10

Kept links: ` + strings.Join(link.Names(), ", ") + `.

Each source address has a link of its own. A browser has two: one it sends media on and one it receives on.

    curl -d '{"name":"narrow"}' http://127.0.0.1:7893/profile
    curl -d '{"profile":{"seed":1,"down":{"start":{"delay":20,"loss":0.1}}}}' http://127.0.0.1:7893/profile
    curl -d '{"on":true}' http://127.0.0.1:7893/blackhole
    curl -d '{}' http://127.0.0.1:7893/rebind
    curl http://127.0.0.1:7893/counters

The first three are about everybody, or with "client":"IP:PORT" about one source address; rebind lets clients reach
the server from new ports. In a profile, spans are in ms, rates in bit/s, shares between 0 and 1: delay, jitter,
uniform, reorder, hold, duplicate, echo, loss, burst, rate, bucket, queue, queueBytes, mtu, blackhole. A run in which
less than 95 % of the client's bytes are among the counters proves nothing.`
}

func (c bridgeCommand) Run(ctx context.Context, to terminal) error {
	log := c.Log.logger(to.err, slog.LevelInfo)
	profile, err := c.profile()
	if err != nil {
		return err
	}
	control, err := listenLoopback("--control", c.Control)
	if err != nil {
		return err
	}
	defer func() { _ = control.Close() }()
	b, err := bridge.New(bridge.Config{Listen: c.Listen, Upstream: c.To, Profile: profile}, log)
	if err != nil {
		return inUse(err, c.Listen.String(), "--listen")
	}
	defer b.Close()
	server := &http.Server{Handler: b.Control(), ReadHeaderTimeout: api.ReadHeaderTimeout}
	stop := context.AfterFunc(ctx, func() { server.Close() }) //nolint:errcheck // Serve says what there is to say
	defer stop()
	fmt.Fprintf(to.out, "Bridge from %s to %s, steered at http://%s\n", b.Address(), c.To, control.Addr())
	if err := server.Serve(control); ctx.Err() == nil {
		return fmt.Errorf("the bridge's control: %w", err)
	}
	return nil
}

// profile is a kept one, or read from a file.
func (c bridgeCommand) profile() (link.Profile, error) {
	if !strings.ContainsAny(c.Profile, "./") {
		return link.Named(c.Profile)
	}
	text, err := os.ReadFile(c.Profile)
	if err != nil {
		return link.Profile{}, fmt.Errorf("the link's profile: %w", err)
	}
	return link.Parse(text)
}
