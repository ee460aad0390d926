package client

import (
	"encoding/binary"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// controlSize has room for what the kernel says beside a message: when it came, and how long its datagrams are.
const controlSize = 96

// informed asks the kernel to say when each message came (socket(7), SO_TIMESTAMPNS), since a bot that shares its core with
// hundreds looks at it later, which is not the server's doing; and to hand over what arrives in a row as one (UDP GRO).
func informed(socket *net.UDPConn) (merges bool) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Control(func(fd uintptr) {
		// Without it the time is when we look.
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
		merges = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_GRO, 1) == nil
	})
	return merges
}

// inform reads what the kernel said beside the message, where it has the form of 64 bit systems.
func (o *opened) inform(control []byte) {
	const header = unix.SizeofCmsghdr
	for len(control) > header {
		length := binary.NativeEndian.Uint64(control)
		if length < header || length > uint64(len(control)) {
			return
		}
		said := control[header:length]
		switch level, kind := binary.NativeEndian.Uint32(control[8:]), binary.NativeEndian.Uint32(control[12:]); {
		case level == unix.SOL_SOCKET && kind == unix.SO_TIMESTAMPNS && len(said) >= 16:
			o.at = time.Unix(int64(binary.NativeEndian.Uint64(said)), int64(binary.NativeEndian.Uint64(said[8:])))
		case level == unix.SOL_UDP && kind == unix.UDP_GRO && len(said) >= 4:
			if each := int(binary.NativeEndian.Uint32(said)); each > 0 {
				o.each = each
			}
		}
		control = control[min(unix.CmsgSpace(len(said)), len(control)):]
	}
}
