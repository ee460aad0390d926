//go:build linux

package egress

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socketBuffer is what the socket asks the kernel for in each direction, in bytes; the kernel may grant less.
const socketBuffer = 8 << 20

// Socket is a UDP socket that Go's netpoller has never seen: the poller costs about 2 µs per datagram sent.
// It is a net.PacketConn and reads and writes netip addresses without allocating. Writing never blocks.
type Socket struct {
	fd         int
	local      *net.UDPAddr
	ipv6       bool
	method     Method
	closed     atomic.Bool
	writing    sync.RWMutex // keeps the descriptor open while somebody writes to it
	ready      *readiness
	incoming   *incoming // of the reader
	diversions diversions
	front      atomic.Pointer[Front]
	counts     socketCounts
}

// Stand has the socket speak of ports beside it by a front. It tells whether sockets of this system can.
func (s *Socket) Stand(f *Front) bool {
	s.front.Store(f)
	return true
}

// ListenUDP binds a socket to a definite address.
func ListenUDP(address netip.AddrPort) (*Socket, error) {
	ipv6 := address.Addr().Is6()
	family := unix.AF_INET
	if ipv6 {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open UDP socket: %w", err)
	}
	s := &Socket{fd: fd, ipv6: ipv6}
	if err := s.bind(address); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("listen on udp %s: %w", address, err)
	}
	s.method = s.best()
	s.incoming = newIncoming(s.merges())
	if s.ready, err = watch(fd); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("listen on udp %s: %w", address, err)
	}
	return s, nil
}

// merges asks the kernel to hand over what arrives in a row as one (UDP GRO).
func (s *Socket) merges() bool {
	return unix.SetsockoptInt(s.fd, unix.SOL_UDP, unix.UDP_GRO, 1) == nil
}

func (s *Socket) bind(address netip.AddrPort) error {
	// The kernel cuts these to its own limits, which is no error.
	_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, socketBuffer)
	_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, socketBuffer)
	if s.ipv6 {
		if err := unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
			return err
		}
	}
	if err := unix.Bind(s.fd, s.sockaddr(address)); err != nil {
		return err
	}
	bound, err := unix.Getsockname(s.fd)
	if err != nil {
		return err
	}
	s.local = net.UDPAddrFromAddrPort(fromSockaddr(bound))
	return nil
}

// LocalAddr is a *net.UDPAddr.
func (s *Socket) LocalAddr() net.Addr { return s.local }

// Address that the socket is bound to.
func (s *Socket) Address() netip.AddrPort {
	at := s.LocalAddr().(*net.UDPAddr).AddrPort() //nolint:forcetypeassert // a UDP socket
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// ReadFromAddrPort blocks for one datagram that no taker takes. After Close it returns io.EOF; no other error ends the
// socket. It has one caller at a time.
func (s *Socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for !s.closed.Load() {
		if datagram, from, ok := s.untaken(); ok {
			return copy(b, datagram), from, nil
		}
		s.receive()
	}
	return 0, netip.AddrPort{}, io.EOF
}

// untaken is the next datagram of what came that no taker takes, false if there is none.
func (s *Socket) untaken() ([]byte, netip.AddrPort, bool) {
	in := s.incoming
	if in.kept {
		in.kept = false
		return in.datagram, in.from, true
	}
	front := s.front.Load()
	for in.next() {
		in.from = front.seen(in.from)
		if !s.divert(in.at, in.datagram, in.from) {
			return in.datagram, in.from, true
		}
	}
	return nil, netip.AddrPort{}, false
}

// receive takes what comes until there is something that no taker takes. The poller is asked once for all of it, so it
// remembers what comes while takers are at work, and a call that brought less than it could need not be followed by one
// that brings nothing.
func (s *Socket) receive() {
	in, emptied := s.incoming, false
	_ = s.ready.read(func() (again bool) {
		for !emptied && !s.closed.Load() {
			switch err := in.receive(s.fd); {
			case err == nil:
			case errors.Is(err, unix.EAGAIN):
				return true
			default:
				// EINTR and ICMP errors concern nobody but their datagram.
				s.counts.readErrors.Add(1)
				return false
			}
			if _, _, in.kept = s.untaken(); in.kept {
				return false
			}
			emptied = in.came < receiveMany
		}
		emptied = false
		return !s.closed.Load()
	})
}

// ReadFrom is ReadFromAddrPort for callers that want a net.Addr.
func (s *Socket) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := s.ReadFromAddrPort(b)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteToAddrPort sends one datagram at once. A datagram that the kernel has no room for is dropped and counted.
func (s *Socket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	s.writing.RLock()
	defer s.writing.RUnlock()
	if s.closed.Load() {
		return 0, net.ErrClosed
	}
	switch err := s.send(b, to); err {
	case 0:
		s.counts.sent.Add(1)
	case unix.EAGAIN, unix.ENOBUFS:
		s.counts.dropped.Add(1)
	default:
		s.counts.writeErrors.Add(1)
	}
	return len(b), nil
}

// send never blocks, so the scheduler need not know.
func (s *Socket) send(b []byte, to netip.AddrPort) unix.Errno {
	if len(b) == 0 {
		return 0 // nothing that anybody would send
	}
	var name unix.RawSockaddrInet6
	size := s.name(&name, to)
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&name)), uintptr(size))
	return errno
}

// WriteTo is WriteToAddrPort for callers that have a net.Addr.
func (s *Socket) WriteTo(b []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, fmt.Errorf("send to %s: not a UDP address", to.Network())
	}
	return s.WriteToAddrPort(b, udp.AddrPort())
}

// Close wakes the reader and releases the port.
func (s *Socket) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.ready.close()
	s.writing.Lock()
	defer s.writing.Unlock()
	return os.NewSyscallError("close", unix.Close(s.fd))
}

// SetDeadline does nothing, as its kin: writing never blocks, and Close ends reading.
func (s *Socket) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (s *Socket) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (s *Socket) SetWriteDeadline(time.Time) error { return nil }

func (s *Socket) sockaddr(address netip.AddrPort) unix.Sockaddr {
	if s.ipv6 {
		return &unix.SockaddrInet6{Port: int(address.Port()), Addr: address.Addr().As16()}
	}
	return &unix.SockaddrInet4{Port: int(address.Port()), Addr: address.Addr().Unmap().As4()}
}

// fromSockaddr is the zero AddrPort for addresses of another kind.
func fromSockaddr(address unix.Sockaddr) netip.AddrPort {
	switch a := address.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)) //nolint:gosec // a port
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port)) //nolint:gosec // a port
	default:
		return netip.AddrPort{}
	}
}
