package bridge

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// client is one source address: its path to the server and back.
type client struct {
	address  netip.AddrPort
	number   uint64
	upstream *net.UDPConn
	heard    time.Time
	up, down way
}

// way is one direction of a client's path.
type way struct {
	link   *link.Link
	before link.Counts // of links that were replaced
	holed  bool        // nothing passes, whatever the profile says
	taken  Traffic
	given  Traffic
}

// Traffic is what passed one end of the bridge.
type Traffic struct {
	Datagrams uint64 `json:"datagrams"`
	Bytes     uint64 `json:"bytes"`
}

func (t *Traffic) add(size int) {
	t.Datagrams++
	t.Bytes += uint64(size) //nolint:gosec // sizes are not negative
}

// welcome makes room for a new client and opens its socket. The bridge is locked.
func (b *Bridge) welcome(now time.Time, from netip.AddrPort) *client {
	if len(b.clients) >= b.config.Clients && !b.forgetIdle(now) {
		return nil
	}
	upstream, err := b.dial()
	if err != nil {
		b.log.Warn("bridge: a client finds no way to the server", "client", from.String(), "error", err)
		return nil
	}
	c := &client{address: from, number: b.opened, upstream: upstream, heard: now}
	b.opened++
	c.up.link, c.down.link = b.profile.Links(now, c.number)
	c.up.holed, c.down.holed = b.holed, b.holed
	b.clients[from] = c
	b.readers.Go(func() { b.readServer(c, upstream) })
	return c
}

// forgetIdle gives up the client that was silent longest, if that is long.
func (b *Bridge) forgetIdle(now time.Time) bool {
	var oldest *client
	for _, c := range b.clients {
		if oldest == nil || c.heard.Before(oldest.heard) {
			oldest = c
		}
	}
	if oldest == nil || now.Sub(oldest.heard) < idle {
		return false
	}
	b.shut(oldest.upstream)
	delete(b.clients, oldest.address)
	return true
}

func (b *Bridge) dial() (*net.UDPConn, error) {
	socket, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(b.config.Upstream))
	if err != nil {
		return nil, err
	}
	b.widen(socket)
	return socket, nil
}

// Everybody stands for all clients, those to come included.
var Everybody netip.AddrPort

// ErrUnknownClient says that nobody sends from that address.
var ErrUnknownClient = errors.New("no such client")

// Use gives a client, or Everybody, another profile, which begins now. What is under way arrives as it would have.
func (b *Bridge) Use(profile link.Profile, whom netip.AddrPort) error {
	if err := errors.Join(profile.Up.Validate(), profile.Down.Validate()); err != nil {
		return err
	}
	now := time.Now()
	return b.each(whom, func(c *client) error {
		if c == nil {
			b.profile = profile
			return nil
		}
		up, down := profile.Links(now, c.number)
		c.up.replace(up)
		c.down.replace(down)
		return nil
	})
}

// Blackhole stops, or no longer stops, everything that a client or Everybody sends and is sent.
func (b *Bridge) Blackhole(on bool, whom netip.AddrPort) error {
	return b.each(whom, func(c *client) error {
		if c == nil {
			b.holed = on
			return nil
		}
		c.up.holed, c.down.holed = on, on
		return nil
	})
}

// Rebind lets a client, or Everybody, reach the server from another port, as after a change of network.
func (b *Bridge) Rebind(whom netip.AddrPort) error {
	return b.each(whom, func(c *client) error {
		if c == nil {
			return nil
		}
		upstream, err := b.dial()
		if err != nil {
			return fmt.Errorf("rebind %s: %w", c.address, err)
		}
		b.shut(c.upstream)
		c.upstream = upstream
		b.readers.Go(func() { b.readServer(c, upstream) })
		return nil
	})
}

// each runs do for one client, or for all and, as nil, for those to come.
func (b *Bridge) each(whom netip.AddrPort, do func(*client) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return net.ErrClosed
	}
	if whom != Everybody {
		c, ok := b.clients[whom]
		if !ok {
			return fmt.Errorf("%s: %w", whom, ErrUnknownClient)
		}
		return do(c)
	}
	err := do(nil)
	for _, c := range b.clients {
		err = errors.Join(err, do(c))
	}
	return err
}

// replace keeps the counts of the link before.
func (w *way) replace(l *link.Link) {
	w.before = w.counts()
	w.link = l
}

func (w *way) counts() link.Counts { return w.before.Plus(w.link.Counts()) }
