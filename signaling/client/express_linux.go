package client

import (
	"encoding/binary"
	"net"
	"syscall"
	"time"
)

// timestampSize has room for the kernel's message of when a datagram came: a header and a timespec.
const timestampSize = 64

// timestamped asks the kernel to say when each datagram came (socket(7), SO_TIMESTAMPNS): a bot that shares its core with
// hundreds looks at it later, and that is not the server's doing.
func timestamped(socket *net.UDPConn) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return
	}
	// Without it the time is when we look.
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
	})
}

// arrival reads the kernel's message, where it has the form of 64 bit systems.
func arrival(control []byte) time.Time {
	if len(control) < 32 || binary.NativeEndian.Uint64(control) != 32 ||
		binary.NativeEndian.Uint32(control[8:]) != syscall.SOL_SOCKET || binary.NativeEndian.Uint32(control[12:]) != syscall.SO_TIMESTAMPNS {
		return time.Now()
	}
	return time.Unix(int64(binary.NativeEndian.Uint64(control[16:])), int64(binary.NativeEndian.Uint64(control[24:])))
}
