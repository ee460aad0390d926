package relay

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// secret is what the tests' server knows.
var secret = []byte("a secret of the tests, 32 bytes or more")

// media is a media socket, or whatever else listens on this machine.
func media(t *testing.T, address string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(address)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func serve(t *testing.T, socket *net.UDPConn, set ...func(*Config)) *Server {
	t.Helper()
	at := addrPortOf(socket.LocalAddr())
	config := Config{Told: []netip.AddrPort{at}, Sockets: []netip.AddrPort{at}, Secret: secret, Quota: 2, Inside: func(string) bool { return false }}
	for _, f := range set {
		f(&config)
	}
	s, err := New(config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// place is where clients find the server by a way.
func place(s *Server, way Way) string {
	port := s.Port()
	if way == OverTLS {
		port = s.TLSPort()
	}
	return netip.AddrPortFrom(s.config.Sockets[0].Addr(), port).String()
}

func allocate(t *testing.T, s *Server, way Way, username, password string, secure *tls.Config) (*Client, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return Allocate(ctx, way, place(s, way), username, password, secure)
}

func allocated(t *testing.T, s *Server, way Way, secure *tls.Config) *Client {
	t.Helper()
	username, password := s.Credential("ada", time.Now().Add(time.Minute))
	c, err := allocate(t, s, way, username, password, secure)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// certified is a certificate for the loopback addresses, and what trusts it.
func certified(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{{127, 0, 0, 1}, {127, 0, 0, 2}},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(made)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

// echoes answers a client through its relay, which proves both directions.
func echoes(t *testing.T, c *Client, socket *net.UDPConn, told netip.AddrPort) {
	t.Helper()
	if _, err := c.Relay.WriteTo([]byte("there"), net.UDPAddrFromAddrPort(told)); err != nil {
		t.Fatal(err)
	}
	text, from := heard(t, socket)
	if text != "there" {
		t.Fatalf("the media socket heard %q", text)
	}
	if _, err := socket.WriteTo([]byte("and back"), from); err != nil {
		t.Fatal(err)
	}
	if text, from := heard(t, c.Relay); text != "and back" || addrPortOf(from) != told {
		t.Fatalf("the client heard %q from %s, want it from %s", text, from, told)
	}
}

func heard(t *testing.T, conn net.PacketConn) (string, net.Addr) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1500)
	n, from, err := conn.ReadFrom(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n]), from
}

func TestARelayByEachTransport(t *testing.T) {
	socket := media(t, "127.0.0.1:0")
	theirs, ours := certified(t)
	s := serve(t, socket, func(c *Config) { c.TLS, c.Quota = theirs, 3 })
	for _, way := range []Way{OverUDP, OverTCP, OverTLS} {
		t.Run(string(way), func(t *testing.T) {
			echoes(t, allocated(t, s, way, ours), socket, addrPortOf(socket.LocalAddr()))
		})
	}
	if now := s.Snapshot(); now.Made != 3 || now.UpBytes != 15 || now.DownBytes != 24 || now.Refused != 0 {
		t.Errorf("it counts %+v", now)
	}
}

// What a client is told is in front of a NAT; the relay goes to the socket behind.
func TestARelayGoesBehindTheNAT(t *testing.T) {
	socket, told := media(t, "127.0.0.1:0"), netip.MustParseAddrPort("203.0.113.7:7882")
	s := serve(t, socket, func(c *Config) { c.Told = []netip.AddrPort{told} })
	c := allocated(t, s, OverUDP, nil)
	echoes(t, c, socket, told)
	// What the media socket sees is what the client was told of its relay, or a browser would not know it for one.
	if _, err := c.Relay.WriteTo([]byte("again"), net.UDPAddrFromAddrPort(told)); err != nil {
		t.Fatal(err)
	}
	if _, from := heard(t, socket); addrPortOf(from) != addrPortOf(c.Relay.LocalAddr()) {
		t.Errorf("the client was told of %s, and is seen at %s", c.Relay.LocalAddr(), from)
	}
}

// ports is a front that remembers what is open.
type ports struct {
	mu   sync.Mutex
	open map[uint16]bool
}

func (p *ports) Open(port uint16) { p.set(port, true) }
func (p *ports) Shut(port uint16) { p.set(port, false) }

func (p *ports) set(port uint16, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[port] = open; !open {
		delete(p.open, port)
	}
}

func (p *ports) all() []uint16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.open))
}

// Behind a NAT a client is told of its relay under the public address, as media speaks of it, and of the address behind nothing at all.
func TestNothingIsToldOfWhatIsBehindTheNAT(t *testing.T) {
	socket, told := media(t, "127.0.0.1:0"), netip.MustParseAddrPort("203.0.113.7:7882")
	front, before := &ports{open: map[uint16]bool{}}, netip.Addr{}
	ask := func(behind, public netip.Addr) Front {
		if behind != addrPortOf(socket.LocalAddr()).Addr() {
			t.Errorf("a front is asked for %s", behind)
		}
		before = public
		return front
	}
	s := serve(t, socket, func(c *Config) { c.Told, c.Front = []netip.AddrPort{told}, ask })
	c := allocated(t, s, OverUDP, nil)
	at := addrPortOf(c.Relay.LocalAddr())
	if at.Addr() != told.Addr() || before != told.Addr() || !slices.Equal(front.all(), []uint16{at.Port()}) {
		t.Errorf("the client is told of %s; %s stands before %v", at, before, front.all())
	}
	echoes(t, c, socket, told)
	s.SendAway("ada", time.Now().Add(time.Hour))
	if left := front.all(); len(left) > 0 {
		t.Errorf("of a relay that is gone, %v is left", left)
	}
	// Where clients are told our own address, there is nothing to stand before.
	own := serve(t, socket, func(c *Config) {
		c.Front = func(netip.Addr, netip.Addr) Front { t.Error("a front is asked for"); return nil }
	})
	if c := allocated(t, own, OverUDP, nil); addrPortOf(c.Relay.LocalAddr()).Addr() != addrPortOf(socket.LocalAddr()).Addr() {
		t.Errorf("the client is told of %s", c.Relay.LocalAddr())
	}
}

// A client that aims inside is refused permission, and what it sends all the same arrives nowhere.
func TestAClientThatAimsInsideIsRefused(t *testing.T) {
	socket, database := media(t, "127.0.0.2:0"), media(t, "127.0.0.1:0")
	s := serve(t, socket)
	told, port := addrPortOf(socket.LocalAddr()), addrPortOf(database.LocalAddr()).Port()
	c := allocated(t, s, OverUDP, nil)
	for _, text := range forbidden {
		aim := netip.AddrPortFrom(netip.MustParseAddr(text), port)
		if err := c.Permit(aim); err == nil {
			t.Errorf("a permission for %s was given", aim)
		}
		// pion asks for a permission and for a channel first.
		if _, err := c.Relay.WriteTo([]byte("inside"), net.UDPAddrFromAddrPort(aim)); err == nil {
			t.Errorf("a datagram for %s was taken", aim)
		}
	}
	echoes(t, c, socket, told)
	nothing(t, database)
	if refused := s.Snapshot().Refused; refused == 0 {
		t.Error("nothing was counted")
	}
}

// Where our media is on the same address as a database, only the port tells them apart: what pion cannot see.
func TestADatabaseBesideOurMediaIsNotReached(t *testing.T) {
	socket, database := media(t, "127.0.0.1:0"), media(t, "127.0.0.1:0")
	s := serve(t, socket)
	c := allocated(t, s, OverUDP, nil)
	inside := addrPortOf(database.LocalAddr())
	for _, text := range []string{"127.0.0.1", "::ffff:127.0.0.1"} {
		aim := &net.UDPAddr{IP: net.ParseIP(text), Port: int(inside.Port())}
		for range 3 {
			if _, err := c.Relay.WriteTo([]byte("inside"), aim); err != nil {
				t.Fatal(err)
			}
		}
	}
	// It knows the relay's port, and speaks first.
	relay := addrPortOf(c.Relay.LocalAddr())
	if _, err := database.WriteToUDPAddrPort([]byte("outside"), relay); err != nil {
		t.Fatal(err)
	}
	echoes(t, c, socket, addrPortOf(socket.LocalAddr()))
	nothing(t, database)
	if refused := s.Snapshot().Refused; refused < 7 {
		t.Errorf("%d were counted, want 7", refused)
	}
}

// nothing has come by now. What was sent later through the same relay has arrived already.
func nothing(t *testing.T, conn *net.UDPConn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1500)
	if n, _, err := conn.ReadFrom(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the relay led inside: %q, %v", b[:n], err)
	}
}

func TestCredentialsAreBoundToAParticipantAndEnd(t *testing.T) {
	var inside atomic.Bool
	s := serve(t, media(t, "127.0.0.1:0"), func(c *Config) {
		c.Inside = func(participant string) bool { return inside.Load() && participant == "ada" }
	})
	fresh, password := s.Credential("ada", time.Now().Add(time.Minute))
	old, oldPassword := s.Credential("ada", time.Now().Add(-time.Minute))
	_, foreign := Credential([]byte("the secret of another server, also long"), "ada", time.Now().Add(time.Minute))
	for _, c := range []struct {
		name, username, password string
		inside, good             bool
	}{
		{"fresh", fresh, password, false, true},
		{"fresh, in a meeting", fresh, password, true, true},
		{"old", old, oldPassword, false, false},
		{"old, in a meeting", old, oldPassword, true, true},
		{"of another", strings.Replace(fresh, "ada", "grace", 1), password, true, false},
		{"made to last", strings.Replace(old, old[:10], fresh[:10], 1), oldPassword, false, false},
		{"of another server", fresh, foreign, true, false},
		{"no participant", fresh[:10], password, true, false},
		{"no name", "", "", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			inside.Store(c.inside)
			client, err := allocate(t, s, OverUDP, c.username, c.password, nil)
			if client != nil {
				client.Close()
			}
			if (err == nil) != c.good {
				t.Errorf("got in: %v, %v", err == nil, err)
			}
		})
	}
}

func TestTheQuotaIsEachParticipants(t *testing.T) {
	s := serve(t, media(t, "127.0.0.1:0"))
	first, _ := allocated(t, s, OverUDP, nil), allocated(t, s, OverTCP, nil)
	username, password := s.Credential("ada", time.Now().Add(2*time.Minute))
	if _, err := allocate(t, s, OverUDP, username, password, nil); err == nil || !strings.Contains(err.Error(), "486") {
		t.Errorf("the third allocation gives %v, want 486", err)
	}
	username, password = s.Credential("grace", time.Now().Add(time.Minute))
	other, err := allocate(t, s, OverUDP, username, password, nil)
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	first.Close()
	allocated(t, s, OverUDP, nil)
	if now := s.Snapshot(); now.Allocations > 3 || now.Made != 4 {
		t.Errorf("it counts %+v", now)
	}
}

func TestAPortInUseIsSaid(t *testing.T) {
	taken := media(t, "127.0.0.1:0")
	at := addrPortOf(taken.LocalAddr())
	_, err := New(Config{Port: at.Port(), Told: []netip.AddrPort{at}, Sockets: []netip.AddrPort{at}, Secret: secret, Quota: 1, Inside: func(string) bool { return false }}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("it says %v", err)
	}
}

func TestMappedIsWhereASTUNServerSeesUs(t *testing.T) {
	s := serve(t, media(t, "127.0.0.1:0"))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	from := media(t, "127.0.0.1:0")
	port := addrPortOf(from.LocalAddr())
	if err := from.Close(); err != nil {
		t.Fatal(err)
	}
	if seen, err := Mapped(ctx, port, place(s, OverUDP)); err != nil || seen != port {
		t.Errorf("it sees %s at %s: %v", port, seen, err)
	}
	gone, end := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer end()
	if _, err := Mapped(gone, netip.MustParseAddrPort("127.0.0.1:0"), from.LocalAddr().String()); err == nil {
		t.Error("who does not answer is no error")
	}
}
