package transport

import (
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu/egress"
)

// express is the way of a connection's media past pion. What we send is encrypted by the shard and leaves in batches; what
// the client sends is decrypted where it is read.
type express struct {
	transport *Transport
	route     *egress.Route
	takers    takers

	mu     sync.Mutex // pion tells of another path on a goroutine of its own
	socket *egress.Socket
	from   netip.AddrPort
	end    func() // of reading what comes from there; nil before the first path
	closed bool

	reading sync.Mutex // the client may move to another socket, which has another reader
	in      *srtp.Context
	header  rtp.Header
	plain   []byte
}

// takers get what a client sends: RTCP, and media unless it sends none.
type takers struct {
	control func(now time.Time, packets []byte)
	media   func(now time.Time, ssrc uint32, packet []byte)
}

// shortcut finds the way past pion of a connection that is set up, nil if there is none: its keys are not known (k may be
// nil), or it has no path by UDP through a socket of ours. follow is told where the connection moves.
func (t *Transport) shortcut(pc *webrtc.PeerConnection, k *keys, to takers, follow func(*express, *webrtc.ICECandidatePair)) *express {
	if k == nil {
		return nil
	}
	ice := pc.SCTP().Transport().ICETransport()
	pair, err := ice.GetSelectedCandidatePair()
	if err != nil {
		return nil
	}
	e := t.newExpress(k, pair, to)
	if e == nil {
		return nil
	}
	ice.OnSelectedCandidatePairChange(func(pair *webrtc.ICECandidatePair) { follow(e, pair) })
	// It may have moved before we listened.
	if pair, err = ice.GetSelectedCandidatePair(); err == nil {
		follow(e, pair)
	}
	return e
}

func (t *Transport) newExpress(k *keys, pair *webrtc.ICECandidatePair, to takers) *express {
	socket, far, ok := t.pathOf(pair)
	if !ok {
		return nil
	}
	out, in, err := k.contexts()
	if err != nil {
		t.log.Debug("media goes through pion", "error", err)
		return nil
	}
	e := &express{transport: t, route: egress.NewRoute(out), takers: to, in: in}
	e.lead(socket, far)
	return e
}

// pathOf is the socket and the far end of a candidate pair.
func (t *Transport) pathOf(pair *webrtc.ICECandidatePair) (*egress.Socket, netip.AddrPort, bool) {
	if pair == nil || pair.Local == nil || pair.Remote == nil || pair.Local.Protocol != webrtc.ICEProtocolUDP {
		return nil, netip.AddrPort{}, false
	}
	address, err := netip.ParseAddr(pair.Remote.Address)
	if err != nil {
		return nil, netip.AddrPort{}, false // a name that only pion has resolved
	}
	to := netip.AddrPortFrom(address.Unmap(), pair.Remote.Port)
	socket := t.socketAt(pair.Local.Address, to.Addr().Is4())
	return socket, to, socket != nil && socket.Address().Addr().Is4() == to.Addr().Is4()
}

// socketAt is the socket of a local candidate. Where its address is told otherwise to clients, only a sole socket of the
// family can be it.
func (t *Transport) socketAt(local string, v4 bool) *egress.Socket {
	var sole *egress.Socket
	n := 0
	for _, socket := range t.sockets {
		at := socket.Address()
		if at.Addr().String() == local {
			return socket
		}
		if at.Addr().Is4() == v4 {
			sole = socket
			n++
		}
	}
	if n != 1 {
		return nil
	}
	return sole
}

func (e *express) lead(socket *egress.Socket, to netip.AddrPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || socket == e.socket && to == e.from {
		return
	}
	if e.end != nil {
		e.end()
	}
	e.socket, e.from = socket, to
	e.route.Move(socket, to)
	media := e.takeMedia
	if e.takers.media == nil {
		media = nil
	}
	e.end = socket.DivertAll(to, e.takeControl, media)
}

// moved follows the connection to another path, and reports whether it can.
func (e *express) moved(pair *webrtc.ICECandidatePair) bool {
	socket, to, ok := e.transport.pathOf(pair)
	if ok {
		e.lead(socket, to)
	}
	return ok
}

// takeControl decrypts and handles one datagram of RTCP.
func (e *express) takeControl(now time.Time, datagram []byte) bool {
	e.reading.Lock()
	defer e.reading.Unlock()
	plain, err := e.in.DecryptRTCP(e.plain[:0], datagram, nil)
	if err != nil {
		return true // forged, or here already
	}
	e.plain = plain
	e.takers.control(now, plain)
	return true
}

// takeMedia decrypts and handles one datagram of RTP. pion keeps a stream whose number of rollovers it alone knows: the
// first packets came before we did, and the number was about to wrap.
func (e *express) takeMedia(now time.Time, datagram []byte) bool {
	e.reading.Lock()
	defer e.reading.Unlock()
	plain, err := e.in.DecryptRTP(e.plain[:0], datagram, &e.header)
	if err != nil {
		_, ours := e.in.ROC(e.header.SSRC)
		return ours // forged, or here already
	}
	e.plain = plain
	e.takers.media(now, e.header.SSRC, plain)
	return true
}

func (e *express) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	e.route.Stop()
	if e.end != nil {
		e.end()
	}
}
