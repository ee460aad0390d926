package client

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func loopback(t *testing.T) *net.UDPConn {
	t.Helper()
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return socket
}

// control is a control message of UDP: cut into such datagrams (GSO), or merged of such (GRO).
func control(kind int32, each []byte) []byte {
	b := make([]byte, unix.CmsgSpace(len(each)))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = unix.SOL_UDP, kind
	h.SetLen(unix.CmsgLen(len(each)))
	copy(b[unix.CmsgLen(0):], each)
	return b
}

func TestMergedDatagramsAreTakenApart(t *testing.T) {
	began := time.Now()
	from, to := loopback(t), loopback(t)
	x := takeFrom(to, nil)
	sent := [][]byte{bytes.Repeat([]byte{1}, 900), bytes.Repeat([]byte{2}, 900), bytes.Repeat([]byte{3}, 40)}
	address := to.LocalAddr().(*net.UDPAddr)
	if _, _, err := from.WriteMsgUDP(bytes.Join(sent, nil), control(unix.UDP_SEGMENT, binary.NativeEndian.AppendUint16(nil, 900)), address); err != nil {
		t.Fatal(err)
	}
	if _, err := from.WriteToUDP([]byte{4}, address); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, datagramSize)
	for i, want := range append(sent, []byte{4}) {
		n, source, err := x.ReadFromAddrPort(b)
		if err != nil || !bytes.Equal(b[:n], want) || source != netip.MustParseAddrPort(from.LocalAddr().String()) {
			t.Errorf("datagram %d: %d bytes from %v, want %d: %v", i, n, source, len(want), err)
		}
		if x.opened.at.Before(began.Add(-time.Second)) || x.opened.at.After(time.Now()) {
			t.Errorf("datagram %d came at %v", i, x.opened.at)
		}
	}
	if messages := x.next; messages > 2 {
		t.Errorf("%d messages were read: nothing was merged", messages)
	}
}

func TestWhatTheKernelSaysIsReadWithCare(t *testing.T) {
	whole := control(unix.UDP_GRO, binary.NativeEndian.AppendUint32(nil, 900))
	for said := range len(whole) + 1 {
		o := opened{each: 7}
		o.inform(whole[:said])
		want := 7
		if said >= unix.CmsgLen(4) {
			want = 900
		}
		if o.each != want {
			t.Errorf("%d of %d bytes of control were taken for %d bytes a datagram", said, len(whole), o.each)
		}
	}
}
