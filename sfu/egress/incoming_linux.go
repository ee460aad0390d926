//go:build linux

package egress

import (
	"encoding/binary"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// receiveMany is how many messages one call takes, receiveRoom what each may hold, in bytes: with GRO a message is up to
	// 64 KiB of datagrams in a row.
	receiveMany = 8
	receiveRoom = 64 << 10
	// controlRoom holds the segment size that comes with a merged message.
	controlRoom = 64
)

// incoming are messages that one call of recvmmsg brought. Its owner is the socket's reader.
type incoming struct {
	headers  [receiveMany]unix.Mmsghdr
	vectors  [receiveMany]unix.Iovec
	names    [receiveMany]unix.RawSockaddrInet6 // large enough for both families
	controls [receiveMany][controlRoom]byte
	buffers  [receiveMany][]byte
	came     int
	at       time.Time // of what came

	message  int // at which next is
	offset   int // in the message
	segment  int // of the message: the length of each datagram but the last
	datagram []byte
	from     netip.AddrPort // of the datagram
	kept     bool           // the datagram is still to be handed out
}

func newIncoming(merged bool) *incoming {
	in := &incoming{}
	for i := range in.headers {
		in.buffers[i] = make([]byte, receiveRoom)
		in.vectors[i].Base = &in.buffers[i][0]
		in.vectors[i].SetLen(receiveRoom)
		h := &in.headers[i].Hdr
		h.Name = (*byte)(unsafe.Pointer(&in.names[i]))
		h.Iov = &in.vectors[i]
		h.SetIovlen(1)
		if merged {
			h.Control = &in.controls[i][0]
		}
	}
	return in
}

// receive takes what came. It fails with EAGAIN if there is nothing.
func (in *incoming) receive(fd int) error {
	in.came, in.message, in.offset = 0, 0, 0
	for i := range in.headers {
		h := &in.headers[i].Hdr
		h.Namelen = uint32(unsafe.Sizeof(in.names[i]))
		if h.Control != nil {
			h.SetControllen(controlRoom)
		}
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&in.headers[0])), receiveMany,
		unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return errno
	}
	in.came, in.at = int(n), time.Now()
	return nil
}

// next goes to the next datagram of what came, false when there is none left. It is valid until the next call of receive.
func (in *incoming) next() bool {
	for in.message < in.came {
		h := &in.headers[in.message]
		size := int(h.Len)
		if in.offset == 0 {
			in.from = addressOf(&in.names[in.message])
			in.segment = segmentOf(&h.Hdr, size)
		}
		if in.offset >= size {
			in.message++
			in.offset = 0
			continue
		}
		end := min(in.offset+in.segment, size)
		in.datagram = in.buffers[in.message][in.offset:end]
		in.offset = end
		return true
	}
	return false
}

// segmentOf is the length of the datagrams in a message: its own, unless the kernel says that it holds several.
func segmentOf(h *unix.Msghdr, size int) int {
	if h.Control == nil || h.Controllen < unix.SizeofCmsghdr {
		return size
	}
	control := unsafe.Slice(h.Control, int(h.Controllen)) //nolint:gosec // at most controlRoom
	for len(control) >= unix.SizeofCmsghdr {
		c := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
		length := int(c.Len) //nolint:gosec // the kernel's
		if length < unix.SizeofCmsghdr || length > len(control) {
			break
		}
		if c.Level == unix.SOL_UDP && c.Type == unix.UDP_GRO && length >= unix.SizeofCmsghdr+4 {
			if n := int(binary.NativeEndian.Uint32(control[unix.SizeofCmsghdr:])); n > 0 {
				return n
			}
		}
		control = control[min(unix.CmsgSpace(length-unix.SizeofCmsghdr), len(control)):]
	}
	return size
}

func addressOf(name *unix.RawSockaddrInet6) netip.AddrPort {
	port := func(p *uint16) uint16 { return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(p))[:]) }
	switch name.Family {
	case unix.AF_INET:
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), port(&v4.Port))
	case unix.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16(name.Addr), port(&name.Port))
	}
	return netip.AddrPort{}
}
