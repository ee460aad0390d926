package transport

import (
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
)

var credential = regexp.MustCompile(`a=ice-(ufrag|pwd):(\S+)`)

func credentials(description string) (fragment, password string) {
	for _, m := range credential.FindAllStringSubmatch(description, -1) {
		if m[1] == "ufrag" {
			fragment = m[2]
		} else {
			password = m[2]
		}
	}
	return fragment, password
}

// wireless is another path of a client, of lower priority than the one in use.
type wireless struct {
	t            *testing.T
	socket       *net.UDPConn
	username     string
	theirs, ours string // passwords
	priority     uint32
	incoming     []byte
}

func (s *studio) wireless() *wireless {
	s.t.Helper()
	pair, err := s.up.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil {
		s.t.Fatal(err)
	}
	socket, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(s.transport.Port())})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = socket.Close() })
	client, password := credentials(s.client.pc.LocalDescription().SDP)
	server, theirs := credentials(s.client.pc.RemoteDescription().SDP)
	return &wireless{
		t: s.t, socket: socket, username: server + ":" + client, theirs: theirs, ours: password,
		priority: pair.Remote.Priority - 1<<20, incoming: make([]byte, 1500),
	}
}

func (w *wireless) far() uint16 { return w.socket.LocalAddr().(*net.UDPAddr).AddrPort().Port() } //nolint:forcetypeassert // UDP

// nominate asks to be used, and answers what it is asked in return.
func (w *wireless) nominate() {
	w.t.Helper()
	request, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(w.username), ice.UseCandidate(),
		ice.AttrControlling(1), ice.PriorityAttr(w.priority), stun.NewShortTermIntegrity(w.theirs), stun.Fingerprint)
	if err != nil {
		w.t.Fatal(err)
	}
	w.send(request)
	if err := w.socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
		w.t.Fatal(err)
	}
	for {
		n, err := w.socket.Read(w.incoming)
		if err != nil {
			w.t.Fatal(err)
		}
		m := &stun.Message{Raw: append([]byte(nil), w.incoming[:n]...)}
		if m.Decode() != nil {
			continue
		}
		if m.Type == stun.BindingSuccess {
			return
		}
		response, err := stun.Build(m, stun.BindingSuccess, &stun.XORMappedAddress{IP: net.IPv4(127, 0, 0, 1), Port: int(w.far())},
			stun.NewShortTermIntegrity(w.ours), stun.Fingerprint)
		if err != nil {
			w.t.Fatal(err)
		}
		w.send(response)
	}
}

func (w *wireless) send(m *stun.Message) {
	w.t.Helper()
	if _, err := w.socket.Write(m.Raw); err != nil {
		w.t.Fatal(err)
	}
}

// A client goes on along a path of lower priority: it is heard there first, then spoken to.
func TestAPathOfLowerPriorityIsFollowed(t *testing.T) {
	s := newStudio(t, newTransport(t))
	for number := uint16(0); s.socket().Diverted == 0; number++ {
		s.says(number)
	}
	w := s.wireless()
	s.up.mu.Lock()
	e := s.up.express
	s.up.mu.Unlock()
	leads := func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.path.far.Port() == w.far()
	}
	heard := 0
	for tries := 1; !leads(); tries++ {
		if tries == 1000 {
			t.Fatal("the client is not followed")
		}
		w.nominate()
		if heard == 0 && s.socket().Takers == 2 {
			heard = tries
		}
	}
	if heard == 0 {
		t.Error("the client is not heard where it was")
	}
	s.up.Close()
	if n := s.socket().Takers; n != 0 {
		t.Errorf("%d takers stay behind", n)
	}
}
