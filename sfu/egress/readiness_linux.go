//go:build linux

package egress

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// readiness has Go's poller wait for a socket to become readable, but see nothing of its becoming writable, which each
// datagram sent would tell it of. The poller watches an epoll instance of ours, which watches the socket for reading alone:
//
//	goroutine ── Go's epoll ── ours ──(readable)── socket
//
// A reader that blocks in the kernel instead costs more, though it looks simpler: each time the scheduler has to find out
// that the processor is not used, and its monitor wakes every 70 µs to look.
type readiness struct {
	epoll *os.File
	raw   syscall.RawConn
}

func watch(fd int) (*readiness, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)} //nolint:gosec // a descriptor
	err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &event)
	if err == nil {
		err = unix.SetNonblock(epoll, true) // or the poller would not take it
	}
	if err != nil {
		_ = unix.Close(epoll)
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	r := &readiness{epoll: os.NewFile(uintptr(epoll), "media socket")}
	if r.raw, err = r.epoll.SyscallConn(); err != nil {
		_ = r.epoll.Close()
		return nil, fmt.Errorf("watch the socket: %w", err)
	}
	return r, nil
}

// read calls try until it does not want to wait any more. It fails with os.ErrClosed after close.
func (r *readiness) read(try func() (again bool)) error {
	return r.raw.Read(func(uintptr) bool { return !try() })
}

// close ends read, and returns when nobody reads any more.
func (r *readiness) close() { _ = r.epoll.Close() }
