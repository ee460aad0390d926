package transport

import (
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu/egress"
)

// express is the way of a connection's media past pion: packets are encrypted by the shard and leave in batches, and the
// receiver's control packets are read where they arrive.
type express struct {
	transport *Transport
	route     *egress.Route
	take      func(now time.Time, control []byte)

	mu     sync.Mutex // pion tells of another path on a goroutine of its own
	socket *egress.Socket
	from   netip.AddrPort
	end    func() // of reading what comes from there; nil before the first path
	closed bool

	reading sync.Mutex // the receiver may move to another socket, which has another reader
	in      *srtp.Context
	header  rtcp.Header
	plain   []byte
}

// newExpress decides whether a connection that is set up can do without pion: its keys are known, and it has a path by
// UDP through a socket of ours. It is nil if not.
func (t *Transport) newExpress(k *keys, pair *webrtc.ICECandidatePair, take func(now time.Time, control []byte)) *express {
	socket, to, ok := t.pathOf(pair)
	if !ok {
		return nil
	}
	out, in, err := k.contexts()
	if err != nil {
		t.log.Debug("media goes through pion", "error", err)
		return nil
	}
	e := &express{transport: t, route: egress.NewRoute(out), take: take, in: in}
	e.lead(socket, to)
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
	e.end = socket.Divert(to, e.control)
}

// moved follows the connection to another path, and reports whether it can.
func (e *express) moved(pair *webrtc.ICECandidatePair) bool {
	socket, to, ok := e.transport.pathOf(pair)
	if ok {
		e.lead(socket, to)
	}
	return ok
}

// control decrypts and handles one datagram.
func (e *express) control(now time.Time, datagram []byte) bool {
	e.reading.Lock()
	defer e.reading.Unlock()
	plain, err := e.in.DecryptRTCP(e.plain[:0], datagram, &e.header)
	if err != nil {
		return true // forged, or here already
	}
	e.plain = plain
	e.take(now, plain)
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
