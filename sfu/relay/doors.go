package relay

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A connection has this long to prove who it is, its TLS handshake included, and this long between two words from then on:
	// clients check their path every few seconds.
	proveWithin = 10 * time.Second
	silentFor   = 2 * time.Minute
	// strangersFrom is how many connections from one address may be without proof.
	strangersFrom = 64
	// A client that does not read this long has its connection closed: datagrams would be lost.
	writeWithin = 5 * time.Second
)

// doors takes connections, with TLS if it has a configuration: so many at once, none that is silent, and all of them end
// with the listener.
type doors struct {
	net.Listener
	tls  *tls.Config
	most int

	mu       sync.Mutex
	open     map[*stream]struct{}
	unproved map[netip.Prefix]int
	closed   bool
}

func newDoors(listener net.Listener, tls *tls.Config, most int) *doors {
	return &doors{Listener: listener, tls: tls, most: most, open: map[*stream]struct{}{}, unproved: map[netip.Prefix]int{}}
}

// Accept waits for a connection that there is room for.
func (d *doors) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if d.tls != nil {
			// The handshake is part of the first read, under its deadline.
			conn = tls.Server(conn, d.tls)
		}
		s := &stream{Conn: conn, doors: d, from: networkOf(addrPortOf(conn.RemoteAddr()).Addr()), until: time.Now().Add(proveWithin)}
		if d.admit(s) {
			return s, nil
		}
		_ = conn.Close()
	}
}

func (d *doors) admit(s *stream) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || len(d.open) >= d.most || d.unproved[s.from] >= strangersFrom {
		return false
	}
	d.open[s] = struct{}{}
	d.unproved[s.from]++
	return true
}

// proved takes a connection off the strangers of its address.
func (d *doors) proved(s *stream) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.proved.Swap(true) {
		return
	}
	if d.unproved[s.from]--; d.unproved[s.from] == 0 {
		delete(d.unproved, s.from)
	}
}

// networkOf is what one household or host has: an IPv4 address, or a /64.
func networkOf(address netip.Addr) netip.Prefix {
	bits := 64
	if address = address.Unmap(); address.Is4() {
		bits = 32
	}
	network, _ := address.WithZone("").Prefix(bits)
	return network
}

// Close ends the listener and every connection.
func (d *doors) Close() error {
	d.mu.Lock()
	d.closed = true
	open := d.open
	d.open = map[*stream]struct{}{}
	d.mu.Unlock()
	for s := range open {
		_ = s.Conn.Close()
	}
	return d.Listener.Close()
}

// stream is one connection. It is read by one goroutine.
type stream struct {
	net.Conn
	doors  *doors
	from   netip.Prefix
	until  time.Time // for proof
	proved atomic.Bool
}

// Read waits for one whole message (RFC 8656 §12.5, RFC 8489 §7.2.2): given parts, pion's reader calls itself for each of
// them. b bounds the message.
func (s *stream) Read(b []byte) (int, error) {
	deadline := s.until
	if s.proved.Load() {
		deadline = time.Now().Add(silentFor)
	}
	if err := s.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	const header = 4
	if len(b) < header {
		return 0, io.ErrShortBuffer
	}
	if _, err := io.ReadFull(s.Conn, b[:header]); err != nil {
		return 0, err
	}
	size := messageSize(b[0], int(binary.BigEndian.Uint16(b[2:])))
	if size > len(b) {
		return 0, errLong
	}
	if _, err := io.ReadFull(s.Conn, b[header:size]); err != nil {
		return 0, err
	}
	return size, nil
}

// messageSize is how many bytes a message takes whose header says length: a STUN message has 16 more of header, channel data
// is padded to 4 bytes.
func messageSize(first byte, length int) int {
	if first&0xc0 == 0 {
		return 20 + length
	}
	return 4 + (length+3)&^3
}

var errLong = errors.New("a message that is too long")

func (s *stream) Write(b []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return 0, err
	}
	if len(b) > 1 && binary.BigEndian.Uint16(b) == allocateSuccess {
		s.doors.proved(s)
	}
	return s.Conn.Write(b)
}

// allocateSuccess answers an Allocate request (RFC 8656 §5) of somebody who has a credential.
const allocateSuccess = 0x0103

func (s *stream) Close() error {
	s.doors.mu.Lock()
	_, open := s.doors.open[s]
	delete(s.doors.open, s)
	s.doors.mu.Unlock()
	if open {
		s.doors.proved(s)
	}
	return s.Conn.Close()
}
