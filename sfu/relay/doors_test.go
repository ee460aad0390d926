package relay

import (
	"errors"
	"io"
	"net"
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
