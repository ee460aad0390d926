package relay

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
)

const (
	realm = "plenum"
	// mostStreams are open at a time, mostAllocations too.
	mostStreams     = 4096
	mostAllocations = 4000
	portTries       = 10
)

// Config says where clients come in and where they are led.
type Config struct {
	// Port for UDP and TCP, TLSPort for TLS; 0 takes any that is free.
	Port, TLSPort uint16
	// TLS has the certificate; without one there is no TURN over TLS.
	TLS *tls.Config
	// Told are the addresses of media that clients are told, Sockets those of our media sockets. The relay listens on the
	// addresses of the latter.
	Told, Sockets []netip.AddrPort
	// Front, if set, has our media sockets speak of relays at an address behind a NAT by the one before, which clients are told
	// instead: what is inside is nobody's business. Nil, or a nil answer, tells them the address behind.
	Front func(behind, before netip.Addr) Front
	// Secret makes credentials.
	Secret []byte
	// Quota is how many allocations a participant may have.
	Quota int
	// Rate is how many bytes a second an allocation carries in each direction; 0 for any number.
	Rate int
	// Inside tells whether a participant is in a meeting. It may be asked from any goroutine.
	Inside func(participant string) bool
}

// Front is where the media sockets are told which relays there are.
type Front interface {
	Open(port uint16)
	Shut(port uint16)
}

// Default has the ports of RFC 8656 and a quota for two connections of a client with several networks.
func Default() Config {
	return Config{Port: 3478, TLSPort: 5349, Quota: 12, Rate: 1_000_000}
}

// Validate says what cannot work.
func (c Config) Validate() error {
	switch {
	case len(c.Secret) < 32:
		return fmt.Errorf("turn: a secret of %d bytes, needs 32", len(c.Secret))
	case c.Quota < 1:
		return fmt.Errorf("turn: a quota of %d allocations lets nobody in", c.Quota)
	case c.Rate != 0 && c.Rate < leastRate:
		return fmt.Errorf("turn: %d bytes a second carry no call, at least %d", c.Rate, leastRate)
	case c.Inside == nil:
		return errors.New("turn: nobody tells who is in a meeting")
	}
	return nil
}

// Server is the TURN server. Its methods are safe from any goroutine.
type Server struct {
	config  Config
	log     *slog.Logger
	targets targets
	fronts  map[netip.Addr]Front // by what is told
	turn    *turn.Server
	counts  counts

	// Of what is listened on.
	udp       []net.PacketConn
	listeners []*doors
	port      uint16
	tlsPort   uint16

	mu       sync.Mutex
	limits   Adjustable
	taken    map[string]int // allocations by participant
	sentAway map[string]time.Time
	relays   map[*relayed]struct{}
	channels channels

	stop chan struct{}
	done sync.WaitGroup
}

// counts since the start.
type counts struct {
	allocations, refused, held, shed, up, down atomic.Uint64
}

// Snapshot of what the relay carries.
type Snapshot struct {
	// Allocations now, and since the start.
	Allocations int    `json:"allocations"`
	Made        uint64 `json:"made"`
	// Refused permissions and datagrams that were aimed elsewhere; Held back answers to who proved nothing.
	Refused uint64 `json:"refused"`
	Held    uint64 `json:"held"`
	// Shed datagrams were more than an allocation may carry.
	Shed uint64 `json:"shed"`
	// UpBytes came from clients, DownBytes went to them.
	UpBytes   uint64 `json:"upBytes"`
	DownBytes uint64 `json:"downBytes"`
}

// New opens the ports. It fails in one sentence if one is in use.
func New(config Config, log *slog.Logger) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	targets, err := newTargets(config.Told, config.Sockets)
	if err != nil {
		return nil, fmt.Errorf("turn: %w", err)
	}
	for try := 1; ; try++ {
		s := &Server{
			config: config, log: log, targets: targets, port: config.Port, tlsPort: config.TLSPort, limits: Adjustable{Quota: config.Quota, Rate: config.Rate}, taken: map[string]int{}, sentAway: map[string]time.Time{},
			fronts: map[netip.Addr]Front{}, relays: map[*relayed]struct{}{}, channels: channels{most: 2 * (len(targets.order) + 1), by: map[string]int{}}, stop: make(chan struct{}),
		}
		if err = s.open(); err == nil {
			s.done.Go(s.run)
			log.Info("TURN relays to our media sockets", "port", s.port, "tls_port", s.TLSPort(), "targets", targets.order)
			return s, nil
		}
		s.Close()
		// The port that the kernel chose for one may be taken for another: it chooses again.
		if config.Port != 0 || try == portTries || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, err
		}
	}
}

func (s *Server) open() error {
	var addresses []netip.Addr
	for _, socket := range s.config.Sockets {
		if !slices.Contains(addresses, socket.Addr()) {
			addresses = append(addresses, socket.Addr())
		}
	}
	for _, address := range addresses {
		if err := s.listen(address); err != nil {
			return err
		}
	}
	s.veil()
	way := way{s}
	config := turn.ServerConfig{
		Realm: realm, AuthHandler: s.authenticate, QuotaHandler: s.mayAllocate,
		EventHandler: turn.EventHandler{
			OnChannelCreated: s.channelBound, OnChannelDeleted: s.channelUnbound, OnAllocationDeleted: s.allocationDeleted,
		},
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	}
	for _, conn := range s.udp {
		config.PacketConnConfigs = append(config.PacketConnConfigs, turn.PacketConnConfig{
			PacketConn: &strangers{PacketConn: conn, counts: &s.counts}, RelayAddressGenerator: way, PermissionHandler: s.permit,
		})
	}
	for _, listener := range s.listeners {
		config.ListenerConfigs = append(config.ListenerConfigs, turn.ListenerConfig{
			Listener: listener, RelayAddressGenerator: way, PermissionHandler: s.permit,
		})
	}
	var err error
	if s.turn, err = turn.NewServer(config); err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	return nil
}

// veil asks for a front for each family whose relays would tell clients an address that they are told nothing of.
func (s *Server) veil() {
	for _, v4 := range []bool{true, false} {
		told, ok := s.targets.first(v4)
		behind, _ := s.targets.socket(told)
		if !ok || s.config.Front == nil || behind.Addr() == told.Addr() {
			continue
		}
		if front := s.config.Front(behind.Addr(), told.Addr()); front != nil {
			s.fronts[told.Addr()] = front
		}
	}
}

// listen opens the ports at one address; the first address settles them.
func (s *Server) listen(address netip.Addr) error {
	udp, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(address, s.port)))
	if err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	s.udp = append(s.udp, udp)
	s.port = addrPortOf(udp.LocalAddr()).Port()
	if _, err = s.listenTCP(address, s.port, nil); err != nil || s.config.TLS == nil {
		return err
	}
	s.tlsPort, err = s.listenTCP(address, s.tlsPort, s.config.TLS)
	return err
}

func (s *Server) listenTCP(address netip.Addr, port uint16, tls *tls.Config) (uint16, error) {
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(address, port)))
	if err != nil {
		return 0, fmt.Errorf("turn: %w", err)
	}
	s.listeners = append(s.listeners, newDoors(listener, tls, mostStreams))
	return listener.Addr().(*net.TCPAddr).AddrPort().Port(), nil //nolint:forcetypeassert // a TCP listener
}

// Port of UDP and TCP.
func (s *Server) Port() uint16 { return s.port }

// TLSPort is 0 if there is no TURN over TLS.
func (s *Server) TLSPort() uint16 {
	if s.config.TLS == nil {
		return 0
	}
	return s.tlsPort
}

// Told are the addresses of media that clients are led to.
func (s *Server) Told() []netip.AddrPort { return slices.Clone(s.targets.order) }

// Credential of a participant, good until then and for as long as they are in a meeting.
func (s *Server) Credential(participant string, until time.Time) (username, password string) {
	return Credential(s.config.Secret, participant, until)
}

// Snapshot is what the relay carries now.
func (s *Server) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := Snapshot{
		Made: s.counts.allocations.Load(), Refused: s.counts.refused.Load(), Held: s.counts.held.Load(), Shed: s.counts.shed.Load(),
		UpBytes: s.counts.up.Load(), DownBytes: s.counts.down.Load(),
	}
	for _, n := range s.taken {
		now.Allocations += n
	}
	return now
}

// Close ends every allocation and gives the ports back.
func (s *Server) Close() {
	close(s.stop)
	s.done.Wait()
	if s.turn != nil {
		if err := s.turn.Close(); err != nil {
			s.log.Debug("TURN not closed", "error", err)
		}
		return
	}
	for _, conn := range s.udp {
		_ = conn.Close()
	}
	for _, listener := range s.listeners {
		_ = listener.Close()
	}
}

// authenticate gives the key of a user name, if it may still be used. To pion its holder is the whole name: what is asked in it
// later is bound to this one credential.
func (s *Server) authenticate(request *turn.RequestAttributes) (user string, key []byte, ok bool) {
	participant, until, ok := named(request.Username)
	if !ok || time.Now().Unix() > until.Unix() && !s.config.Inside(participant) || s.wasSentAway(participant, until) {
		return "", nil, false
	}
	return request.Username, turn.GenerateAuthKey(request.Username, realm, passwordOf(s.config.Secret, request.Username)), true
}

// mayAllocate holds participants to their quota.
func (s *Server) mayAllocate(user, _ string, _ net.Addr) bool {
	participant, _, _ := named(user)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken[participant] < s.limits.Quota
}

// permit refuses every address but our own, and who has bound more channels than there are sockets.
func (s *Server) permit(client net.Addr, peer net.IP) bool {
	ip, ok := netip.AddrFromSlice(peer)
	if ok && s.targets.permits(ip) && s.mayBind(client) {
		return true
	}
	s.counts.refused.Add(1)
	return false
}

// take counts an allocation, and gives what takes it off again.
func (s *Server) take(participant string) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := 0
	for _, n := range s.taken {
		all += n
	}
	if all >= mostAllocations || s.taken[participant] >= s.limits.Quota {
		return nil, errFull
	}
	s.taken[participant]++
	s.counts.allocations.Add(1)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.taken[participant]--; s.taken[participant] == 0 {
			delete(s.taken, participant)
		}
	}, nil
}

var (
	errFull   = errors.New("no more allocations")
	errAway   = errors.New("a relay for who was sent away")
	errNobody = errors.New("a relay for nobody")
	errFamily = errors.New("no media by this address family")
	errNoTCP  = errors.New("only UDP is relayed")
)

// way makes the sockets of allocations. It implements turn.RelayAddressGenerator.
type way struct{ server *Server }

func (way) Validate() error { return nil }

// AllocatePacketConn opens a socket beside the media sockets. Nothing from outside needs to reach it.
func (w way) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	told, ok := w.server.targets.first(c.Network == "udp4")
	if !ok {
		return nil, nil, errFamily
	}
	// Looking for an even port, pion asks for sockets in nobody's name, before it asks for the quota.
	participant, until, ok := named(c.UserID)
	if !ok {
		return nil, nil, errNobody
	}
	release, err := w.server.take(participant)
	if err != nil {
		return nil, nil, err
	}
	beside, _ := w.server.targets.socket(told)
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(beside.Addr(), 0)))
	if err != nil {
		release()
		return nil, nil, fmt.Errorf("open a relay socket: %w", err)
	}
	r := &relayed{UDPConn: conn, targets: w.server.targets, counts: &w.server.counts, participant: participant, opened: time.Now()}
	// The client is told what its checks will be seen as: with another address a browser would not take the path for a relay.
	seen := addrPortOf(conn.LocalAddr())
	front := w.server.fronts[told.Addr()]
	if front != nil {
		front.Open(seen.Port())
		seen = netip.AddrPortFrom(told.Addr(), seen.Port())
	}
	r.release = func() {
		w.server.mu.Lock()
		delete(w.server.relays, r)
		w.server.mu.Unlock()
		if front != nil {
			front.Shut(addrPortOf(conn.LocalAddr()).Port())
		}
		release()
	}
	if !w.server.hold(r, until) {
		_ = r.Close()
		return nil, nil, errAway
	}
	return r, net.UDPAddrFromAddrPort(seen), nil
}

// hold keeps a relay that was had by a credential which holds until then; false if its owner was sent away meanwhile. Who is
// sent away later finds it among the others.
func (s *Server) hold(r *relayed, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isAway(r.participant, until) {
		return false
	}
	r.up, r.down = newFlow(s.limits.Rate), newFlow(s.limits.Rate)
	s.relays[r] = struct{}{}
	return true
}

// AllocateListener refuses TCP allocations (RFC 6062).
func (way) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNoTCP
}

// AllocateConn refuses them, too.
func (way) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errNoTCP }
