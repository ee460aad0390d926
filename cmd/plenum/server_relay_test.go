package main

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// relaying is a meeting on a server with TURN on free ports.
func relaying(t *testing.T, set ...func(*serveCommand)) *meeting {
	t.Helper()
	return startMeeting(t, append([]func(*serveCommand){func(c *serveCommand) {
		c.TURN = turnOptions{Turn: turnOn, TurnQuota: 12}
	}}, set...)...)
}

// by takes one of the ways to the TURN servers that the client was told of, and no other.
func by(way string) func(*client.Options) {
	return func(o *client.Options) {
		o.RelayOnly = true
		for i := range o.ICEServers {
			o.ICEServers[i].URLs = slices.DeleteFunc(o.ICEServers[i].URLs, func(url string) bool { return !isWay(url, way) })
		}
	}
}

func isWay(url, way string) bool {
	if way == "tls" {
		return strings.HasPrefix(url, "turns:")
	}
	return strings.HasPrefix(url, "turn:") && strings.HasSuffix(url, "transport="+way)
}

// Media goes both ways over TURN by each transport, by pion's own candidate: nothing else is allowed.
func TestMediaFlowsByARelay(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"udp", "tcp"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			m := relaying(t)
			checkRelayed(m, by(way))
		})
	}
}

// By TLS, too, on a server that speaks it throughout.
func TestMediaFlowsByARelayOverTLS(t *testing.T) {
	t.Parallel()
	data := ""
	m := relaying(t, func(c *serveCommand) { c.TLS.TLSDev, data = true, c.Storage.Data })
	checkRelayed(m, by("tls"), func(o *client.Options) { o.RelayTLS = trusting(t, filepath.Join(data, "dev-cert.pem")) })
}

// checkRelayed has one bot behind a relay and one before it see each other.
func checkRelayed(m *meeting, way ...func(*client.Options)) {
	m.t.Helper()
	ada := m.enter("Ada", way...).publish(camera()).receive(pool)
	grace := m.enter("Grace").publish(camera()).receive(pool)
	for _, b := range []struct{ from, to *bot }{{ada, grace}, {grace, ada}} {
		b.to.wish(180, b.from.id)
		b.to.picture(b.to.video(0), 0, b.to.number(b.from.id, message.Camera), 180)
		b.to.flows(20, b.to.video(0))
		b.to.unbroken(b.to.video(0))
	}
	for name, pair := range map[string]string{"up": ada.up.Path(), "down": ada.down.Path()} {
		if !strings.HasPrefix(pair, "relay") {
			m.t.Errorf("%s goes by %q", name, pair)
		}
	}
	if carried := m.server.relay.Snapshot(); carried.Allocations < 2 || carried.UpBytes == 0 || carried.DownBytes == 0 {
		m.t.Errorf("the relay carries %+v", carried)
	}
}

// The relay leads a client to the address that it is told, though that is in front of a NAT and we are behind.
func TestARelayNeedsNoWayBackThroughTheNAT(t *testing.T) {
	t.Parallel()
	m := relaying(t, func(c *serveCommand) {
		c.PublicAddress = []netip.Addr{netip.MustParseAddr("203.0.113.7")}
		c.TURN.TurnHost = "127.0.0.1"
	})
	ada := m.enter("Ada", by("udp")).publish(camera())
	grace := m.enter("Grace", by("tcp")).receive(pool)
	grace.wish(180, ada.id)
	grace.picture(grace.video(0), 0, grace.number(ada.id, message.Camera), 180)
	grace.flows(20, grace.video(0))
	for _, path := range []string{ada.up.Path(), grace.down.Path()} {
		if path != "relay udp" {
			t.Errorf("media goes by %q", path)
		}
	}
	admission, err := m.rest.Join(m.ctx, m.code, "Edsger")
	if err != nil {
		t.Fatal(err)
	}
	server := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(m.server.relay.Port())))
	given, err := relay.Allocate(m.ctx, relay.OverUDP, server, admission.ICEServers[0].Username, admission.ICEServers[0].Credential, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer given.Close()
	if at := given.Relay.LocalAddr().String(); !strings.HasPrefix(at, "203.0.113.7:") {
		t.Errorf("a client is told of what is behind the NAT: %s", at)
	}
}

// Who is removed from a meeting has no relay any more, at once, and what they were given opens no other.
func TestWhoIsRemovedLosesTheirRelay(t *testing.T) {
	t.Parallel()
	m := relaying(t)
	host := m.enterBy(m.rest, "Host")
	var given []message.ICEServer
	mallory := m.enter("Mallory", by("udp"), func(o *client.Options) {
		for _, each := range o.ICEServers {
			given = append(given, message.ICEServer(each))
		}
	}).publish(camera())
	m.until("a relay to be held", func() bool { return m.server.relay.Snapshot().Allocations > 0 })
	host.must(message.ModerationRemove{Participant: mallory.id})
	m.until("no relay to be held", func() bool { return m.server.relay.Snapshot().Allocations == 0 })
	if len(given) != 1 {
		t.Fatalf("given %+v", given)
	}
	server := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(m.server.relay.Port())))
	other, err := relay.Allocate(m.ctx, relay.OverUDP, server, given[0].Username, given[0].Credential, nil)
	if err == nil {
		other.Close()
		t.Error("what they were given opens another")
	}
}

// A client that aims at the inside of the machine or its network gets nothing by any request, however it writes the address, and
// what it sends all the same arrives nowhere: not even at another port of the address that media has.
func TestATURNClientThatAimsInsideIsRefused(t *testing.T) {
	t.Parallel()
	media := netip.MustParseAddrPort(fmt.Sprintf("127.0.0.2:%d", freeAddress(t).Port()))
	m := relaying(t, func(c *serveCommand) { c.MediaAddress, c.MediaPort = []netip.Addr{media.Addr()}, media.Port() })
	database, beside := listens(t, "127.0.0.1:0"), listens(t, media.Addr().String()+":0")
	port := database.at().Port()
	admission, err := m.rest.Join(m.ctx, m.code, "Mallory")
	if err != nil {
		t.Fatal(err)
	}
	given := admission.ICEServers[0]
	server := netip.AddrPortFrom(media.Addr(), m.server.relay.Port()).String()
	a := aims(t, server, given.Username, given.Credential, true)
	for _, text := range []string{
		"127.0.0.1", "::ffff:127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:0.0.0.0", "169.254.169.254", "::ffff:169.254.169.254", "10.1.2.3", "::ffff:10.1.2.3",
		"192.168.1.1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::1",
	} {
		if granted := a.at(netip.AddrPortFrom(netip.MustParseAddr(text), port)); len(granted) > 0 {
			t.Errorf("aimed at %s, it was granted %q", text, granted)
		}
	}
	a.at(beside.at())
	a.at(netip.AddrPortFrom(netip.AddrFrom16(beside.at().Addr().As16()), beside.at().Port()))
	// The server answers in order: by now all that went through has arrived.
	if code := a.ask(stun.MethodCreatePermission, aimed{media}); code != 0 {
		t.Errorf("our own media is refused: %d", code)
	}
	for _, c := range []canary{database, beside} {
		if text := c.hears(time.Millisecond); text != "" {
			t.Errorf("%s hears %q", c.at(), text)
		}
	}
	if carried := m.server.relay.Snapshot(); carried.Refused < 14 || carried.UpBytes != 0 {
		t.Errorf("it counts %+v", carried)
	}
}
