package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/cmd/plenum/metrics"
	"github.com/plenum-meet/plenum/cmd/plenum/tracing"
	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/sfu/transport"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/cluster"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/store"
	"github.com/plenum-meet/plenum/webclient"
)

// node is a running server: its parts, and how to stop them.
type node struct {
	// id names this process among the nodes of a cluster.
	id     string
	log    *slog.Logger
	cfg    serveCommand
	public net.Addr
	admin  net.Addr // nil if off
	// relay is nil if there is none inside, relays if clients are told of none.
	relay  *relay.Server
	relays func(now time.Time, participant string, life time.Duration) []api.ICEServer
	// holds are the options that hold now: cfg, but for what has been changed since. Reloading keeps changes apart.
	holds     atomic.Pointer[serveCommand]
	reloading sync.Mutex
	level     *slog.LevelVar // nil if the log cannot be changed
	rest      *api.Server
	signals   *signaling.Server
	// cluster is nil until it is joined, between until other nodes are answered; it ends that.
	cluster *cluster.Cluster
	between func(context.Context) error
	// times are how long things took, for the metrics.
	times    *metrics.Times
	draining atomic.Bool
	traces   *tracing.Provider
	// begun is closed when the start is over, well or not.
	begun chan struct{}
	// failed gets the error of a listener that ended by itself.
	failed chan error
	// stops are run from the last to the first.
	stops []stop
}

// stop ends one part.
type stop struct {
	what string
	do   func(context.Context) error
}

// start brings up all parts in order. If one fails, those before it are stopped again.
func start(ctx context.Context, c serveCommand, log *slog.Logger) (_ *node, err error) {
	n := &node{id: newNodeID(), log: log, cfg: c, failed: make(chan error, 3), begun: make(chan struct{}), times: metrics.NewTimes(), level: levelOf(log)}
	held := c
	n.holds.Store(&held)
	defer close(n.begun)
	defer func() {
		if err != nil {
			n.Stop(context.WithoutCancel(ctx))
		}
	}()

	if err := checkDrainWait(c.DrainWait); err != nil {
		return nil, err
	}
	if err := c.Cluster.validate(c.Secret); err != nil {
		return nil, err
	}
	assets, err := webclient.Assets()
	if err != nil {
		return nil, err
	}
	if err := n.startTracing(); err != nil {
		return nil, err
	}
	records, err := c.Storage.openWith(ctx, log, func(cfg *store.Config) { cfg.Asked, cfg.Renew = n.times.Asked, c.renewed() })
	if err != nil {
		return nil, err
	}
	n.onStop("store", func(context.Context) error { return records.Close() })
	if err := records.MigrateUp(ctx); err != nil {
		return nil, fmt.Errorf("the database cannot be brought up to date: %w", err)
	}
	secret, err := loadSecret(c.Secret, c.Storage.Data)
	if err != nil {
		return nil, err
	}
	before, err := previousSecrets(c.PreviousSecret)
	if err != nil {
		return nil, err
	}
	webhooks, err := n.startWebhooks(records, slices.Insert(asBytes(before), 0, []byte(secret))...)
	if err != nil {
		return nil, err
	}
	// A new boot id at each start: a grant of the last one is worth nothing now.
	keys, err := grant.NewKeys(secret, n.id, rand.Text(), asBytes(before)...)
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}

	web, turn, err := c.secured(time.Now(), log)
	if err != nil {
		return nil, err
	}
	// Sockets before servers: a port in use is found before anything else is begun.
	listener, err := listen("--listen", c.Listen)
	if err != nil {
		return nil, err
	}
	n.onStop("public listener", closing(listener))
	if web != nil {
		listener = tls.NewListener(listener, web)
	}
	n.public = listener.Addr()
	var admin net.Listener
	if c.AdminListen != "off" {
		if admin, err = c.listenAdmin(); err != nil {
			return nil, err
		}
		n.onStop("admin listener", closing(admin))
		n.admin = admin.Addr()
	}
	link, between, err := n.listenBetween(secret, before)
	if err != nil {
		return nil, err
	}
	if c.PublicAddress, err = c.publicAddresses(ctx, log); err != nil {
		return nil, err
	}
	media, err := transport.New(c.mediaConfig(), log)
	if err != nil {
		return nil, inUse(err, fmt.Sprintf("media port %d", c.MediaPort), "--media-port")
	}
	n.onStop("media sockets", func(context.Context) error { media.Close(); return nil })
	forwarding := sfu.Default()
	forwarding.FirstPicture = n.times.FirstPicture
	forwarder, err := sfu.NewServer(forwarding, media, log)
	if err != nil {
		return nil, err
	}
	n.onStop("media server", func(context.Context) error { forwarder.Close(); return nil })

	origins, err := c.origins(netip.MustParseAddrPort(n.public.String()))
	if err != nil {
		return nil, err
	}
	n.onStop("nodes", n.leaveCluster)
	signals, err := n.startSignaling(origins, records, forwarder, keys)
	if err != nil {
		return nil, err
	}
	n.signals = signals
	gauge := metrics.NewGauge(time.Now(), forwarder, signals)
	cfg := api.Default()
	cfg.Limits = c.rates(cfg.Limits)
	cfg.AdminToken, cfg.PublicAdmin = api.Secret(c.AdminToken), c.AdminPublic
	cfg.Secret, cfg.PreviousSecrets, cfg.PublicURL, cfg.Origins, cfg.TrustedProxies = secret, before, c.PublicURL, c.Origin, c.TrustedProxy
	if n.relays, err = n.startRelay(media, secret, turn, signals.HasMedia); err != nil {
		return nil, err
	}
	cfg.Relays = n.relays
	mailer, err := c.mailer()
	if err != nil {
		return nil, err
	}
	seen := metrics.Parts{Media: forwarder, Transport: media, Gauge: gauge, Relay: n.relay, Webhooks: webhooks, Signaling: signals, Pool: records.Pool, Version: versionOf(version)}
	if err := n.joinCluster(ctx, between, gauge); err != nil {
		return nil, err
	}
	seen.Cluster = n.cluster
	rest, err := api.New(cfg, api.Parts{
		Metrics: metrics.Handler(seen, n.times), Checks: n.checks(media), Answered: n.times.Answered, Level: n.level, Reload: n.reload, Tracer: n.traces.Tracer("api"),
		Mailer: mailer, Webhooks: webhooks, Store: records, Signaling: signals, Grants: keys, Cluster: n.cluster, Link: link, Web: assets, Debug: rooms{seen}, Draining: &n.draining, Log: log, Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	n.rest = rest
	n.onStop("mail", func(context.Context) error { rest.Close(); return nil })
	// Stopping begins with the end of this list: nobody new comes in, requests are answered, then WebSockets, which
	// are no longer the HTTP server's, are told good-bye, and then media ends.
	if between != nil {
		n.between = n.serve("HTTP between nodes", between, rest.Between())
	}
	n.onStop("public HTTP", n.serve("public HTTP", listener, rest.Public()))
	if admin != nil {
		n.onStop("admin HTTP", n.serve("admin HTTP", admin, rest.Admin()))
	}
	return n, nil
}

func (n *node) startSignaling(origins []string, records *store.Store, media *sfu.Server, keys *grant.Keys) (*signaling.Server, error) {
	cfg := signaling.Default(n.id)
	// Behind trusted proxies the API has put the client's address in place already.
	cfg.Origins, cfg.Mine, cfg.Emptied = origins, n.mine, n.release
	cfg.Joined, cfg.Tracer = n.times.Joined, n.traces.Tracer("signaling")
	limits := n.cfg.adjustableSignals(origins)
	cfg.MaxSockets, cfg.MaxRooms, cfg.Room.MaxParticipants, cfg.Room.ResumeFor = limits.MaxSockets, limits.MaxRooms, limits.MaxParticipants, limits.ResumeFor
	cfg.Relays, cfg.Removed = n.admittedRelays, n.sendAway
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	signals := signaling.NewServer(cfg, records, media, keys, n.log)
	n.onStop("signaling", func(ctx context.Context) error { signals.Close(ctx); return nil })
	return signals, nil
}

// serve answers HTTP on a listener until it is told to stop.
func (n *node) serve(what string, listener net.Listener, handler http.Handler) (stop func(context.Context) error) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: api.ReadHeaderTimeout,
		ReadTimeout:       api.ReadTimeout,
		WriteTimeout:      api.WriteTimeout,
		IdleTimeout:       api.IdleTimeout,
		MaxHeaderBytes:    api.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(n.log.Handler(), slog.LevelDebug),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			n.failed <- fmt.Errorf("%s: %w", what, err)
		}
	}()
	return func(ctx context.Context) error {
		err := server.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		<-ended
		return err
	}
}

func (n *node) onStop(what string, do func(context.Context) error) {
	n.stops = append(n.stops, stop{what, do})
}

// Stop ends all parts, the last one begun first. Those that wait for somebody wait no longer than ctx.
func (n *node) Stop(ctx context.Context) {
	n.drain()
	for _, s := range slices.Backward(n.stops) {
		if err := s.do(ctx); err != nil {
			n.log.Warn("stopping", "part", s.what, "error", err)
		}
	}
	n.stops = nil
}

// URL is what a person opens.
func (n *node) URL() string {
	if n.cfg.PublicURL != "" {
		return n.cfg.PublicURL
	}
	address := netip.MustParseAddrPort(n.public.String())
	if address.Addr().IsLoopback() || address.Addr().IsUnspecified() {
		return fmt.Sprintf("%s://localhost:%d", n.cfg.scheme(), address.Port())
	}
	return n.cfg.scheme() + "://" + address.String()
}

// AdminURL is where the operator looks; empty if the admin listener is off.
func (n *node) AdminURL() string {
	if n.admin == nil {
		return ""
	}
	return "http://" + n.admin.String()
}
