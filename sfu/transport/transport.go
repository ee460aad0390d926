package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// Config says where media arrives.
type Config struct {
	// Port for UDP and TCP; 0 lets the kernel choose.
	Port uint16
	// Addresses to listen on; none means every address of this machine.
	Addresses []netip.Addr
	// Public addresses are told to clients instead of the local ones, for a server behind NAT. Media may arrive at any of
	// our sockets by them.
	Public []netip.Addr
	// TCP offers ICE over TCP on the same port, for networks without UDP.
	TCP bool
	// Advertise is told to clients in place of every local address and port, for whatever carries UDP between them and
	// us. Without TCP alone: what is advertised is the only way.
	Advertise netip.AddrPort
}

// Default listens on port 7882 of every address.
func Default() Config { return Config{Port: 7882, TCP: true} }

// Validate says in one sentence what cannot work.
func (c Config) Validate() error {
	for _, address := range slices.Concat(c.Addresses, c.Public) {
		if !address.IsValid() || address.IsUnspecified() || address.IsMulticast() {
			return fmt.Errorf("%s is not an address that clients can reach", address)
		}
	}
	if c.Advertise == (netip.AddrPort{}) {
		return nil
	}
	switch a := c.Advertise; {
	case !a.IsValid() || a.Addr().IsUnspecified() || a.Addr().IsMulticast() || a.Port() == 0:
		return fmt.Errorf("%s is not an address and port that clients can reach", a)
	case len(c.Public) > 0:
		return fmt.Errorf("%s is advertised, so no public address can be", a)
	case c.TCP:
		return fmt.Errorf("%s is advertised for UDP, which TCP would go around", a)
	}
	return nil
}

// told are the addresses that stand in for our own once the port is known.
func (c Config) told(port uint16) []netip.AddrPort {
	if c.Advertise.IsValid() {
		return []netip.AddrPort{c.Advertise}
	}
	var told []netip.AddrPort
	for _, address := range c.Public {
		told = append(told, netip.AddrPortFrom(address, port))
	}
	return told
}

const (
	replayWindow   = 1024 // packets; late resends are beyond pion's 64
	tcpWriteBuffer = 4 << 20
	tcpReadBuffer  = 8 // packets, of every connection, most of which take none
	closeWait      = 10 * time.Second

	// A path that brings nothing is doubted after the first, and after the second, too, it is given up: half a minute as in
	// RFC 7675 §5.1. A browser that has nothing else to say checks it every five seconds at least.
	disconnectedAfter = 10 * time.Second
	failedAfter       = 20 * time.Second
	// checkEvery is how often we check the path to a publisher, which is how far away they are known to be. Receivers check
	// the path to us, and that suffices.
	checkEvery = 2 * time.Second
	portTries  = 10
)

// profiles of SRTP, the cheapest first: the second costs a third more to encrypt, the last six times as much.
var profiles = []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80}

// Transport owns the media sockets. It implements sfu.Transport.
type Transport struct {
	config      Config
	log         *slog.Logger
	sockets     []*egress.Socket
	udp         *ice.MultiUDPMuxDefault
	tcp         *ice.TCPMuxDefault
	told        []netip.AddrPort // in place of the sockets' own; none for those
	certificate webrtc.Certificate
	port        uint16
	express     bool // media need not go through pion
	paths       paths
}

// paths count the downstream connections by the way that their media went.
type paths struct {
	express, fallback atomic.Uint64
}

// Snapshot says how media leaves, and counts it.
type Snapshot struct {
	// Express says that the self-test found the keys of connections.
	Express bool `json:"express"`
	// ExpressPeers had their media encrypted by shards, FallbackPeers by pion, since the start.
	ExpressPeers  uint64                           `json:"expressPeers"`
	FallbackPeers uint64                           `json:"fallbackPeers"`
	Sockets       map[string]egress.SocketSnapshot `json:"sockets"` // by address
}

// New opens the sockets. It fails in one sentence if the port is in use.
func New(config Config, log *slog.Logger) (*Transport, error) { return open(config, log, selfTest) }

func open(config Config, log *slog.Logger, selfTest func(*ecdsa.PrivateKey) error) (*Transport, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("media transport: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the DTLS key: %w", err)
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("make the DTLS certificate: %w", err)
	}
	unread := selfTest(key)
	for try := 1; ; try++ {
		t := &Transport{config: config, log: log, certificate: *certificate, port: config.Port, express: unread == nil}
		err := t.listen()
		if err == nil {
			t.told = config.told(t.port)
			t.sayHow(unread)
			return t, nil
		}
		t.Close()
		// The port that the kernel chose for UDP may be taken for TCP: it chooses again.
		if config.Port != 0 || try == portTries || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, err
		}
	}
}

// sayHow logs which way media leaves: what an operator looks for who wonders about the load.
func (t *Transport) sayHow(unread error) {
	methods := map[string]egress.Method{}
	for _, socket := range t.sockets {
		methods[socket.Address().String()] = socket.Snapshot().Method
	}
	if unread != nil {
		t.log.Warn("media goes through pion, at three times the cost: the keys of its connections cannot be read", "error", unread, "sends", methods)
		return
	}
	t.log.Info("media leaves in batches", "sends", methods)
}

func (t *Transport) listen() error {
	addresses := t.config.Addresses
	if len(addresses) == 0 {
		var err error
		if addresses, err = localAddresses(); err != nil {
			return err
		}
	}
	logger := pionLogger{t.log}
	var muxes []ice.UDPMux
	for _, address := range addresses {
		socket, err := egress.ListenUDP(netip.AddrPortFrom(address, t.port))
		if err != nil {
			return fmt.Errorf("media port: %w", err)
		}
		t.sockets = append(t.sockets, socket)
		// The first socket settles the port for the others and for TCP.
		t.port = socket.Address().Port()
		muxes = append(muxes, ice.NewUDPMuxDefault(ice.UDPMuxParams{Logger: logger, UDPConn: socket}))
	}
	t.udp = ice.NewMultiUDPMuxDefault(muxes...)
	if !t.config.TCP {
		return nil
	}
	listener, err := t.listenTCP()
	if err != nil {
		return fmt.Errorf("media port: %w", err)
	}
	t.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: listener, Logger: logger, ReadBufferSize: tcpReadBuffer, WriteBufferSize: tcpWriteBuffer,
	})
	return nil
}

// listenTCP takes the one address if there is one, else all.
func (t *Transport) listenTCP() (net.Listener, error) {
	address := &net.TCPAddr{Port: int(t.port)}
	if len(t.config.Addresses) == 1 {
		address.IP = t.config.Addresses[0].AsSlice()
	}
	return net.ListenTCP("tcp", address)
}

// localAddresses are those that a client could use, loopback included for calls on one machine.
func localAddresses() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("look up this machine's addresses: %w", err)
	}
	var addresses []netip.Addr
	for _, a := range all {
		network, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		address, ok := netip.AddrFromSlice(network.IP)
		if !ok || address.Unmap().IsLinkLocalUnicast() || address.IsMulticast() {
			continue
		}
		addresses = append(addresses, address.Unmap())
	}
	if len(addresses) == 0 {
		return nil, errors.New("this machine has no address to listen on")
	}
	return addresses, nil
}

// Port that media arrives on.
func (t *Transport) Port() uint16 { return t.port }

// Sockets are where media arrives by UDP.
func (t *Transport) Sockets() []netip.AddrPort {
	var at []netip.AddrPort
	for _, socket := range t.sockets {
		at = append(at, socket.Address())
	}
	return at
}

// Told are the addresses that clients are told for UDP: those of the sockets, unless others were given.
func (t *Transport) Told() []netip.AddrPort {
	if len(t.told) > 0 {
		return slices.Clone(t.told)
	}
	return t.Sockets()
}

// Front has ports beside our sockets at an address spoken of by another, from when they are opened until they are shut. Nil
// where that cannot be.
func (t *Transport) Front(behind, before netip.Addr) *egress.Front {
	front := egress.NewFront(behind, before)
	stands := false
	for _, socket := range t.sockets {
		// Whatever leads a client from there to another of our sockets is the same relay.
		if socket.Address().Addr().Is4() == behind.Is4() {
			stands = socket.Stand(front)
		}
	}
	if !stands {
		return nil
	}
	return front
}

// Snapshot of the sockets, and of the ways through them.
func (t *Transport) Snapshot() Snapshot {
	snapshot := Snapshot{
		Express: t.express, ExpressPeers: t.paths.express.Load(), FallbackPeers: t.paths.fallback.Load(),
		Sockets: make(map[string]egress.SocketSnapshot, len(t.sockets)),
	}
	for _, socket := range t.sockets {
		snapshot.Sockets[socket.Address().String()] = socket.Snapshot()
	}
	return snapshot
}

// Close releases the sockets. Connections are closed before.
func (t *Transport) Close() {
	if t.tcp != nil {
		if err := t.tcp.Close(); err != nil {
			t.log.Debug("TCP mux not closed", "error", err)
		}
	}
	if t.udp != nil {
		if err := t.udp.Close(); err != nil {
			t.log.Debug("UDP mux not closed", "error", err)
		}
	}
	for _, socket := range t.sockets {
		if err := socket.Close(); err != nil {
			t.log.Warn("media socket not closed", "error", err)
		}
	}
}

// connect makes the PeerConnection of c, whose keys are shown to k unless it is nil. We check its path every so often, 0
// for never once it is found.
func (t *Transport) connect(engine *webrtc.MediaEngine, c *connection, k *keys, check time.Duration) (*webrtc.PeerConnection, error) {
	var s webrtc.SettingEngine
	s.LoggerFactory = pionLogger{t.log}
	s.BufferFactory = c.buffers.get
	s.SetICEUDPMux(t.udp)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if t.tcp != nil {
		s.SetICETCPMux(t.tcp)
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	s.SetNetworkTypes(networks)
	s.DisableActiveTCP(true)
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(t.listensOn)
	s.SetICEUseCandidateCheckPriority(true)
	s.SetICEBindingRequestHandler(c.nominations.asked)
	s.SetICETimeouts(disconnectedAfter, failedAfter, check)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetSRTPProtectionProfiles(profiles...)
	s.SetSRTPReplayProtectionWindow(replayWindow)
	s.SetSRTCPReplayProtectionWindow(replayWindow)
	s.SetFireOnTrackBeforeFirstRTP(true)
	s.SetIgnoreRidPauseForRecv(true)
	s.DisableCloseByDTLS(true)
	s.SetDTLSRetransmissionInterval(100 * time.Millisecond)
	s.SetDTLSConnectContextMaker(func() (context.Context, func()) {
		return context.WithTimeout(context.Background(), 15*time.Second)
	})
	s.DisableMediaEngineCopy(true)
	if k != nil {
		if err := k.watch(&s); err != nil {
			return nil, err
		}
	}
	api := webrtc.NewAPI(
		webrtc.WithSettingEngine(s), webrtc.WithMediaEngine(engine),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}),
	)
	return api.NewPeerConnection(webrtc.Configuration{
		BundlePolicy: webrtc.BundlePolicyMaxBundle, RTCPMuxPolicy: webrtc.RTCPMuxPolicyRequire,
		RTPHeaderEncryptionPolicy: webrtc.RTPHeaderEncryptionPolicyDisable,
		Certificates:              []webrtc.Certificate{t.certificate},
	})
}

// listensOn keeps the TCP candidates to the addresses that we were told to use.
func (t *Transport) listensOn(ip net.IP) bool {
	address, ok := netip.AddrFromSlice(ip)
	return ok && (len(t.config.Addresses) == 0 || slices.Contains(t.config.Addresses, address.Unmap()))
}

// shut closes a PeerConnection, but does not wait for ever: pion's Close has deadlocked before.
func shut(pc *webrtc.PeerConnection, log *slog.Logger) {
	closed := make(chan error, 1)
	go func() { closed <- pc.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			log.Debug("connection not closed cleanly", "error", err)
		}
	case <-time.After(closeWait):
		log.Error("a connection did not close in time")
	}
}

var _ sfu.Transport = (*Transport)(nil)
