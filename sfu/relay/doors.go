package relay

import (
	"crypto/tls"
	"net"
	"sync"
	"time"
)

const (
	// A connection has this long to say something, its TLS handshake included, and this long between two words: clients
	// check their path every few seconds.
	firstWithin = 10 * time.Second
	silentFor   = 2 * time.Minute
	// A client that does not read this long has its connection closed: datagrams would be lost.
	writeWithin = 5 * time.Second
)

// doors takes connections, with TLS if it has a configuration: so many at once, none that is silent, and all of them end
// with the listener.
type doors struct {
	net.Listener
	tls  *tls.Config
	most int

	mu     sync.Mutex
	open   map[*stream]struct{}
	closed bool
}

func newDoors(listener net.Listener, tls *tls.Config, most int) *doors {
	return &doors{Listener: listener, tls: tls, most: most, open: map[*stream]struct{}{}}
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
		s := &stream{Conn: conn, doors: d, within: firstWithin}
		if d.admit(s) {
			return s, nil
		}
		_ = conn.Close()
	}
}

func (d *doors) admit(s *stream) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || len(d.open) >= d.most {
		return false
	}
	d.open[s] = struct{}{}
	return true
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
	within time.Duration
}

func (s *stream) Read(b []byte) (int, error) {
	if err := s.SetReadDeadline(time.Now().Add(s.within)); err != nil {
		return 0, err
	}
	n, err := s.Conn.Read(b)
	s.within = silentFor
	return n, err
}

func (s *stream) Write(b []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return 0, err
	}
	return s.Conn.Write(b)
}

func (s *stream) Close() error {
	s.doors.mu.Lock()
	delete(s.doors.open, s)
	s.doors.mu.Unlock()
	return s.Conn.Close()
}
