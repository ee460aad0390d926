package bridge

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// peer is one end of the traffic.
type peer struct {
	t *testing.T
	*net.UDPConn
}

func newPeer(t *testing.T) peer {
	t.Helper()
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(loopback))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	return peer{t, socket}
}

func (p peer) address() netip.AddrPort { return p.LocalAddr().(*net.UDPAddr).AddrPort() }

func (p peer) send(to netip.AddrPort, text string) {
	p.t.Helper()
	if _, err := p.WriteToUDPAddrPort([]byte(text), to); err != nil {
		p.t.Fatal(err)
	}
}

// next waits for a datagram.
func (p peer) next() (text string, from netip.AddrPort) {
	p.t.Helper()
	buffer := make([]byte, most)
	p.SetReadDeadline(time.Now().Add(patience))
	n, from, err := p.ReadFromUDPAddrPort(buffer)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(buffer[:n]), netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

func (p peer) hears(want string) (from netip.AddrPort) {
	p.t.Helper()
	got, from := p.next()
	if got != want {
		p.t.Fatalf("heard %q, want %q", got, want)
	}
	return from
}

func open(t *testing.T, c link.Conditions, set ...func(*Config)) (b *Bridge, server peer) {
	t.Helper()
	server = newPeer(t)
	config := Config{Listen: loopback, Upstream: server.address(), Profile: link.Profile{Seed: 5, Up: link.Always(c), Down: link.Always(c)}}
	for _, f := range set {
		f(&config)
	}
	b, err := New(config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b, server
}

// until waits for the counters to say so.
func (b *Bridge) until(t *testing.T, what string, so func(Counters) bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !so(b.Counters()) {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s: %+v", what, b.Counters())
		}
		<-tick.C
	}
}

func TestClientsHaveSocketsOfTheirOwn(t *testing.T) {
	b, server := open(t, link.Conditions{Delay: 1})
	ada, grace := newPeer(t), newPeer(t)
	ada.send(b.Address(), "from Ada")
	adas := server.hears("from Ada")
	grace.send(b.Address(), "from Grace")
	graces := server.hears("from Grace")
	if adas == graces {
		t.Error("the server cannot tell them apart")
	}
	server.send(graces, "to Grace")
	server.send(adas, "to Ada")
	if from := grace.hears("to Grace"); from != b.Address() {
		t.Errorf("the answer comes from %s, not from the bridge", from)
	}
	ada.hears("to Ada")
	counters := b.Counters()
	if len(counters.Clients) != 2 || counters.Clients[0].Client != ada.address().String() || counters.Clients[1].Upstream != graces.String() {
		t.Fatalf("the counters name %+v", counters.Clients)
	}
	if want := (Traffic{Datagrams: 1, Bytes: 8}); counters.Clients[0].Up.Taken != want || counters.Clients[0].Up.Given != want {
		t.Errorf("Ada's way up has %+v, want %+v", counters.Clients[0].Up, want)
	}
	if want := (Traffic{Datagrams: 2, Bytes: 14}); counters.Down.Taken != want || counters.Down.Given != want {
		t.Errorf("the way down has %+v, want %+v", counters.Down, want)
	}
}

// What arrives is exactly what the model says of the seed, in order.
func TestFatesAreTheModels(t *testing.T) {
	const n = 1000
	c := link.Conditions{Delay: 5, Jitter: 4, Loss: 0.1, Burst: 2}
	b, server := open(t, c)
	var want []uint16
	model, _ := b.config.Profile.Links(time.Time{}, 0)
	for i := range uint16(n) {
		if len(model.Send(time.Time{}, 2+overhead)) > 0 {
			want = append(want, i)
		}
	}
	client := newPeer(t)
	var got []uint16
	for i := range uint16(n) {
		client.send(b.Address(), string(binary.BigEndian.AppendUint16(nil, i)))
		if i%50 != 49 {
			continue
		}
		// The kernel has no room for all at once.
		b.until(t, "the bridge to read them", func(c Counters) bool { return c.Up.Taken.Datagrams == uint64(i+1) })
		for up := b.Counters().Up; uint64(len(got)) < up.Link.Delivered; {
			text, _ := server.next()
			got = append(got, binary.BigEndian.Uint16([]byte(text)))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d of %d arrived, not those of the model", len(got), n)
	}
	up := b.Counters().Up
	if up.Taken.Datagrams != n || up.Given.Datagrams != uint64(len(want)) || up.Link.Lost != uint64(n-len(want)) {
		t.Errorf("the counters say %+v", up)
	}
}

func TestOneClientsPathIsNoOthers(t *testing.T) {
	b, server := open(t, link.Conditions{})
	ada, grace := newPeer(t), newPeer(t)
	ada.send(b.Address(), "1")
	server.hears("1")
	grace.send(b.Address(), "2")
	server.hears("2")

	nothing := link.Profile{Up: link.Always(link.Conditions{Loss: 1}), Down: link.Always(link.Conditions{})}
	if err := b.Use(nothing, ada.address()); err != nil {
		t.Fatal(err)
	}
	ada.send(b.Address(), "3")
	grace.send(b.Address(), "4")
	server.hears("4")
	if err := b.Blackhole(true, Everybody); err != nil {
		t.Fatal(err)
	}
	newcomer := newPeer(t)
	newcomer.send(b.Address(), "5")
	grace.send(b.Address(), "6")
	b.until(t, "the datagrams to fall into the hole", func(c Counters) bool { return c.Up.Taken.Datagrams == 6 })
	if err := b.Blackhole(false, Everybody); err != nil {
		t.Fatal(err)
	}
	grace.send(b.Address(), "7")
	server.hears("7")
	if lost := b.Counters().Clients[0].Up.Link.Lost; lost != 1 {
		t.Errorf("Ada lost %d, want 1", lost)
	}
	if err := b.Use(nothing, server.address()); !errors.Is(err, ErrUnknownClient) {
		t.Errorf("a client that nobody knows gives %v", err)
	}
}

func TestRebindingChangesWhereAClientComesFrom(t *testing.T) {
	b, server := open(t, link.Conditions{})
	client := newPeer(t)
	client.send(b.Address(), "before")
	before := server.hears("before")
	if err := b.Rebind(Everybody); err != nil {
		t.Fatal(err)
	}
	client.send(b.Address(), "after")
	after := server.hears("after")
	if before == after {
		t.Error("the server sees the old address")
	}
	server.send(before, "to nobody")
	server.send(after, "to the client")
	client.hears("to the client")
}

func TestClientsAreBounded(t *testing.T) {
	b, server := open(t, link.Conditions{}, func(c *Config) { c.Clients = 2 })
	first, second, third := newPeer(t), newPeer(t), newPeer(t)
	first.send(b.Address(), "1")
	server.hears("1")
	second.send(b.Address(), "2")
	server.hears("2")
	third.send(b.Address(), "3")
	b.until(t, "the third to be refused", func(c Counters) bool { return c.Refused == 1 })
	// Whoever is silent longest makes way after a while.
	b.mu.Lock()
	b.clients[first.address()].heard = time.Now().Add(-idle)
	b.clients[second.address()].heard = time.Now().Add(-idle - time.Second)
	b.mu.Unlock()
	third.send(b.Address(), "4")
	server.hears("4")
	var there []string
	for _, c := range b.Counters().Clients {
		there = append(there, c.Client)
	}
	if want := []string{first.address().String(), third.address().String()}; !slices.Equal(there, want) {
		t.Errorf("there are %v, want %v", there, want)
	}
}

func TestWhatIsUnderWayIsBounded(t *testing.T) {
	b, _ := open(t, link.Conditions{Delay: 60_000})
	from, now := newPeer(t).address(), time.Now()
	large := make([]byte, 60_000)
	for range mostUnderWay/len(large) + 10 {
		b.fromClient(now, from, large)
	}
	if c := b.Counters(); c.Overrun < 9 || c.Overrun > 10 {
		t.Errorf("%d datagrams were too many, want 9 or 10", c.Overrun)
	}
}

func TestClosingLeavesNothing(t *testing.T) {
	b, server := open(t, link.Conditions{Delay: 10_000})
	client := newPeer(t)
	client.send(b.Address(), "never to arrive")
	b.until(t, "a datagram to be under way", func(c Counters) bool { return c.Up.Taken.Datagrams == 1 })
	b.Close()
	b.Close()
	if err := b.Rebind(Everybody); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed bridge says %v", err)
	}
	again, err := New(Config{Listen: b.Address(), Upstream: server.address()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("the port is not free again: %v", err)
	}
	again.Close()
}

func TestStrangersAreKeptOut(t *testing.T) {
	inside, outside := netip.MustParseAddrPort("127.0.0.1:5"), netip.MustParseAddrPort("0.0.0.0:5")
	for _, c := range []struct {
		config Config
		fault  string
	}{
		{Config{Listen: inside, Upstream: inside}, ""},
		{Config{Listen: outside, Upstream: inside}, "reached by others"},
		{Config{Listen: inside, Upstream: outside}, "reached by others"},
		{Config{Listen: outside, Upstream: outside, Anywhere: true}, ""},
		{Config{Listen: inside}, "needs an address"},
		{Config{Listen: inside, Upstream: loopback}, "no port"},
		{Config{Listen: inside, Upstream: inside, Profile: link.Profile{Up: link.Always(link.Conditions{Loss: 2})}}, "not a share"},
	} {
		err := c.config.Validate()
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%+v gives %v, want %q", c.config, err, c.fault)
		}
	}
}

func TestControl(t *testing.T) {
	b, server := open(t, link.Conditions{})
	client := newPeer(t)
	client.send(b.Address(), "hello")
	before := server.hears("hello")
	control := httptest.NewServer(b.Control())
	defer control.Close()
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/counters", "", 200, `"up":{"taken":{"datagrams":1,"bytes":5}`},
		{"POST", "/profile", `{"name":"lossy10"}`, 200, `"profile":"lossy10"`},
		{"POST", "/profile", `{"profile":{"name":"mine","seed":3,"down":{"start":{"delay":5}}}}`, 200, `"profile":"mine"`},
		{"POST", "/profile", `{"name":"clean","client":"` + client.address().String() + `"}`, 200, `"profile":"mine"`},
		{"POST", "/profile", `{"name":"lousy"}`, 400, "there is no link"},
		{"POST", "/profile", `{}`, 400, "a profile is needed"},
		{"POST", "/profile", `{"nam":"clean"}`, 400, "nam"},
		{"POST", "/blackhole", `{"on":true,"client":"127.0.0.1:1"}`, 404, "no such client"},
		{"POST", "/blackhole", `{"on":false,"client":"nowhere"}`, 400, "nowhere"},
		{"POST", "/rebind", `{}`, 200, `"upstream"`},
		{"GET", "/rebind", "", 405, ""},
	} {
		request, _ := http.NewRequestWithContext(t.Context(), c.method, control.URL+c.path, strings.NewReader(c.body))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != c.status || !strings.Contains(string(text), c.says) {
			t.Errorf("%s %s %s: %d %s, want %d with %s", c.method, c.path, c.body, response.StatusCode, text, c.status, c.says)
		}
		if c.status == 200 && !json.Valid(text) {
			t.Errorf("%s is no JSON", text)
		}
	}
	client.send(b.Address(), "elsewhere")
	if server.hears("elsewhere") == before {
		t.Error("the order to rebind did nothing")
	}
}
