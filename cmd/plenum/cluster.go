package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/cmd/plenum/metrics"
	"github.com/plenum-meet/plenum/signaling/cluster"
)

// clusterOptions make several servers one. They share the database, the secret and NATS.
type clusterOptions struct {
	NATSURL         string `name:"nats-url" secret:"" placeholder:"URL" help:"NATS with JetStream by which several servers that share one database know of each other, as nats://host:4222 or tls://host:4222, several separated by commas. Needs --secret, the same on all of them. Default: one in this process, for a server without others."`
	NATSCredentials string `name:"nats-credentials" placeholder:"FILE" help:"Credentials of a user of that NATS (a .creds file). Default: none, or those in --nats-url."`
	NATSCA          string `name:"nats-ca" placeholder:"FILE" help:"Authorities in PEM form that may have signed the certificate of that NATS. Default: those of the system."`
	NodeListen      string `default:":7880" placeholder:"HOST:PORT" help:"Where other servers reach this one, if there is a --nats-url: what is asked of a meeting is passed on to the server on which it lives, by TLS with keys made from --secret. Open it to the other servers alone. Default: ${default}."`
	NodeAddress     string `placeholder:"HOST:PORT" help:"What other servers are told of that. Default: the first address of this machine that is no loopback address, and the port of --node-listen."`
}

func (o clusterOptions) validate(secret string) error {
	if o.NATSURL == "" {
		if o.NATSCredentials != "" || o.NATSCA != "" || o.NodeAddress != "" {
			return errors.New("--nats-credentials, --nats-ca and --node-address are for a server with a --nats-url")
		}
		return nil
	}
	if secret == "" {
		return errors.New("--nats-url needs --secret: servers of a cluster know each other by it, and take what another one signed")
	}
	for _, path := range []string{o.NATSCredentials, o.NATSCA} {
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("--nats-credentials or --nats-ca: %s cannot be read: %w", path, reason(err))
		}
	}
	if o.NodeAddress != "" {
		if host, _, err := net.SplitHostPort(o.NodeAddress); err != nil || host == "" {
			return fmt.Errorf("--node-address %s is not of the form host:port", o.NodeAddress)
		}
	}
	return checkAddress("--node-listen", o.NodeListen)
}

// config is where NATS is, for a node of that name.
func (o clusterOptions) config(node string) cluster.Config {
	cfg := cluster.Default(node)
	cfg.URL, cfg.Credentials, cfg.CA = o.NATSURL, o.NATSCredentials, o.NATSCA
	return cfg
}

// address is what other nodes are told of a listener.
func (o clusterOptions) address(listener net.Addr) (string, error) {
	if o.NodeAddress != "" {
		return o.NodeAddress, nil
	}
	at := netip.MustParseAddrPort(listener.String())
	if !at.Addr().IsUnspecified() {
		return at.String(), nil
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "", fmt.Errorf("the addresses of this machine: %w", err)
	}
	for _, each := range addresses {
		network, ok := each.(*net.IPNet)
		if ok && network.IP.IsGlobalUnicast() {
			ip, _ := netip.AddrFromSlice(network.IP)
			return netip.AddrPortFrom(ip.Unmap(), at.Port()).String(), nil
		}
	}
	return "", errors.New("this machine has no address but loopback ones: say with --node-address where other servers reach it")
}

// notInNames are the characters that NATS and logs do not take in the name of a server.
var notInNames = regexp.MustCompile(`[^a-z0-9-]+`)

// newNodeID names this process: by the machine, so that people know it, and by chance, so that it is never taken for the one before it.
func newNodeID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	name := notInNames.ReplaceAllString(strings.ToLower(host), "-")
	return fmt.Sprintf("%.40s-%s", name, strings.ToLower(rand.Text()[:8]))
}

// listenBetween makes what nodes know each other by, and where others reach this one: nil for a server without others.
func (n *node) listenBetween(secret api.Secret, before []api.Secret) (link *cluster.Link, listener net.Listener, err error) {
	if link, err = cluster.NewLink(secret, asBytes(before)...); err != nil || n.cfg.Cluster.NATSURL == "" {
		return link, nil, err
	}
	if listener, err = listen("--node-listen", n.cfg.Cluster.NodeListen); err != nil {
		return nil, nil, err
	}
	n.onStop("listener between nodes", closing(listener))
	return link, tls.NewListener(listener, link.Server()), nil
}

// joinCluster tells the other nodes of this one, and learns of them.
func (n *node) joinCluster(ctx context.Context, between net.Listener, gauge *metrics.Gauge) error {
	o := n.cfg.Cluster
	cfg := o.config(n.id)
	cfg.Dir = filepath.Join(n.cfg.Storage.Data, "nats")
	if between != nil {
		var err error
		if cfg.Address, err = o.address(between.Addr()); err != nil {
			return err
		}
		n.log.Info("other servers reach this one", "node", n.id, "address", cfg.Address)
	}
	cfg.Live, cfg.Moved = n.signals.Codes, n.signals.LetGo
	cfg.Told = func(notice cluster.Notice) {
		<-n.begun
		if n.rest != nil {
			n.rest.Noticed(notice)
		}
	}
	cfg.State = func() cluster.State { return n.state(gauge) }
	joined, err := cluster.Join(ctx, cfg, n.log)
	if err != nil {
		return err
	}
	n.cluster = joined
	return nil
}

// leaveCluster comes after people were told good-bye: they come back by other nodes, which ask this one until they know better.
func (n *node) leaveCluster(ctx context.Context) error {
	if n.cluster != nil {
		n.cluster.Close()
	}
	if n.between == nil {
		return nil
	}
	return n.between(ctx)
}

// gaugeWithin is how long the shards may take to say how late they are: one that does not is late.
const gaugeWithin = 50 * time.Millisecond

// state is what other nodes are told of this one. Before it answers, it is as one that drains: nothing is placed on it.
func (n *node) state(gauge *metrics.Gauge) cluster.State {
	begun := false
	select {
	case <-n.begun:
		begun = true
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), gaugeWithin)
	defer cancel()
	crowd := n.signals.Crowd()
	return cluster.State{
		Version: versionOf(version), Draining: n.draining.Load() || !begun, Stress: gauge.Stress(ctx, time.Now()),
		Rooms: crowd.Rooms, Participants: crowd.Sockets,
	}
}

// release has other nodes take the meetings of this one, when they have stored what there was.
func (n *node) release() {
	if n.cluster != nil {
		n.cluster.Release()
	}
}

// mine says whether this node may open the room of a meeting.
func (n *node) mine(code string) bool { return n.cluster.Mine(code) }
