package main

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// aimer is a TURN client that aims where it likes. It writes peers as they are given: pion would unwrap IPv4 inside IPv6.
type aimer struct {
	t                  *testing.T
	conn               net.Conn
	username, password string
	realm              stun.Realm
	nonce              stun.Nonce
}

// Of TURN (RFC 8656 §18, RFC 6062 §6.2), with their numbers.
const (
	channelNumber      = stun.AttrType(0x000c)
	peerAddress        = stun.AttrType(0x0012)
	data               = stun.AttrType(0x0013)
	addressFamily      = stun.AttrType(0x0017)
	requestedTransport = stun.AttrType(0x0019)
)

// aims has a relay of the family at a server, by UDP.
func aims(t *testing.T, server, username, password string, v4 bool) *aimer {
	t.Helper()
	conn, err := net.Dial("udp", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	a := &aimer{t: t, conn: conn, username: username, password: password}
	if code := a.allocate(v4); code != 0 {
		t.Fatalf("the server gives no relay: %d", code)
	}
	return a
}

// allocate asks for a relay, first without proof, as everybody does: the refusal has what the proof is made of.
func (a *aimer) allocate(v4 bool) stun.ErrorCode {
	a.t.Helper()
	family := byte(2)
	if v4 {
		family = 1
	}
	udp := stun.RawAttribute{Type: requestedTransport, Value: []byte{17, 0, 0, 0}}
	of := stun.RawAttribute{Type: addressFamily, Value: []byte{family, 0, 0, 0}}
	if code := a.ask(stun.MethodAllocate, udp, of); code != stun.CodeUnauthorized {
		return code
	}
	return a.ask(stun.MethodAllocate, udp, of)
}

// ask sends a request, and gives the code of its refusal, 0 for none.
func (a *aimer) ask(method stun.Method, attributes ...stun.Setter) stun.ErrorCode {
	a.t.Helper()
	setters := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassRequest)}, attributes...)
	if len(a.nonce) > 0 {
		setters = append(setters, stun.NewUsername(a.username), a.realm, a.nonce,
			stun.NewLongTermIntegrity(a.username, a.realm.String(), a.password))
	}
	request, err := stun.Build(append(setters, stun.Fingerprint)...)
	if err != nil {
		a.t.Fatal(err)
	}
	b := make([]byte, 1500)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if _, err := a.conn.Write(request.Raw); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			a.t.Fatal(err)
		}
		_ = a.conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		n, err := a.conn.Read(b)
		if err != nil {
			continue
		}
		answer := &stun.Message{Raw: b[:n]}
		if answer.Decode() != nil || answer.TransactionID != request.TransactionID {
			continue
		}
		if answer.Type.Class == stun.ClassSuccessResponse {
			return 0
		}
		_, _ = a.realm.GetFrom(answer), a.nonce.GetFrom(answer)
		var refusal stun.ErrorCodeAttribute
		if err := refusal.GetFrom(answer); err != nil {
			a.t.Fatal(err)
		}
		return refusal.Code
	}
	a.t.Fatalf("no answer to %s", method)
	return 0
}

// at aims at one peer by every request that there is, and by data without leave. It names those that were granted.
func (a *aimer) at(peer netip.AddrPort) (granted []string) {
	a.t.Helper()
	to := aimed{peer}
	const connect = stun.Method(0x00a)
	for _, c := range []struct {
		name       string
		method     stun.Method
		attributes []stun.Setter
	}{
		{"a permission", stun.MethodCreatePermission, []stun.Setter{to}},
		{"a channel", stun.MethodChannelBind, []stun.Setter{stun.RawAttribute{Type: channelNumber, Value: []byte{0x40, 0x01, 0, 0}}, to}},
		{"a connection", connect, []stun.Setter{to}},
	} {
		if code := a.ask(c.method, c.attributes...); code == 0 {
			granted = append(granted, c.name)
		}
	}
	a.send(peer, "inside")
	return granted
}

// send sends data to a peer, by the indication that nobody answers.
func (a *aimer) send(peer netip.AddrPort, text string) {
	a.t.Helper()
	indication, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication), aimed{peer},
		stun.RawAttribute{Type: data, Value: []byte(text)}, stun.Fingerprint)
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := a.conn.Write(indication.Raw); err != nil {
		a.t.Fatal(err)
	}
}

// aimed is XOR-PEER-ADDRESS (RFC 8489 §14.2) of the family in which the address was written.
type aimed struct{ netip.AddrPort }

func (p aimed) AddTo(m *stun.Message) error {
	const cookie = 0x2112a442
	pad := binary.BigEndian.AppendUint32(nil, cookie)
	pad = append(pad, m.TransactionID[:]...)
	family := byte(2)
	if p.Addr().Is4() {
		family = 1
	}
	value := binary.BigEndian.AppendUint16([]byte{0, family}, p.Port()^cookie>>16)
	for i, b := range p.Addr().AsSlice() {
		value = append(value, b^pad[i])
	}
	m.Add(peerAddress, value)
	return nil
}

// canary is whatever listens on this machine and is nobody's business.
type canary struct{ *net.UDPConn }

func listens(t *testing.T, address string) canary {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(address)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return canary{conn}
}

func (c canary) at() netip.AddrPort {
	at := c.LocalAddr().(*net.UDPAddr).AddrPort() //nolint:forcetypeassert // a UDP socket
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// hears waits so long for a datagram; empty if there is none.
func (c canary) hears(within time.Duration) string {
	_ = c.SetReadDeadline(time.Now().Add(within))
	b := make([]byte, 1500)
	n, _ := c.Read(b)
	return string(b[:n])
}
