package egress

import (
	"net"
	"net/netip"
	"testing"
)

// A port beside a socket is spoken of by the front while it is open, in both directions, by one datagram and by batches, and no other is.
func TestAFrontIsSpokenOfInPlaceOfWhatIsBehind(t *testing.T) {
	loopback, public := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("203.0.113.7")
	socket, err := ListenUDP(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	open := func() (conn *net.UDPConn, port uint16) {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn, uint16(conn.LocalAddr().(*net.UDPAddr).Port)
	}
	relay, port := open()
	other, otherPort := open()
	front := NewFront(loopback, public)
	socket.Stand(front)
	front.Open(port)

	b := make([]byte, 64)
	from := func(conn *net.UDPConn) netip.AddrPort {
		t.Helper()
		if _, err := conn.WriteToUDPAddrPort([]byte("up"), socket.Address()); err != nil {
			t.Fatal(err)
		}
		_, at, err := socket.ReadFromAddrPort(b)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if at := from(relay); at != netip.AddrPortFrom(public, port) {
		t.Errorf("the relay is spoken of as %s", at)
	}
	if at := from(other); at != netip.AddrPortFrom(loopback, otherPort) {
		t.Errorf("another port is spoken of as %s", at)
	}
	if _, err := socket.WriteToAddrPort([]byte("down"), netip.AddrPortFrom(public, port)); err != nil {
		t.Fatal(err)
	}
	batch := socket.newBatch()
	for range 2 {
		copy(batch.room(0), "down")
		batch.commit(len("down"), netip.AddrPortFrom(public, port))
	}
	batch.flush()
	for range 3 {
		if n, err := relay.Read(b); err != nil || string(b[:n]) != "down" {
			t.Fatalf("the relay hears %q, %v", b[:n], err)
		}
	}
	front.Shut(port)
	if at := from(relay); at != netip.AddrPortFrom(loopback, port) {
		t.Errorf("a port that is shut is spoken of as %s", at)
	}
	front.Open(port)
	if n := testing.AllocsPerRun(100, func() { front.meant(front.seen(netip.AddrPortFrom(loopback, port))) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
