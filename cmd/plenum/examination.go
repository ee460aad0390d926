package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/sfu/transport"
	"github.com/plenum-meet/plenum/signaling/cluster"
)

const (
	// askWithin is how long a doctor waits for any one answer.
	askWithin = 5 * time.Second
	patient   = "doctor" // the participant that a doctor is to a TURN server
)

// examine measures everything. Nothing of it changes a server that runs.
func (c doctorCommand) examine(ctx context.Context) facts {
	server := c.Server
	f := facts{now: time.Now(), files: fileLimit(), buffers: bufferLimits()}
	runs := server.runs(ctx)
	f.ports = server.examinePorts(runs)
	f.public = server.examinePublic(ctx, f.ports)
	f.turn = server.examineTURN(ctx, runs)
	if f.clock.server = c.Clock; c.Clock != "" {
		f.clock.ahead, f.clock.err = ahead(ctx, c.Clock)
	}
	f.database = server.examineDatabase(ctx)
	if server.Cluster.NATSURL != "" {
		f.nats = server.examineNATS(ctx)
	}
	f.batching = examineBatching()
	f.certificate = server.examineCertificate(f.now)
	return f
}

// runs tells whether a Plenum answers where this one would listen.
func (c serveCommand) runs(ctx context.Context) bool {
	address, err := net.ResolveTCPAddr("tcp", c.Listen)
	if err != nil || address.Port == 0 {
		return false
	}
	at := address.AddrPort()
	host := at.Addr().Unmap()
	if !at.Addr().IsValid() || host.IsUnspecified() {
		host = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.scheme()+"://"+netip.AddrPortFrom(host, at.Port()).String()+"/healthz", nil)
	if err != nil {
		return false
	}
	// Who answers is asked, not trusted: the certificate has another name than the address.
	answer, err := (&http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}).RoundTrip(request) //nolint:gosec // nothing is told
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	return err == nil && answer.StatusCode == http.StatusOK && strings.Contains(string(text), `"status":"ok"`)
}

// examinePorts tries to have each port. What a running Plenum has is ours.
func (c serveCommand) examinePorts(runs bool) (ports []portFacts) {
	try := func(network, host string, port uint16, what, option string) {
		if port == 0 {
			return
		}
		err := tryPort(network, net.JoinHostPort(host, strconv.Itoa(int(port))))
		ours := runs && errors.Is(err, syscall.EADDRINUSE)
		if err != nil {
			err = inUse(err, what, option)
		}
		ports = append(ports, portFacts{what: what, option: option, err: err, ours: ours})
	}
	if host, port, err := net.SplitHostPort(c.Listen); err == nil {
		try("tcp", host, portNumber(port), "the address "+c.Listen, "--listen")
	}
	if host, port, err := net.SplitHostPort(c.AdminListen); err == nil {
		try("tcp", host, portNumber(port), "the address "+c.AdminListen, "--admin-listen")
	}
	if host, port, err := net.SplitHostPort(c.Cluster.NodeListen); err == nil && c.Cluster.NATSURL != "" {
		try("tcp", host, portNumber(port), "the address "+c.Cluster.NodeListen, "--node-listen")
	}
	for _, host := range c.mediaHosts() {
		for _, network := range []string{"udp", "tcp"} {
			try(network, host, c.MediaPort, fmt.Sprintf("the media port %s/%s", net.JoinHostPort(host, strconv.Itoa(int(c.MediaPort))), network), "--media-port")
		}
		if !c.relays() {
			continue
		}
		for _, network := range []string{"udp", "tcp"} {
			try(network, host, c.TURN.TurnPort, fmt.Sprintf("the TURN port %d/%s", c.TURN.TurnPort, network), "--turn-port")
		}
		if c.TLS.on() {
			try("tcp", host, c.TURN.TurnTLSPort, fmt.Sprintf("the TURN port %d/tls", c.TURN.TurnTLSPort), "--turn-tls-port")
		}
	}
	return ports
}

func portNumber(text string) uint16 {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(port)
}

// mediaHosts are where media is listened on; the empty one is everywhere.
func (c serveCommand) mediaHosts() []string {
	if len(c.MediaAddress) == 0 {
		return []string{""}
	}
	return texts(c.MediaAddress)
}

// relays tells whether the TURN server inside would run.
func (c serveCommand) relays() bool {
	address, err := net.ResolveTCPAddr("tcp", c.Listen)
	return err == nil && !c.MediaAdvertise.IsValid() && c.TURN.embedded(address.AddrPort(), c.PublicURL)
}

func tryPort(network, address string) error {
	if network == "udp" {
		conn, err := net.ListenPacket(network, address)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	return listener.Close()
}

// examinePublic asks the STUN server from the media port, or from another if that is taken.
func (c serveCommand) examinePublic(ctx context.Context, ports []portFacts) publicFacts {
	f := publicFacts{server: c.PublicSTUN, told: c.PublicAddress, port: c.MediaPort}
	if c.PublicSTUN == "" {
		return f
	}
	for _, port := range ports {
		if port.option == "--media-port" && port.err != nil {
			c.MediaPort, f.port = 0, 0
		}
	}
	f.seen, f.err = c.seenFromOutside(ctx)
	return f
}

// examineTURN has a relay by each way that clients are told of.
func (c serveCommand) examineTURN(ctx context.Context, runs bool) (all []turnFacts) {
	if len(c.TURN.TurnURL) > 0 {
		told := c.TURN.elsewhere(time.Now(), patient, 0)[0]
		for _, each := range told.URLs {
			all = append(all, examineWay(ctx, each, told.Username, told.Credential, nil))
		}
		return all
	}
	if !c.relays() {
		return nil
	}
	_, secure, err := c.secured(time.Now(), slog.New(slog.DiscardHandler))
	if err != nil {
		secure = nil // said of the certificate
	}
	secret, err := loadSecret(c.Secret, c.Storage.Data)
	if err != nil {
		return []turnFacts{{err: err}}
	}
	host := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if len(c.MediaAddress) > 0 {
		host = c.MediaAddress[0]
	}
	port, tlsPort := c.TURN.TurnPort, c.TURN.TurnTLSPort
	if secure == nil {
		tlsPort = 0
	}
	if !runs {
		// As the server would open it, with a socket of ours for its media.
		opened, err := relay.New(relay.Config{
			Port: port, TLSPort: tlsPort, TLS: secure, Told: []netip.AddrPort{netip.AddrPortFrom(host, 9)}, Sockets: []netip.AddrPort{netip.AddrPortFrom(host, 9)},
			Secret: relay.SecretFrom(secret), Quota: 12, Inside: func(string) bool { return false },
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			return []turnFacts{{err: err}}
		}
		defer opened.Close()
		port, tlsPort = opened.Port(), opened.TLSPort()
	}
	username, password := relay.Credential(relay.SecretFrom(secret), patient, time.Now().Add(time.Minute))
	for _, each := range turnURLs([]string{host.String()}, port, tlsPort) {
		// That the certificate has the right names is looked at by itself.
		all = append(all, examineWay(ctx, each, username, password, &tls.Config{InsecureSkipVerify: true})) //nolint:gosec // our own server
	}
	return all
}

// examineWay has a relay by one TURN URL and gives it back.
func examineWay(ctx context.Context, text, username, password string, secure *tls.Config) turnFacts {
	f := turnFacts{url: text}
	u, err := url.Parse(text)
	if err != nil {
		f.err = err
		return f
	}
	way, port := relay.OverUDP, "3478"
	switch {
	case u.Scheme == "turns":
		way, port = relay.OverTLS, "5349"
	case u.RawQuery == "transport=tcp":
		way = relay.OverTCP
	}
	server := u.Opaque
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, port)
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	began := time.Now()
	client, err := relay.Allocate(ctx, way, server, username, password, secure)
	if err != nil {
		f.err = err
		return f
	}
	f.took = time.Since(began)
	client.Close()
	return f
}

func (c serveCommand) examineNATS(ctx context.Context) *natsFacts {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	f := &natsFacts{sqlite: !strings.HasPrefix(c.Storage.Database, "mysql:")}
	f.took, f.err = cluster.Try(ctx, c.Cluster.config(patient))
	return f
}

func (c serveCommand) examineDatabase(ctx context.Context) (f databaseFacts) {
	records, err := c.Storage.open(ctx, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		f.err = err
		return f
	}
	defer records.Close()
	began := time.Now()
	if f.err = records.Ping(ctx); f.err != nil {
		return f
	}
	f.took = time.Since(began)
	steps, err := records.MigrationStatus(ctx)
	f.err, f.wanted = err, len(steps)
	for _, step := range steps {
		if !step.AppliedAt.IsZero() {
			f.taken++
		}
	}
	return f
}

// examineBatching opens a media socket as the server would, at a port that is free.
func examineBatching() batchingFacts {
	f := batchingFacts{linux: runtime.GOOS == "linux"}
	media, err := transport.New(transport.Config{Addresses: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}}, slog.New(slog.DiscardHandler))
	if err != nil {
		f.err = err
		return f
	}
	defer media.Close()
	for _, socket := range media.Snapshot().Sockets {
		f.method, f.merges = string(socket.Method), mergesDatagrams()
	}
	return f
}

func (c serveCommand) examineCertificate(now time.Time) *certificateFacts {
	if !c.TLS.on() {
		return nil
	}
	f := &certificateFacts{byACME: len(c.TLS.TLSAuto) > 0}
	var leaf interface{ VerifyHostname(string) error }
	switch {
	case f.byACME:
		// Asking for one would use up what the authority grants in a week.
		text, err := autocert.DirCache(c.certificateCache()).Get(context.Background(), c.TLS.TLSAuto[0])
		if err != nil {
			f.err = err
			return f
		}
		pair, err := tls.X509KeyPair(text, text)
		if err != nil {
			f.err = err
			return f
		}
		leaf, f.ends = pair.Leaf, pair.Leaf.NotAfter
	default:
		cert, key := c.TLS.TLSCert, c.TLS.TLSKey
		if c.TLS.TLSDev {
			if cert, key, f.err = c.devCertificate(now); f.err != nil {
				return f
			}
		}
		pair, err := readCertificate(cert, key)
		if err != nil {
			f.err = err
			return f
		}
		leaf, f.ends = pair.Leaf, pair.Leaf.NotAfter
	}
	for _, name := range c.turnNames() {
		if leaf.VerifyHostname(name) != nil {
			f.absent = append(f.absent, name)
		}
	}
	return f
}

// turnNames are the names by which clients come that were given.
func (c serveCommand) turnNames() (names []string) {
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		names = append(names, u.Hostname())
	}
	if c.TURN.TurnHost != "" {
		names = append(names, c.TURN.TurnHost)
	}
	return names
}
