package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/sfu/transport"
)

// stopWithin is how long a server that is told to stop may take over saying good-bye.
const stopWithin = 10 * time.Second

// usualLevel is what a server logs from.
const usualLevel = slog.LevelInfo

// serveCommand is everything that can be said about a server from outside.
type serveCommand struct {
	Storage storageOptions `embed:""`
	Log     logOptions     `embed:""`

	Listen      string   `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where browsers connect (HTTP and WebSocket). Default: ${default}, which can be reached from this machine alone: browsers give camera and microphone to pages on localhost or behind TLS only. Behind a proxy that ends TLS, use for example :8080."`
	AdminListen string   `default:"127.0.0.1:9090" placeholder:"HOST:PORT" help:"Where the operator looks: /metrics, /readyz, /debug/load, /debug/rooms, /debug/transport and /debug/pprof. A loopback address, unless there is an --admin-token; 'off' closes it. Default: ${default}."`
	AdminToken  string   `secret:"" placeholder:"TEXT" help:"What the admin listener asks for, as 'Authorization: Bearer TEXT', at least 16 bytes. Better set in the environment, as PLENUM_ADMIN_TOKEN. Default: nothing, on a loopback address."`
	AdminPublic bool     `help:"Answer the admin API (/api/admin/) on the public listener too, to whoever shows an API key. Default: on the admin listener alone."`
	PublicURL   string   `name:"public-url" placeholder:"URL" help:"How people reach this server, for example https://meet.example.org. Default: what each request was sent to."`
	Origin      []string `placeholder:"URL" help:"Further web pages that may use this server, each as scheme://host[:port]. None by default: only the server's own pages may."`

	TrustedProxy []netip.Prefix `placeholder:"CIDR" help:"Networks of proxies that may say who the client is (X-Forwarded-For, X-Forwarded-Proto), for example 10.0.0.0/8. None by default."`

	MediaPort     uint16       `default:"7882" placeholder:"PORT" help:"Port of all media, UDP and TCP. Default: ${default}. Open both in the firewall. 0 takes any that is free."`
	MediaAddress  []netip.Addr `placeholder:"IP" help:"Addresses of this machine on which media arrives. Default: all of them."`
	PublicAddress []netip.Addr `placeholder:"IP" help:"Addresses told to clients for media, for a server behind NAT or in a container. Default: the addresses of this machine."`

	PublicSTUN string `name:"public-stun" placeholder:"HOST:PORT" help:"STUN server that is asked at the start for the addresses at which it sees the media port, told to clients beside --public-address. Default: none is asked."`

	MediaAdvertise netip.AddrPort `placeholder:"IP:PORT" help:"Told to clients as the one way for media, UDP alone, in place of this machine's addresses and port: for tests through 'plenum bridge'."`

	Cluster clusterOptions `embed:""`

	TLS  tlsOptions  `embed:""`
	TURN turnOptions `embed:""`

	GuestJoins int `default:"120" placeholder:"N" help:"Guests that may come in from one address in a minute, five times as many at once. Default: ${default}. Raise it for load tests from one machine, and for halls behind one address."`

	Limits limitOptions `embed:""`

	ResumeWindow time.Duration `default:"20s" placeholder:"TIME" help:"How long the place of somebody who lost the connection is kept, with their media, before others see them leave. At most 10m; 0 keeps none. Default: ${default}."`

	TraceEndpoint string  `placeholder:"URL" help:"Collector of OpenTelemetry that spans of requests, messages and joins are sent to (OTLP over HTTP, JSON), for example http://127.0.0.1:4318. Default: nothing is traced."`
	TraceRatio    float64 `default:"0.1" placeholder:"SHARE" help:"Share of requests that are traced, between 0 and 1. Default: ${default}."`

	DrainWait time.Duration `default:"0s" placeholder:"TIME" help:"How long the server goes on after it was told to stop, while /readyz answers 503, so that load balancers send nobody new. At most 5m. Default: ${default}."`

	SMTP     string `name:"smtp" secret:"" placeholder:"URL" help:"Mail server for links to a new password and for invitations, as smtp://user:password@host:587 or smtps://user:password@host:465. Needs --public-url. Better set in the environment, as PLENUM_SMTP. Default: no mail is sent."`
	MailFrom string `default:"Plenum <plenum@localhost>" placeholder:"ADDRESS" help:"Sender of mail. Default: ${default}."`

	WebhookAllow []string `placeholder:"URL" help:"Places that webhooks may lead to although they are inside or without TLS, each as scheme://host[:port], for example http://10.0.0.5:9000. None by default: only public addresses, by HTTPS, on ports 443, 8443 and 80."`

	// reread gives the options anew; nil where they cannot be read again.
	reread rereading

	Secret string `secret:"" placeholder:"TEXT" help:"What signs sign-ins and tickets, at least 32 bytes. Better set in the environment, as PLENUM_SECRET. Default: made at the first start and kept in the data directory, in the file 'secret'."`

	PreviousSecret []string `secret:"" sep:"\n" placeholder:"TEXT" help:"Secrets whose signatures are still good, though nothing is signed with them any more: what was --secret before, so that changing it signs nobody out. Several in lines of their own, better in a file that PLENUM_PREVIOUS_SECRET_FILE names. Default: none."`
}

// mediaConfig is the transport's own configuration with what was given on the command line.
func (c serveCommand) mediaConfig() transport.Config {
	cfg := transport.Default()
	cfg.Port = c.MediaPort
	cfg.Addresses = c.MediaAddress
	cfg.Public = c.PublicAddress
	if c.MediaAdvertise.IsValid() {
		cfg.Advertise, cfg.TCP = c.MediaAdvertise, false
	}
	return cfg
}

// mailer is nil without a mail server.
func (c serveCommand) mailer() (api.Mailer, error) {
	if c.SMTP == "" {
		return nil, nil
	}
	if c.PublicURL == "" {
		return nil, errors.New("--smtp needs --public-url: mail has links in it")
	}
	server, err := api.ParseSMTP(c.SMTP, c.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("--smtp: %w", err)
	}
	return server, nil
}

func (c serveCommand) Run(ctx context.Context, to terminal, again rereading) error {
	collectSooner()
	c.reread = again
	// Before anything else: by itself this signal ends a program.
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	defer signal.Stop(hangUps)
	log := c.Log.logger(to.err, usualLevel)
	running, err := start(ctx, c, log)
	if err != nil {
		return err
	}
	fmt.Fprintf(to.out, "Plenum is ready: open %s\n", running.URL())

	failure := running.untilTold(ctx, hangUps)
	// The context that told us to stop is over; saying good-bye has a time of its own.
	good, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	running.Stop(good)
	return failure
}

// untilTold returns when the server is told to stop and has gone on for as long as it should, or with the error of a listener. Told to
// read its options again (SIGHUP) it does that.
func (n *node) untilTold(ctx context.Context, again <-chan os.Signal) error {
	for {
		select {
		case <-again:
			n.reload()
		case <-ctx.Done():
			wait := n.holds.Load().DrainWait
			n.log.Info("stopping; a second signal ends at once", "after", wait)
			n.drain()
			return n.goOn(wait)
		case failure := <-n.failed:
			n.log.Error("stopping, for a listener failed", "error", failure)
			return failure
		}
	}
}
