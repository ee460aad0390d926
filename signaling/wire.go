package signaling

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

// wire is a socket's connection, which can gather what is written: the WebSocket library makes a call of the kernel of
// each message.
type wire struct {
	net.Conn

	mu     sync.Mutex
	corked bool
	held   []byte
}

// Write implements net.Conn.
func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.corked {
		w.held = append(w.held, b...)
		return len(b), nil
	}
	return w.Conn.Write(b)
}

// cork gathers what is written from now on.
func (w *wire) cork() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.corked = true
}

// relieve sends what was gathered if it is more than so many bytes. It waits for the other end no longer than that.
func (w *wire) relieve(most int, wait time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.held) <= most {
		return nil
	}
	return w.flush(wait)
}

// uncork sends what was gathered, and gathers no more.
func (w *wire) uncork(wait time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.corked = false
	err := w.flush(wait)
	w.held = nil
	return err
}

func (w *wire) flush(wait time.Duration) error {
	if len(w.held) == 0 {
		return nil
	}
	if err := w.SetWriteDeadline(time.Now().Add(wait)); err != nil {
		return err
	}
	_, err := w.Conn.Write(w.held)
	w.held = w.held[:0]
	if err != nil {
		return err
	}
	return w.SetWriteDeadline(time.Time{})
}

// upgrading puts a wire between a connection and the WebSocket library.
type upgrading struct {
	http.ResponseWriter
	wire *wire
}

// frame is room for the header of a frame; what is longer goes past it.
const frame = 512

// Hijack implements http.Hijacker.
func (u *upgrading) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(u.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	u.wire = &wire{Conn: conn}
	return u.wire, bufio.NewReadWriter(buffers.Reader, bufio.NewWriterSize(u.wire, frame)), nil
}
