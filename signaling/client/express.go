package client

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"
	"golang.org/x/net/ipv4"
)

// express is the socket of one connection that takes media off it before pion does: decrypted and handed over by the
// goroutine that reads, without the queues and wake-ups of pion's way, which costs three times as much. STUN, DTLS and
// RTCP go on to pion, as does all media until the keys are known.
//
//	socket ── recvmmsg ── media? ── decrypt ──> receive
//	                        └ no ──> pion's mux ── ICE, DTLS, SRTCP
type express struct {
	*net.UDPConn
	mux      *ice.UDPMuxDefault
	batch    *ipv4.PacketConn // its ReadBatch is for IPv6 as well
	messages []ipv4.Message
	next, n  int    // of messages: the next to look at, how many were read
	opened   opened // the message that is being looked at

	keys    atomic.Pointer[srtp.Context]
	receive func(now time.Time, p *rtp.Packet)
	packet  rtp.Packet
	plain   []byte
	media   atomic.Uint64 // packets that went this way
}

// opened is what is left of a message: one datagram, or several that the kernel hands over as one.
type opened struct {
	rest []byte
	each int // length of a datagram; the last may be shorter
	from netip.AddrPort
	at   time.Time
}

func (o *opened) datagram() []byte {
	d := o.rest[:min(o.each, len(o.rest))]
	o.rest = o.rest[len(d):]
	return d
}

const (
	datagramSize = 1500
	// expressBatch messages are read at once, one for each datagram; a large frame has as many. Where the kernel merges
	// datagrams (UDP GRO), mergedBatch messages of mergedSize hold more than that.
	expressBatch, mergedBatch = 16, 4
	mergedSize                = 1 << 16
	// expressBuffer is the socket's, for bursts.
	expressBuffer = 512 << 10
)

var errNoKeys = errors.New("the keys of the connection cannot be had")

// newExpress opens the socket on the address that leads to the server.
func newExpress(o Options, receive func(time.Time, *rtp.Packet)) (*express, error) {
	local, err := localAddress(o)
	if err != nil {
		return nil, err
	}
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: local})
	if err != nil {
		return nil, fmt.Errorf("open media socket: %w", err)
	}
	// Less than asked for is no fault.
	_ = socket.SetReadBuffer(expressBuffer)
	x := takeFrom(socket, receive)
	x.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: x, Logger: silent().NewLogger("ice")})
	return x, nil
}

// takeFrom is the express of a socket, with nobody yet who takes what is not media.
func takeFrom(socket *net.UDPConn, receive func(time.Time, *rtp.Packet)) *express {
	batch, size := expressBatch, datagramSize
	if informed(socket) {
		batch, size = mergedBatch, mergedSize
	}
	x := &express{
		UDPConn: socket, batch: ipv4.NewPacketConn(socket), receive: receive, plain: make([]byte, 0, datagramSize),
		messages: make([]ipv4.Message, batch),
	}
	for i := range x.messages {
		x.messages[i].Buffers = [][]byte{make([]byte, size)}
		x.messages[i].OOB = make([]byte, controlSize)
	}
	return x
}

// localAddress is where packets to a host leave from. Nothing is sent to find out.
func localAddress(o Options) (net.IP, error) {
	if o.Route != nil {
		return net.IPv4(127, 0, 0, 1), nil // the bridge is on this machine
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("address of the server: %w", err)
	}
	probe, err := net.Dial("udp", net.JoinHostPort(u.Hostname(), "9"))
	if err != nil {
		return nil, fmt.Errorf("way to the server: %w", err)
	}
	defer probe.Close()
	address, ok := probe.LocalAddr().(*net.UDPAddr)
	if !ok {
		return nil, fmt.Errorf("way to the server: %T is no address of UDP", probe.LocalAddr())
	}
	return address.IP, nil
}

// close ends the reader.
func (x *express) close() { _ = x.mux.Close() }

// ReadFromAddrPort gives pion's mux the next datagram that is not ours.
func (x *express) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		for len(x.opened.rest) > 0 || x.open() {
			datagram := x.opened.datagram()
			if isMedia(datagram) {
				if keys := x.keys.Load(); keys != nil {
					x.take(keys, x.opened.at, datagram)
					continue
				}
			}
			return copy(b, datagram), x.opened.from, nil
		}
		n, err := x.batch.ReadBatch(x.messages, 0)
		if errors.Is(err, net.ErrClosed) {
			err = io.EOF // what the mux takes for an ordinary end
		}
		if err != nil {
			return 0, netip.AddrPort{}, err
		}
		x.next, x.n = 0, n
	}
}

// open begins with the next message that was read, false if there is none.
func (x *express) open() bool {
	for x.next < x.n {
		m := &x.messages[x.next]
		x.next++
		from, ok := m.Addr.(*net.UDPAddr)
		if !ok || m.N == 0 {
			continue // a UDP socket has UDP addresses; nobody sends nothing
		}
		address := from.AddrPort()
		x.opened = opened{rest: m.Buffers[0][:m.N], each: m.N, from: netip.AddrPortFrom(address.Addr().Unmap(), address.Port()), at: time.Now()}
		x.opened.inform(m.OOB[:m.NN])
		return true
	}
	return false
}

// WriteToAddrPort sends for pion's mux.
func (x *express) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return x.WriteToUDPAddrPort(b, to)
}

// isMedia tells RTP from STUN, DTLS and RTCP (RFC 7983, RFC 5761 §4).
func isMedia(b []byte) bool {
	return len(b) > 12 && b[0]>>6 == 2 && (b[1]&0x7f < 64 || b[1]&0x7f > 95)
}

// take decrypts a packet and hands it over. One that cannot be decrypted was sent by somebody else.
func (x *express) take(keys *srtp.Context, now time.Time, datagram []byte) {
	plain, err := keys.DecryptRTP(x.plain[:0], datagram, &x.packet.Header)
	if err != nil {
		return
	}
	if x.packet.Unmarshal(plain) != nil {
		return
	}
	x.media.Add(1)
	x.receive(now, &x.packet)
}

// begin takes media over from pion: the connection has its keys now.
func (x *express) begin(pc *webrtc.PeerConnection) error {
	var transport *webrtc.DTLSTransport
	for _, t := range pc.GetTransceivers() {
		if r := t.Receiver(); r != nil && r.Transport() != nil {
			transport = r.Transport()
		}
	}
	conn, err := dtlsOf(transport)
	if err != nil {
		return err
	}
	state, ok := conn.ConnectionState()
	profile, chosen := conn.SelectedSRTPProtectionProfile()
	if !ok || !chosen {
		return errNoKeys
	}
	config := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	// We offer actpass, so the answer says who begins the handshake (RFC 5763 §5).
	client := !strings.Contains(pc.RemoteDescription().SDP, "a=setup:active")
	if err := config.ExtractSessionKeysFromDTLS(&state, client); err != nil {
		return fmt.Errorf("keys of the connection: %w", err)
	}
	keys, err := srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, config.Profile, srtp.SRTPReplayProtection(1024))
	if err != nil {
		return fmt.Errorf("keys of the connection: %w", err)
	}
	x.keys.Store(keys)
	return nil
}

// dtlsOf is a transport's DTLS connection, which pion keeps to itself. It is set once, before the connection is
// reported as connected. Where a future pion has it elsewhere, media goes pion's way.
func dtlsOf(t *webrtc.DTLSTransport) (*dtls.Conn, error) {
	if t == nil {
		return nil, errNoKeys
	}
	field := reflect.ValueOf(t).Elem().FieldByName("conn")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*dtls.Conn]() || field.IsNil() {
		return nil, errNoKeys
	}
	return *(**dtls.Conn)(unsafe.Pointer(field.UnsafeAddr())), nil //nolint:gosec // checked to be what it is taken for
}
