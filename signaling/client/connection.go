package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v5/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/message"
)

// errFailed is returned when ICE or DTLS gave up.
var errFailed = errors.New("media connection failed")

// connection is one PeerConnection: what upstream and downstream have in common.
type connection struct {
	client    *Client
	direction message.Direction
	pc        *webrtc.PeerConnection
	connected chan struct{}
	failed    chan struct{}
	express   *express // nil: media comes by pion's way
}

// newConnection makes a PeerConnection that has no interceptors and hands each decrypted packet to receive, on the
// goroutine that decrypted it; the slice is reused afterwards. Where express is wanted and can be had, media goes to
// media instead, if that is not nil.
func newConnection(c *Client, direction message.Direction, receive func(kind packetio.BufferPacketType, ssrc uint32, raw []byte), media func(time.Time, *rtp.Packet)) (*connection, error) {
	engine, err := newEngine()
	if err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{LoggerFactory: silent()}
	settings.BufferFactory = func(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
		return &sink{closed: make(chan struct{}), receive: func(raw []byte) { receive(kind, ssrc, raw) }}
	}
	settings.SetFireOnTrackBeforeFirstRTP(true)
	settings.SetIgnoreRidPauseForRecv(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetIncludeLoopbackCandidate(isLoopback(c.options.URL) || c.options.Route != nil)
	settings.SetSRTPReplayProtectionWindow(1024)
	var fast *express
	if c.options.Express && !c.options.TCPOnly {
		if fast, err = newExpress(c.options, media); err != nil {
			return nil, err
		}
		settings.SetICEUDPMux(fast.mux)
	}
	if c.options.TCPOnly {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	}
	if c.options.RelayTLS != nil {
		settings.SetICEProxyDialer(newRelayDialer(c.options))
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(engine),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{
		BundlePolicy:              webrtc.BundlePolicyMaxBundle,
		RTCPMuxPolicy:             webrtc.RTCPMuxPolicyRequire,
		RTPHeaderEncryptionPolicy: webrtc.RTPHeaderEncryptionPolicyDisable,
		ICEServers:                c.options.relays(), ICETransportPolicy: c.options.policy(),
	})
	if err != nil {
		if fast != nil {
			fast.close()
		}
		return nil, fmt.Errorf("make %s connection: %w", direction, err)
	}
	n := &connection{
		client: c, direction: direction, pc: pc, express: fast,
		connected: make(chan struct{}), failed: make(chan struct{}),
	}
	var connected, failed sync.Once
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			connected.Do(func() {
				if fast != nil && media != nil {
					// Without the keys media goes on by pion's way.
					_ = fast.begin(pc)
				}
				close(n.connected)
			})
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			failed.Do(func() { close(n.failed) })
		}
	})
	return n, nil
}

// close ends the connection and waits for its goroutines.
func (n *connection) close() {
	_ = n.pc.GracefulClose()
	if n.express != nil {
		n.express.close()
	}
}

func newEngine() (*webrtc.MediaEngine, error) {
	var e webrtc.MediaEngine
	if err := registerCodecs(&e); err != nil {
		return nil, err
	}
	extensions := []struct {
		kind webrtc.RTPCodecType
		uri  string
	}{
		{webrtc.RTPCodecTypeAudio, sdp.SDESMidURI},
		{webrtc.RTPCodecTypeAudio, sdp.AudioLevelURI},
		{webrtc.RTPCodecTypeAudio, sdp.TransportCCURI},
		{webrtc.RTPCodecTypeVideo, sdp.SDESMidURI},
		{webrtc.RTPCodecTypeVideo, sdp.SDESRTPStreamIDURI},
		{webrtc.RTPCodecTypeVideo, sdp.SDESRepairRTPStreamIDURI},
		{webrtc.RTPCodecTypeVideo, sdp.TransportCCURI},
	}
	for _, x := range extensions {
		if err := e.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: x.uri}, x.kind); err != nil {
			return nil, fmt.Errorf("register header extension: %w", err)
		}
	}
	return &e, nil
}

// exchange makes one offer and takes the answer. ask turns the offer's SDP into the message; before sees the answer
// before it is applied, so that no packet comes from a stream that is not known yet.
func (n *connection) exchange(ctx context.Context, ask func(sdp string) message.WebRTCOffer, before func(answer string) error) error {
	offer, err := n.pc.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("create %s offer: %w", n.direction, err)
	}
	if err := n.pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("apply %s offer: %w", n.direction, err)
	}
	// No waiting for candidates: the server learns our addresses from our own checks.
	answer, err := askFor[message.WebRTCAnswer](ctx, n.client, ask(offer.SDP))
	if err != nil {
		return err
	}
	if err := before(answer.SDP); err != nil {
		return err
	}
	if n.client.options.Route != nil {
		answer.SDP = rerouted(answer.SDP, n.client.options.Route)
	}
	err = n.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP})
	if err != nil {
		return fmt.Errorf("apply %s answer: %w", n.direction, err)
	}
	return nil
}

// wait returns when media can flow.
func (n *connection) wait(ctx context.Context) error {
	select {
	case <-n.connected:
		return nil
	case <-n.failed:
		return fmt.Errorf("%s: %w", n.direction, errFailed)
	case <-n.client.Done():
		return fmt.Errorf("%s: %w", n.direction, ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("wait for %s connection: %w", n.direction, ctx.Err())
	}
}

// over is true after the connection failed or was closed by the server.
func (n *connection) over() bool {
	select {
	case <-n.failed:
		return true
	default:
		return false
	}
}

// silent leaves pion's log to its own variables in the environment: a program's standard error is not the place for it.
func silent() logging.LoggerFactory {
	f := logging.NewDefaultLoggerFactory()
	f.DefaultLogLevel = logging.LogLevelDisabled
	return f
}

func isLoopback(socketURL string) bool {
	u, err := url.Parse(socketURL)
	if err != nil {
		return false
	}
	return u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
}

// sink is a packet buffer that keeps nothing: what is written goes straight to receive. pion's own reader sleeps in
// Read until the end.
type sink struct {
	receive func([]byte)
	closed  chan struct{}
	once    sync.Once
}

func (s *sink) Write(raw []byte) (int, error) {
	s.receive(raw)
	return len(raw), nil
}

func (s *sink) Read([]byte) (int, error) {
	<-s.closed
	return 0, io.EOF
}

func (s *sink) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}
