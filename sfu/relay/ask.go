package relay

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
)

// askEvery is how long a STUN server has before it is asked again: datagrams get lost.
const askEvery = 500 * time.Millisecond

// Mapped asks a STUN server, host:port, which address and port it sees a local one at. Nothing else may have the port.
func Mapped(ctx context.Context, from netip.AddrPort, server string) (netip.AddrPort, error) {
	network := "udp6"
	if from.Addr().Is4() {
		network = "udp4"
	}
	to, err := net.ResolveUDPAddr(network, server)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("the STUN server %s: %w", server, err)
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(from))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("asking the STUN server %s: %w", server, err)
	}
	defer func() { _ = conn.Close() }()
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("asking the STUN server %s: %w", server, err)
	}
	buffer := make([]byte, 1500)
	for ctx.Err() == nil {
		if _, err := conn.WriteTo(request.Raw, to); err != nil {
			return netip.AddrPort{}, fmt.Errorf("asking the STUN server %s: %w", server, err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(askEvery)); err != nil {
			return netip.AddrPort{}, err
		}
		n, _, err := conn.ReadFrom(buffer)
		if err != nil {
			continue
		}
		answer := &stun.Message{Raw: buffer[:n]}
		var seen stun.XORMappedAddress
		if answer.Decode() == nil && answer.TransactionID == request.TransactionID && seen.GetFrom(answer) == nil {
			ip, _ := netip.AddrFromSlice(seen.IP)
			return netip.AddrPortFrom(ip.Unmap(), uint16(seen.Port)), nil //nolint:gosec // a port
		}
	}
	return netip.AddrPort{}, fmt.Errorf("the STUN server %s does not answer: %w", server, context.Cause(ctx))
}

// Way is a transport to a TURN server.
type Way string

// The ways in.
const (
	OverUDP Way = "udp"
	OverTCP Way = "tcp"
	OverTLS Way = "tls"
)

// Client is an allocation at a TURN server.
type Client struct {
	turn *turn.Client
	conn net.PacketConn
	// Relay is the allocation: what is written to it comes out at the server.
	Relay net.PacketConn
}

// Allocate asks a TURN server, host:port, for an allocation. The caller must call Close.
func Allocate(ctx context.Context, way Way, server, username, password string, secure *tls.Config) (*Client, error) {
	conn, err := reach(ctx, way, server, secure)
	if err != nil {
		return nil, fmt.Errorf("the TURN server %s by %s: %w", server, way, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	c, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: server, TURNServerAddr: server, Conn: conn, Username: username, Password: password,
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	})
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("the TURN server %s by %s: %w", server, way, err)
	}
	client := &Client{turn: c, conn: conn}
	if err = c.Listen(); err == nil {
		client.Relay, err = c.AllocateWithContext(ctx)
	}
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("the TURN server %s by %s: %w", server, way, err)
	}
	stop()
	return client, nil
}

func reach(ctx context.Context, way Way, server string, secure *tls.Config) (net.PacketConn, error) {
	var dialer net.Dialer
	switch way {
	case OverTLS:
		conn, err := (&tls.Dialer{Config: secure}).DialContext(ctx, "tcp", server)
		if err != nil {
			return nil, err
		}
		return turn.NewSTUNConn(conn), nil
	case OverTCP:
		conn, err := dialer.DialContext(ctx, "tcp", server)
		if err != nil {
			return nil, err
		}
		return turn.NewSTUNConn(conn), nil
	default:
		// Of the server's family, and from any address.
		to, err := net.ResolveUDPAddr("udp", server)
		if err != nil {
			return nil, err
		}
		network := "udp6"
		if to.IP.To4() != nil {
			network = "udp4"
		}
		return net.ListenUDP(network, nil)
	}
}

// Permit asks for leave to send to a peer.
func (c *Client) Permit(peer netip.AddrPort) error {
	return c.turn.CreatePermission(net.UDPAddrFromAddrPort(peer))
}

// Close gives the allocation back.
func (c *Client) Close() {
	if c.Relay != nil {
		_ = c.Relay.Close()
	}
	c.turn.Close()
	_ = c.conn.Close()
}
