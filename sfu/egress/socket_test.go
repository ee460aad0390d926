package egress

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

func listen(t *testing.T, address string) *Socket {
	t.Helper()
	s, err := ListenUDP(netip.MustParseAddrPort(address))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func address(t *testing.T, s *Socket) netip.AddrPort {
	t.Helper()
	udp, ok := s.LocalAddr().(*net.UDPAddr)
	if !ok {
		t.Fatalf("local address is a %T", s.LocalAddr())
	}
	return udp.AddrPort()
}

func TestDatagramsArriveWithTheirSender(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(at, func(t *testing.T) {
			a, b := listen(t, at), listen(t, at)
			if _, err := a.WriteToAddrPort([]byte("hello"), address(t, b)); err != nil {
				t.Fatal(err)
			}
			buffer := make([]byte, 100)
			n, from, err := b.ReadFromAddrPort(buffer)
			if err != nil || !bytes.Equal(buffer[:n], []byte("hello")) || from != address(t, a) {
				t.Errorf("read %q from %v: %v", buffer[:n], from, err)
			}
			if sent := a.Snapshot().Sent; sent != 1 {
				t.Errorf("counted %d datagrams", sent)
			}
		})
	}
}

func TestCloseWakesTheReader(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	ended := make(chan error, 1)
	go func() {
		_, _, err := s.ReadFromAddrPort(make([]byte, 10))
		ended <- err
	}()
	for !s.reading.Load() {
		time.Sleep(time.Millisecond) //nolint:forbidigo // waits for the reader to stand in the system call
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, io.EOF) {
			t.Errorf("reader ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the reader still waits")
	}
	if _, err := s.WriteToAddrPort([]byte("x"), netip.MustParseAddrPort("127.0.0.1:9")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("writing to a closed socket: %v", err)
	}
}

func TestAPortInUseIsAnError(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	if other, err := ListenUDP(address(t, s)); err == nil {
		_ = other.Close()
		t.Error("the port was given twice")
	}
}
