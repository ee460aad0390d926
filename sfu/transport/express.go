package transport

import (
	"encoding/binary"
	"net/netip"
	"slices"
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
	path   path       // that our media takes
	read   []readPath // from which the client's is taken, the path among them
	closed bool

	reading  sync.Mutex // the client may move to another socket, which has another reader
	in       *srtp.Context
	header   rtp.Header
	plain    []byte
	speakers int  // SSRCs that RTCP came from
	full     bool // no stream more is taken
}

const (
	// maxPaths bounds the addresses of one client that are read from, the one in use among them.
	maxPaths = 4
	// maxSpeakers bounds the SSRCs that a client sends RTCP from: each costs state. Firefox has one for each m-line.
	maxSpeakers = 256
)

// path is between a socket of ours and an address of the client.
type path struct {
	socket *egress.Socket
	far    netip.AddrPort
}

type readPath struct {
	path
	end func()
}

// takers get what a client sends: RTCP, and media unless it sends none. admit is asked about each new stream of it.
type takers struct {
	control func(now time.Time, packets []byte)
	media   func(now time.Time, ssrc uint32, packet []byte)
	admit   func(ssrc uint32) bool
}

// shortcut finds the way past pion of a connection that is set up, nil if there is none: its keys are not known (k may be
// nil), or it has no path by UDP through a socket of ours. follow is told where the connection moves.
func (t *Transport) shortcut(c *connection, k *keys, to takers, follow func(*express, *webrtc.ICECandidatePair)) *express {
	if k == nil {
		return nil
	}
	ice := c.pc.SCTP().Transport().ICETransport()
	pair, err := ice.GetSelectedCandidatePair()
	if err != nil {
		return nil
	}
	e := t.newExpress(k, pair, to)
	if e == nil {
		return nil
	}
	c.nominations.hear.Store(e)
	ice.OnSelectedCandidatePairChange(func(pair *webrtc.ICECandidatePair) { follow(e, pair) })
	// It may have moved before we listened.
	if pair, err = ice.GetSelectedCandidatePair(); err == nil {
		follow(e, pair)
	}
	return e
}

func (t *Transport) newExpress(k *keys, pair *webrtc.ICECandidatePair, to takers) *express {
	way, ok := t.pathOf(pair)
	if !ok {
		return nil
	}
	out, in, err := k.contexts()
	if err != nil {
		t.log.Debug("media goes through pion", "error", err)
		return nil
	}
	e := &express{transport: t, route: egress.NewRoute(out), takers: to, in: in}
	e.lead(way)
	return e
}

// pathOf is the path of a candidate pair, if it is one by UDP through a socket of ours.
func (t *Transport) pathOf(pair *webrtc.ICECandidatePair) (path, bool) {
	if pair == nil || pair.Local == nil || pair.Remote == nil || pair.Local.Protocol != webrtc.ICEProtocolUDP {
		return path{}, false
	}
	return t.pathBetween(pair.Local.Address, pair.Remote.Address, pair.Remote.Port)
}

func (t *Transport) pathBetween(local, remote string, port uint16) (path, bool) {
	address, err := netip.ParseAddr(remote)
	if err != nil {
		return path{}, false // a name that only pion has resolved
	}
	far := netip.AddrPortFrom(address.Unmap(), port)
	socket := t.socketAt(local)
	return path{socket, far}, socket != nil && socket.Address().Addr().Is4() == far.Addr().Is4()
}

// socketAt is the socket of a local candidate.
func (t *Transport) socketAt(local string) *egress.Socket {
	for _, socket := range t.sockets {
		if socket.Address().Addr().String() == local {
			return socket
		}
	}
	return nil
}

// lead sends media along a path, and takes the client's from there.
func (e *express) lead(p path) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || p == e.path {
		return
	}
	e.path = p
	e.route.Move(p.socket, p.far)
	e.listen(p)
}

// hear takes the client's media from a path along which ours does not go, or not yet: pion cannot, once numbers wrapped.
func (e *express) hear(p path) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.listen(p)
	}
}

func (e *express) listen(p path) {
	if slices.ContainsFunc(e.read, func(r readPath) bool { return r.path == p }) {
		return
	}
	if len(e.read) == maxPaths {
		oldest := slices.IndexFunc(e.read, func(r readPath) bool { return r.path != e.path })
		e.read[oldest].end()
		e.read = slices.Delete(e.read, oldest, oldest+1)
	}
	media := e.takeMedia
	if e.takers.media == nil {
		media = nil
	}
	e.read = append(e.read, readPath{p, p.socket.DivertAll(p.far, e.takeControl, media)})
}

// moved follows the connection to another path, and reports whether it can.
func (e *express) moved(pair *webrtc.ICECandidatePair) bool {
	p, ok := e.transport.pathOf(pair)
	if ok {
		e.lead(p)
	}
	return ok
}

// takeControl decrypts and handles one datagram of RTCP.
func (e *express) takeControl(now time.Time, datagram []byte) bool {
	e.reading.Lock()
	defer e.reading.Unlock()
	_, known := e.in.Index(binary.BigEndian.Uint32(datagram[4:]))
	if !known && e.speakers == maxSpeakers {
		return true
	}
	plain, err := e.in.DecryptRTCP(e.plain[:0], datagram, nil)
	if err != nil {
		return true // forged, or here already
	}
	if !known {
		e.speakers++
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
	const header = 12
	if len(datagram) < header {
		return true
	}
	_, known := e.in.ROC(binary.BigEndian.Uint32(datagram[8:]))
	if !known && e.full {
		return true
	}
	plain, err := e.in.DecryptRTP(e.plain[:0], datagram, &e.header)
	if err != nil {
		return known // forged, or here already
	}
	if !known && !e.takers.admit(e.header.SSRC) {
		e.full = true
		return true
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
	for _, r := range e.read {
		r.end()
	}
	e.read = nil
}
