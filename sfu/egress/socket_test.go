package egress

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
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

func TestAPortInUseIsAnError(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	if other, err := ListenUDP(address(t, s)); err == nil {
		_ = other.Close()
		t.Error("the port was given twice")
	}
}
