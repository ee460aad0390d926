package bridge

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// Config says between whom the bridge stands.
type Config struct {
	Listen   netip.AddrPort // where clients send; port 0 lets the kernel choose
	Upstream netip.AddrPort // the server's media address
	Profile  link.Profile   // for every client until told otherwise
	// Anywhere allows addresses other than loopback: a bridge on them carries anybody's datagrams.
	Anywhere bool
	// Clients is how many source addresses are served at once; 0: 64. One more takes the place of whoever was silent
	// longest, if for idle at least.
	Clients int
}

const (
	clients       = 64
	idle          = 30 * time.Second
	most          = 64 << 10 // bytes in a datagram
	socketBuffer  = 4 << 20
	mostUnderWay  = 64 << 20 // bytes on all links together
	mostDatagrams = 1 << 16
)

// Validate says in one sentence what cannot work.
func (c Config) Validate() error {
	for _, a := range []netip.AddrPort{c.Listen, c.Upstream} {
		if !a.IsValid() {
			return errors.New("the bridge needs an address to listen on and one to send to")
		}
		if !c.Anywhere && !a.Addr().IsLoopback() {
			return fmt.Errorf("%s could be reached by others, and a bridge carries what anybody sends", a)
		}
	}
	if c.Upstream.Port() == 0 {
		return fmt.Errorf("%s has no port to send to", c.Upstream)
	}
	return errors.Join(c.Profile.Up.Validate(), c.Profile.Down.Validate())
}

// Bridge is safe for use by many goroutines.
type Bridge struct {
	config  Config
	log     *slog.Logger
	socket  *net.UDPConn
	readers sync.WaitGroup
	wake    chan struct{}
	done    chan struct{}

	mu       sync.Mutex // guards what follows
	closed   bool
	profile  link.Profile
	holed    bool   // whoever comes finds a hole
	opened   uint64 // clients so far: the number of the next one's links
	clients  map[netip.AddrPort]*client
	underWay queue
	refused  uint64 // datagrams from new clients beyond the limit
	overrun  uint64 // datagrams beyond what may be under way
}

// New opens the bridge. Datagrams pass until Close.
func New(config Config, log *slog.Logger) (*Bridge, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("impairment bridge: %w", err)
	}
	if config.Clients == 0 {
		config.Clients = clients
	}
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(config.Listen))
	if err != nil {
		return nil, fmt.Errorf("impairment bridge: %w", err)
	}
	b := &Bridge{
		config: config, log: log, socket: socket, profile: config.Profile,
		wake: make(chan struct{}, 1), done: make(chan struct{}), clients: map[netip.AddrPort]*client{},
	}
	b.widen(socket)
	b.readers.Go(b.readClients)
	b.readers.Go(b.deliver)
	return b, nil
}

// Address is where clients send.
func (b *Bridge) Address() netip.AddrPort {
	address, ok := b.socket.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{} // a UDP socket has a UDP address
	}
	return netip.AddrPortFrom(address.AddrPort().Addr().Unmap(), address.AddrPort().Port())
}

// Close drops what is under way and waits until nothing of the bridge runs.
func (b *Bridge) Close() {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		b.readers.Wait()
		return
	}
	b.closed = true
	close(b.done)
	for _, c := range b.clients {
		b.shut(c.upstream)
	}
	b.mu.Unlock()
	b.shut(b.socket)
	b.readers.Wait()
}

// widen asks for room for bursts; less than asked for is no fault.
func (b *Bridge) widen(socket *net.UDPConn) {
	if err := errors.Join(socket.SetReadBuffer(socketBuffer), socket.SetWriteBuffer(socketBuffer)); err != nil {
		b.log.Debug("bridge: socket buffers stay small", "error", err)
	}
}

func (b *Bridge) shut(socket *net.UDPConn) {
	if err := socket.Close(); err != nil {
		b.log.Debug("bridge: socket not closed", "error", err)
	}
}

// readClients takes what clients send.
func (b *Bridge) readClients() {
	buffer := make([]byte, most)
	for {
		n, from, err := b.socket.ReadFromUDPAddrPort(buffer)
		switch {
		case err == nil:
			b.fromClient(time.Now(), netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), buffer[:n])
		case !passing(err):
			return
		}
	}
}

// readServer takes what the server sends to one client's socket.
func (b *Bridge) readServer(c *client, upstream *net.UDPConn) {
	buffer := make([]byte, most)
	for {
		n, err := upstream.Read(buffer)
		switch {
		case err == nil:
			b.fromServer(time.Now(), c, buffer[:n])
		case !passing(err):
			return
		}
	}
}

// passing tells an answer of the network to what was sent before from the end of a socket.
func passing(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

func (b *Bridge) fromClient(now time.Time, from netip.AddrPort, datagram []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	c, ok := b.clients[from]
	if !ok {
		if c = b.welcome(now, from); c == nil {
			b.refused++
			return
		}
	}
	c.heard = now
	c.up.taken.add(len(datagram))
	b.send(now, &c.up, datagram, c, true)
}

func (b *Bridge) fromServer(now time.Time, c *client, datagram []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	c.down.taken.add(len(datagram))
	b.send(now, &c.down, datagram, c, false)
}

// send puts a datagram on its way.
func (b *Bridge) send(now time.Time, w *way, datagram []byte, c *client, up bool) {
	arrivals := w.link.Send(now, len(datagram)+overhead)
	if len(arrivals) == 0 || w.holed {
		return
	}
	if b.underWay.bytes+len(datagram) > mostUnderWay || b.underWay.Len() >= mostDatagrams {
		b.overrun++
		return
	}
	kept := append([]byte(nil), datagram...)
	for _, at := range arrivals {
		if b.underWay.add(at, kept, c, up) {
			select {
			case b.wake <- struct{}{}:
			default:
			}
		}
	}
}

// overhead is what IPv4 and UDP add to a datagram.
const overhead = 28
