package client

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"
)

// dialWithin is how long a TURN server has to take a connection: a firewall may swallow the attempt.
const dialWithin = 5 * time.Second

// ICEServer is a STUN or TURN server as the REST API names one.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// relays are the servers as pion takes them.
func (o Options) relays() (servers []webrtc.ICEServer) {
	for _, each := range o.ICEServers {
		servers = append(servers, webrtc.ICEServer{URLs: each.URLs, Username: each.Username, Credential: each.Credential})
	}
	return servers
}

// policy says which ways may be taken.
func (o Options) policy() webrtc.ICETransportPolicy {
	if o.RelayOnly {
		return webrtc.ICETransportPolicyRelay
	}
	return webrtc.ICETransportPolicyAll
}

// relayDialer reaches TURN servers by TCP, and by TLS those whose URL says so: pion itself would trust the system's
// authorities alone.
type relayDialer struct {
	secure map[string]bool // host:port
	config *tls.Config
}

func newRelayDialer(o Options) *relayDialer {
	d := &relayDialer{secure: map[string]bool{}, config: o.RelayTLS}
	for _, server := range o.ICEServers {
		for _, url := range server.URLs {
			if at, ok := strings.CutPrefix(url, "turns:"); ok {
				at, _, _ = strings.Cut(at, "?")
				d.secure[at] = true
			}
		}
	}
	return d
}

// Dial is what pion calls. A connection that is closed waits for it.
func (d *relayDialer) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialWithin)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil || !d.secure[address] {
		return conn, err
	}
	config := d.config.Clone()
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("TLS with %s: %w", address, err)
	}
	return secured, nil
}

// Path is the way that media goes, as "host udp" or "relay udp"; empty while there is none.
func (n *connection) Path() string {
	pair, err := n.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return ""
	}
	return pair.Local.Typ.String() + " " + pair.Local.Protocol.String()
}
