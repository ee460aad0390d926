package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary listens on loopback and counts who connects: nobody should.
type canary struct {
	listener net.Listener
	port     string
	connects atomic.Int32
	done     chan struct{}
}

func newCanary(t *testing.T, address string) *canary {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := &canary{listener: listener, done: make(chan struct{})}
	_, c.port, _ = net.SplitHostPort(listener.Addr().String())
	go func() {
		defer close(c.done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			c.connects.Add(1)
			conn.Close()
		}
	}()
	t.Cleanup(func() { c.sings(t) })
	return c
}

// sings fails the test if anybody has connected; what is in line is counted too.
func (c *canary) sings(t *testing.T) {
	t.Helper()
	c.listener.Close()
	<-c.done
	if n := c.connects.Load(); n > 0 {
		t.Errorf("%d connects to %s", n, c.listener.Addr())
	}
}

// names is a DNS server whose answers a test makes up: for each name the addresses of the first, second, … question about it.
type names struct {
	mu      sync.Mutex
	answers map[string][]net.IP
	asked   map[string]int
	conn    net.PacketConn
}

// newNames answers with 127.0.0.1 to every name that is not listed.
func newNames(t *testing.T, answers map[string][]net.IP) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{answers: answers, asked: map[string]int{}, conn: conn}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			size, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if reply := n.reply(buffer[:size]); reply != nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return n
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

func (n *names) reply(query []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	if q.Type == dnsmessage.TypeA {
		ip := n.next(strings.TrimSuffix(q.Name.String(), "."))
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
			Body:   &dnsmessage.AResource{A: [4]byte(ip.To4())},
		}}
	}
	reply, err := m.Pack()
	if err != nil {
		return nil
	}
	return reply
}

func (n *names) next(name string) net.IP {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[name]++
	list := n.answers[name]
	if len(list) == 0 {
		return net.IPv4(127, 0, 0, 1)
	}
	return list[min(n.asked[name], len(list))-1]
}

// senderTo is one that may use a port besides the standard ones, so that it is the address that is refused.
func senderTo(t *testing.T, resolver *net.Resolver, allowed []string, port string) *sender {
	t.Helper()
	places, err := NewPlaces(allowed)
	if err != nil {
		t.Fatal(err)
	}
	places.ports = append([]string{port}, standardPorts...)
	s := newSender(places, resolver)
	t.Cleanup(s.close)
	return s
}

// However an address inside is written, and although the name looked public when it was set: nothing connects.
func TestNoSpellingOfAnAddressInsideIsConnectedTo(t *testing.T) {
	t.Parallel()
	c := newCanary(t, "127.0.0.1:0")
	dns := newNames(t, map[string][]net.IP{"rebinding.example": {net.IPv4(8, 8, 8, 8), net.IPv4(127, 0, 0, 1)}})
	s := senderTo(t, dns.resolver(), nil, c.port)
	// A check of the name, before, finds nothing wrong.
	if found, err := dns.resolver().LookupIP(t.Context(), "ip4", "rebinding.example"); err != nil || !found[0].Equal(net.IPv4(8, 8, 8, 8)) {
		t.Fatalf("%v %v", found, err)
	}
	for _, host := range []string{
		"127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.0.1.",
		"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
		"user:password@127.0.0.1", "hooks.example.org@127.0.0.1", "rebinding.example", "inside.example",
	} {
		for _, scheme := range []string{"http", "https"} {
			target := fmt.Sprintf("%s://%s:%s/hook", scheme, host, c.port)
			if got := s.send(t.Context(), target, nil, nil); got.err == nil || got.status != 0 {
				t.Errorf("%s: %+v", target, got)
			}
			// And if it were not refused as a URL, it is as an address.
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := s.outside.Do(r)
			if err == nil {
				response.Body.Close()
				t.Errorf("%s was answered", target)
			} else if why := plainly(err); !errors.Is(why, errRefused) && (why.Error() != "the name of the host cannot be resolved" || host[0] < '0' || host[0] > '9') {
				t.Errorf("%s: %v; want it refused before anything is sent", target, err)
			}
		}
	}
}

// receiver answers as the test wants.
func receiver(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A server notices that its client is gone when it has read all.
		_, _ = io.Copy(io.Discard, r.Body)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestARedirectInsideIsNotFollowed(t *testing.T) {
	t.Parallel()
	c := newCanary(t, "127.0.0.1:0")
	var posts atomic.Int32
	for _, status := range []int{301, 302, 303, 307, 308} {
		from := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			posts.Add(1)
			w.Header().Set("Location", "http://127.0.0.1:"+c.port+"/inside")
			w.WriteHeader(status)
		})
		// Not even to a place that the operator has named.
		s := senderTo(t, nil, []string{from, "http://127.0.0.1:" + c.port}, c.port)
		if got := s.send(t.Context(), from+"/hook", nil, []byte("{}")); got.err != nil || got.status != status {
			t.Errorf("%d: %+v", status, got)
		}
	}
	if posts.Load() != 5 {
		t.Errorf("%d posts to the receivers", posts.Load())
	}
}

func TestNoProxyOfTheEnvironmentIsUsed(t *testing.T) {
	c := newCanary(t, "127.0.0.1:0")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, "http://127.0.0.1:"+c.port)
	}
	var seen atomic.Pointer[http.Request]
	at := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r)
		w.WriteHeader(http.StatusNoContent)
	})
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	// Go asks no proxy for localhost, so the receiver has a name.
	named := "http://hooks.example.org:" + u.Port()
	s := senderTo(t, newNames(t, nil).resolver(), []string{named}, u.Port())
	if got := s.send(t.Context(), named+"/hook?key=1", map[string]string{headerID: "evt_1"}, []byte("{}")); got.err != nil || got.status != http.StatusNoContent {
		t.Fatalf("%+v", got)
	}
	r := seen.Load()
	if r.Method != http.MethodPost || r.URL.RequestURI() != "/hook?key=1" || r.Header.Get("Content-Type") != "application/json" ||
		r.Header.Get("webhook-id") != "evt_1" || r.Host != "hooks.example.org:"+u.Port() {
		t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
	for _, client := range []*http.Client{s.outside, s.anywhere} {
		if client.Transport.(*http.Transport).Proxy != nil {
			t.Error("a client asks the environment for a proxy")
		}
	}
}

// A receiver's answer costs us no more than a little memory and a few seconds.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		status int
		text   string
		says   string
	}{
		"endless": {answer: func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 4096)); err != nil {
					return
				}
			}
		}, status: 200, text: strings.Repeat("x", keptAnswer)},
		"large headers": {answer: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 2*maxAnswer)) }, says: "headers"},
		"silent":        {answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, says: "no answer within 5s"},
		"slow body": {answer: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, status: 202},
		"hangs up": {answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, says: "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := receiver(t, test.answer)
			got := senderTo(t, nil, []string{at}, "0").send(t.Context(), at+"/secret-path", nil, []byte("{}"))
			if got.status != test.status || got.text != test.text || (got.err == nil) != (test.says == "") {
				t.Errorf("status %d, %d bytes, %v", got.status, len(got.text), got.err)
			}
			if got.err != nil && (!strings.Contains(got.err.Error(), test.says) || strings.Contains(got.err.Error(), "secret-path")) {
				t.Errorf("%q, want it to say %q and not the URL", got.err, test.says)
			}
		})
	}
}

func TestAReceiverThatIsNotThereIsNamedPlainly(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := "http://" + listener.Addr().String()
	listener.Close()
	if got := senderTo(t, nil, []string{at}, "0").send(t.Context(), at, nil, nil); got.err == nil || got.err.Error() != "the host refuses connections" {
		t.Errorf("%v", got.err)
	}
}
