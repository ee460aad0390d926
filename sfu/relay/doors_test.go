package relay

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func TestDoorsHaveSoMuchRoomAndEndTogether(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDoors(listener, nil, 1)
	accepted := make(chan net.Conn, 2)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := d.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	ended := func(conn net.Conn) {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("it is not closed: %v", err)
		}
	}
	dial()
	first := <-accepted
	ended(dial())
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := dial()
	<-accepted
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
	ended(second)
}

func TestStrangersGetSoManyAnswers(t *testing.T) {
	s := &strangers{counts: &counts{}}
	now, one, other := time.Unix(1000, 0), at("198.51.100.1:1")[0].Addr(), at("198.51.100.2:1")[0].Addr()
	for i := range 2 * strangerAnswers {
		if may := s.may(now, one); may != (i < strangerAnswers) {
			t.Fatalf("answer %d: %v", i, may)
		}
	}
	if !s.may(now, other) || !s.may(now.Add(time.Second), one) {
		t.Error("another address, or another second, is held back")
	}
	stun := func(first, second byte) []byte { return append([]byte{first, second}, make([]byte, 18)...) }
	for _, c := range []struct {
		name string
		sent []byte
		want bool
	}{
		{"allocate error", stun(0x01, 0x13), true},
		{"binding success", stun(0x01, 0x01), true},
		{"allocate success", stun(0x01, 0x03), false},
		{"data indication", stun(0x00, 0x17), false},
		{"channel data", stun(0x40, 0x00), false},
		{"short", []byte{1, 1}, false},
	} {
		if unproved(c.sent) != c.want {
			t.Errorf("%s: %v", c.name, !c.want)
		}
	}
}

// opened is a connection through doors: what the server has of it, and the client's end.
func opened(t *testing.T, d *doors) (server net.Conn, client net.Conn) {
	t.Helper()
	accepted := make(chan net.Conn, 1)
	go func() {
		if conn, err := d.Accept(); err == nil {
			accepted <- conn
		}
	}()
	client, err := net.Dial("tcp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	select {
	case server = <-accepted:
		return server, client
	case <-time.After(patience):
		t.Fatal("nobody was let in")
		return nil, nil
	}
}

func listening(t *testing.T) *doors {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDoors(listener, nil, 1000)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// Whoever sends byte by byte is not read byte by byte.
func TestAReadIsOneMessage(t *testing.T) {
	for name, message := range map[string][]byte{
		"STUN":         append([]byte{0, 1, 0, 8}, make([]byte, 16+8)...),
		"channel data": append([]byte{0x40, 0, 0, 5}, make([]byte, 5+3)...),
	} {
		t.Run(name, func(t *testing.T) {
			server, client := opened(t, listening(t))
			go func() {
				for range 2 {
					for i := range message {
						_, _ = client.Write(message[i : i+1])
					}
				}
			}()
			b := make([]byte, 1600)
			for range 2 {
				if n, err := server.Read(b); err != nil || n != len(message) {
					t.Fatalf("%d bytes, %v: want %d", n, err, len(message))
				}
			}
		})
	}
}

func TestAMessageThatIsTooLongEndsTheConnection(t *testing.T) {
	server, client := opened(t, listening(t))
	if _, err := client.Write([]byte{0x40, 0, 0xff, 0xf0, 1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Read(make([]byte, 1600)); !errors.Is(err, errLong) {
		t.Errorf("%v", err)
	}
}

func TestOneAddressHasSoManyConnectionsWithoutProof(t *testing.T) {
	d := listening(t)
	d.unproved[networkOf(netip.MustParseAddr("127.0.0.1"))] = strangersFrom - 1
	server, client := opened(t, d)
	if d.admit(&stream{Conn: client, from: networkOf(netip.MustParseAddr("127.0.0.1"))}) {
		t.Error("one more was let in")
	}
	if !d.admit(&stream{Conn: client, from: networkOf(netip.MustParseAddr("127.0.0.2"))}) {
		t.Error("somebody else was not")
	}
	if _, err := server.Write([]byte{0x01, 0x03, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if !d.admit(&stream{Conn: client, from: networkOf(netip.MustParseAddr("127.0.0.1"))}) {
		t.Error("who has proved who they are still counts")
	}
}

func TestHomesAreNetworks(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7/32", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
	} {
		if got := networkOf(netip.MustParseAddr(address)); got.String() != want {
			t.Errorf("%s: %v, want %s", address, got, want)
		}
	}
}
