//go:build linux

package egress

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// segmentControl is the room of the control message that says where a bundle is to be cut, in bytes.
const segmentControl = 24

// multiSender sends a batch in one call of sendmmsg. Its owner is a shard.
type multiSender struct {
	socket   *Socket
	headers  [maxBundles]unix.Mmsghdr
	vectors  [maxPackets]unix.Iovec
	names    [maxBundles]unix.RawSockaddrInet6 // large enough for both families
	controls [maxBundles][segmentControl]byte
}

func (s *Socket) newSender() sender {
	if s.method == Single {
		return &scatterer{socket: s}
	}
	m := &multiSender{socket: s}
	for i := range m.controls {
		c := (*unix.Cmsghdr)(unsafe.Pointer(&m.controls[i]))
		c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
		c.SetLen(unix.CmsgLen(2))
	}
	return m
}

func (m *multiSender) send(b *Batch, bundles []bundle) (int, error) {
	for i := range bundles {
		m.describe(b, i, &bundles[i])
	}
	s := m.socket
	s.writing.RLock()
	defer s.writing.RUnlock()
	if s.closed.Load() {
		return 0, unix.EBADF
	}
	// It never blocks, so the scheduler need not know: told, it would take the processor away and spin up another.
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&m.headers[0])),
		uintptr(len(bundles)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func (m *multiSender) describe(b *Batch, i int, bundle *bundle) {
	for k := bundle.first; k < bundle.first+bundle.packets; k++ {
		m.vectors[k].Base = &b.arena[k*stride]
		m.vectors[k].SetLen(b.sizes[k])
	}
	h := &m.headers[i].Hdr
	h.Name = (*byte)(unsafe.Pointer(&m.names[i]))
	h.Namelen = m.socket.name(&m.names[i], bundle.to)
	h.Iov = &m.vectors[bundle.first]
	h.SetIovlen(bundle.packets)
	h.Control = nil
	h.SetControllen(0)
	if bundle.packets > 1 {
		binary.NativeEndian.PutUint16(m.controls[i][unix.SizeofCmsghdr:], uint16(bundle.segment)) //nolint:gosec // a packet
		h.Control = &m.controls[i][0]
		h.SetControllen(segmentControl)
	}
}

// name writes an address as the kernel has it.
func (s *Socket) name(name *unix.RawSockaddrInet6, to netip.AddrPort) (size uint32) {
	to = s.front.Load().meant(to)
	put := func(p *uint16) { binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(p))[:], to.Port()) }
	if s.ipv6 {
		*name = unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: to.Addr().As16()}
		put(&name.Port)
		return unix.SizeofSockaddrInet6
	}
	v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
	*v4 = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().Unmap().As4()}
	put(&v4.Port)
	return unix.SizeofSockaddrInet4
}

func (m *multiSender) single(packet []byte, to netip.AddrPort) {
	_, _ = m.socket.WriteToAddrPort(packet, to)
}

// wait gives the kernel a millisecond to make room.
func (m *multiSender) wait() {
	s := m.socket
	s.writing.RLock()
	defer s.writing.RUnlock()
	if !s.closed.Load() {
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLOUT}}, 1) //nolint:gosec // a descriptor
	}
}

func (m *multiSender) judge(err error) verdict {
	switch {
	case errors.Is(err, unix.EIO), errors.Is(err, unix.EINVAL):
		// No checksum offload on the way out, or the packets are longer than its MTU.
		return singly
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.ENOBUFS):
		return congested
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOPROTOOPT), errors.Is(err, unix.EOPNOTSUPP):
		return never
	default:
		return skip
	}
}

// best tries what the kernel can, with two datagrams to the socket itself before anybody reads it.
func (s *Socket) best() Method {
	m := &multiSender{socket: s}
	b := newBatch(m, maxSegments, &socketCounts{})
	for _, method := range []Method{Segmented, Many} {
		s.method = method
		probe, ok := s.newSender().(*multiSender)
		if !ok {
			break
		}
		b.out, b.most = probe, 1
		if method == Segmented {
			b.most = maxSegments
		}
		self := s.local.AddrPort()
		self = netip.AddrPortFrom(self.Addr().Unmap(), self.Port())
		for range 2 {
			copy(b.room(0), "plenum")
			b.commit(len("plenum"), self)
		}
		n, err := probe.send(b, b.bundles[:b.used])
		want := b.used
		b.packets, b.used = 0, 0
		if err == nil && n == want && s.received(2) {
			return method
		}
	}
	return Single
}

// received takes so many datagrams off the socket, if they come.
func (s *Socket) received(n int) bool {
	const patience = 100 // ms
	for range n {
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}, patience) //nolint:gosec // a descriptor
		if _, _, err := unix.Recvfrom(s.fd, make([]byte, 16), unix.MSG_DONTWAIT); err != nil {
			return false
		}
	}
	return true
}
