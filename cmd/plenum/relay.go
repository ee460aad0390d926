package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/sfu/transport"
	"github.com/plenum-meet/plenum/signaling/message"
)

const (
	turnAuto = "auto"
	turnOn   = "on"
	turnOff  = "off"

	// credentialLife is how long a credential of the embedded server is good for somebody who is in no meeting (yet).
	credentialLife = 5 * time.Minute
	// outsideLife is how long one of another server is: it cannot ask us who is in a meeting. As long as a ticket.
	outsideLife = 12 * time.Hour
)

// turnOptions are about the way for clients whose network lets no media through.
type turnOptions struct {
	Turn        string   `enum:"auto,on,off" default:"auto" help:"The TURN server inside (auto, on, off), for clients behind firewalls; it relays to this server's own media alone. auto: on where others can reach --listen, or --public-url is set, and no --turn-url is. Default: ${default}."`
	TurnPort    uint16   `default:"3478" placeholder:"PORT" help:"Port of TURN, UDP and TCP. Default: ${default}. 0 takes any that is free."`
	TurnTLSPort uint16   `name:"turn-tls-port" default:"5349" placeholder:"PORT" help:"Port of TURN over TLS, where there is a certificate. 443 gets through most firewalls. Default: ${default}. 0 takes any that is free."`
	TurnHost    string   `placeholder:"NAME" help:"Name by which clients find the TURN server. Default: that of --public-url, or else the public addresses. The certificate must have it."`
	TurnQuota   int      `default:"12" placeholder:"N" help:"Relays that one participant may hold. Default: ${default}."`
	TurnRate    float64  `default:"8" placeholder:"MBIT" help:"Mbit/s that one relay carries in each direction, 0 for as much as there is. Default: ${default}."`
	TurnURL     []string `name:"turn-url" placeholder:"URL" help:"TURN servers elsewhere, such as coturn, in place of the one inside: turn:turn.example.org:3478?transport=udp. Needs --turn-secret."`
	TurnSecret  string   `secret:"" placeholder:"TEXT" help:"The secret shared with --turn-url (coturn: use-auth-secret, static-auth-secret). Better set in the environment, as PLENUM_TURN_SECRET."`
}

// embedded tells whether the server inside runs, for a server that browsers reach at public.
func (o turnOptions) embedded(public netip.AddrPort, publicURL string) bool {
	switch o.Turn {
	case turnOn:
		return true
	case turnAuto:
		return len(o.TurnURL) == 0 && (publicURL != "" || !public.Addr().IsLoopback())
	}
	return false
}

func (o turnOptions) validate() error {
	var errs []error
	if len(o.TurnURL) > 0 && o.TurnSecret == "" {
		errs = append(errs, errors.New("--turn-url needs --turn-secret, which both servers know"))
	}
	if len(o.TurnURL) == 0 && o.TurnSecret != "" {
		errs = append(errs, errors.New("--turn-secret is for --turn-url: the server inside makes its own"))
	}
	if len(o.TurnURL) > 0 && o.Turn == turnOn {
		errs = append(errs, errors.New("--turn on and --turn-url are two TURN servers: choose one"))
	}
	for _, each := range o.TurnURL {
		if err := checkTurnURL(each); err != nil {
			errs = append(errs, err)
		}
	}
	if o.Turn != "" && o.Turn != turnOff && o.TurnQuota < 1 {
		errs = append(errs, fmt.Errorf("--turn-quota %d lets nobody in: at least 1", o.TurnQuota))
	}
	if o.TurnRate != 0 && o.TurnRate < leastTurnRate {
		errs = append(errs, fmt.Errorf("--turn-rate %v carries no call: at least %v Mbit/s, or 0 for as much as there is", o.TurnRate, leastTurnRate))
	}
	return errors.Join(errs...)
}

// leastTurnRate is what a voice takes with room to spare, in Mbit/s.
const leastTurnRate = 0.2

// adjustable are the limits of the server inside.
func (o turnOptions) adjustable() relay.Adjustable {
	return relay.Adjustable{Quota: o.TurnQuota, Rate: int(o.TurnRate * 1e6 / 8)}
}

// checkTurnURL refuses what browsers would refuse (RFC 7065), each of which would end the whole call.
func checkTurnURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "turn" && u.Scheme != "turns" || u.Opaque == "" || strings.Contains(u.Opaque, "@") ||
		u.RawQuery != "" && u.RawQuery != "transport=udp" && u.RawQuery != "transport=tcp" {
		return fmt.Errorf("--turn-url %s is not of the form turn:host:port?transport=udp or turns:host:port?transport=tcp", text)
	}
	return nil
}

// startRelay opens the TURN server inside, if it is wanted, and gives what clients are told at join; nil for nothing.
func (n *node) startRelay(media *transport.Transport, secret api.Secret, secure *tls.Config, inside func(string) bool) (func(time.Time, string, time.Duration) []api.ICEServer, error) {
	c := n.cfg
	if err := c.TURN.validate(); err != nil {
		return nil, err
	}
	if len(c.TURN.TurnURL) > 0 {
		return func(now time.Time, participant string, life time.Duration) []api.ICEServer {
			return n.holds.Load().TURN.elsewhere(now, participant, life)
		}, nil
	}
	// Through the bridge of a test there is one way alone.
	if c.MediaAdvertise.IsValid() || !c.TURN.embedded(netip.MustParseAddrPort(n.public.String()), c.PublicURL) {
		return nil, nil
	}
	limits := c.TURN.adjustable()
	server, err := relay.New(relay.Config{
		Port: c.TURN.TurnPort, TLSPort: c.TURN.TurnTLSPort, TLS: secure, Told: media.Told(), Sockets: media.Sockets(),
		Front: frontOf(media), Secret: relay.SecretFrom(secret), Quota: limits.Quota, Rate: limits.Rate, Inside: inside,
	}, n.log)
	if err != nil {
		return nil, inUse(err, fmt.Sprintf("the TURN port %d or %d", c.TURN.TurnPort, c.TURN.TurnTLSPort), "--turn-port or --turn-tls-port, or --turn off")
	}
	n.relay = server
	n.onStop("TURN", func(context.Context) error { server.Close(); return nil })
	urls := turnURLs(c.turnHosts(server.Told()), server.Port(), server.TLSPort())
	n.log.Debug("clients are told of TURN", slog.Any("urls", urls))
	return func(now time.Time, participant string, life time.Duration) []api.ICEServer {
		username, password := server.Credential(participant, now.Add(cmp.Or(life, credentialLife)))
		return []api.ICEServer{{URLs: urls, Username: username, Credential: password}}
	}, nil
}

// frontOf has media sockets speak of relays by a public address.
func frontOf(media *transport.Transport) func(behind, before netip.Addr) relay.Front {
	return func(behind, before netip.Addr) relay.Front {
		if front := media.Front(behind, before); front != nil {
			return front
		}
		return nil
	}
}

// admittedRelays are the same for signaling. It is asked once the node has started.
func (n *node) admittedRelays(participant string) []message.ICEServer {
	servers := []message.ICEServer{}
	if n.relays == nil {
		return servers
	}
	for _, each := range n.relays(time.Now(), participant, 0) {
		servers = append(servers, message.ICEServer(each))
	}
	return servers
}

// sendAway takes the relays from who was removed from a meeting. Another credential is good again: they may be let in once more.
func (n *node) sendAway(participant string) {
	if n.relay != nil {
		n.relay.SendAway(participant, time.Now().Add(credentialLife))
	}
}

// elsewhere is what clients are told of other servers.
func (o turnOptions) elsewhere(now time.Time, participant string, life time.Duration) []api.ICEServer {
	username, password := relay.Credential([]byte(o.TurnSecret), participant, now.Add(cmp.Or(life, outsideLife)))
	return []api.ICEServer{{URLs: slices.Clone(o.TurnURL), Username: username, Credential: password}}
}

// turnHosts are the names by which clients find the server: one that the certificate has, or else one address of each family.
func (c serveCommand) turnHosts(told []netip.AddrPort) []string {
	if c.TURN.TurnHost != "" {
		return []string{c.TURN.TurnHost}
	}
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		return []string{u.Hostname()}
	}
	var hosts []string
	for _, v4 := range []bool{true, false} {
		if i := slices.IndexFunc(told, func(at netip.AddrPort) bool { return at.Addr().Is4() == v4 }); i >= 0 {
			hosts = append(hosts, told[i].Addr().String())
		}
	}
	return hosts
}

// turnURLs are all ways to a server, the fastest first (RFC 7065). Browsers try every one of them.
func turnURLs(hosts []string, port, tlsPort uint16) (urls []string) {
	at := func(host string, port uint16) string { return net.JoinHostPort(host, strconv.Itoa(int(port))) }
	for _, host := range hosts {
		urls = append(urls, "turn:"+at(host, port)+"?transport=udp", "turn:"+at(host, port)+"?transport=tcp")
		if tlsPort != 0 {
			urls = append(urls, "turns:"+at(host, tlsPort)+"?transport=tcp")
		}
	}
	return urls
}
