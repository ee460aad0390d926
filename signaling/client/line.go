package client

import (
	"context"
	"fmt"
	"sync"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/message"
)

// line is one WebSocket from its handshake to its end. A client that comes back has another.
type line struct {
	socket *websocket.Conn
	stop   context.CancelFunc // ends the reader
	done   chan struct{}      // closed when the reader has ended
	err    error              // why it ended; read it after done

	mu      sync.Mutex
	nextID  uint64
	waiting map[uint64]chan message.ServerMessage // nil once the reader has ended
}

// open makes the handshake and begins to read.
func (c *Client) open(ctx context.Context, credential string) (*line, error) {
	o := c.options
	socket, response, err := websocket.Dial(ctx, o.URL, &websocket.DialOptions{ //nolint:bodyclose // the library says that it need not be closed
		HTTPClient:   o.HTTP,
		Subprotocols: []string{message.Subprotocol, credential},
	})
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("dial %s: %s: %w", o.URL, response.Status, err)
		}
		return nil, fmt.Errorf("dial %s: %w", o.URL, err)
	}
	if socket.Subprotocol() != message.Subprotocol {
		_ = socket.CloseNow()
		return nil, fmt.Errorf("dial %s: the server does not speak %s", o.URL, message.Subprotocol)
	}
	socket.SetReadLimit(readLimit)
	reading, stop := context.WithCancel(context.Background())
	l := &line{
		socket: socket, stop: stop, done: make(chan struct{}), waiting: make(map[uint64]chan message.ServerMessage),
	}
	go c.read(reading, l)
	return l, nil
}

// cut ends the line without a word to the server, and waits for its reader.
func (l *line) cut() {
	l.stop()
	_ = l.socket.CloseNow()
	<-l.done
}

// request sends a message and waits for its reply. A refusal is a message.Error.
func (l *line) request(ctx context.Context, m message.ClientMessage) (message.ServerMessage, error) {
	reply := make(chan message.ServerMessage, 1)
	l.mu.Lock()
	if l.waiting == nil {
		l.mu.Unlock()
		return nil, fmt.Errorf("%T: %w", m, ErrClosed)
	}
	l.nextID++
	id := l.nextID
	l.waiting[id] = reply
	l.mu.Unlock()
	defer l.forget(id)

	raw, err := message.EncodeRequest(id, m)
	if err != nil {
		return nil, err
	}
	if err := l.socket.Write(ctx, websocket.MessageText, raw); err != nil {
		return nil, fmt.Errorf("%T: %w", m, err)
	}
	select {
	case answer := <-reply:
		if refused, ok := answer.(message.Error); ok {
			return nil, fmt.Errorf("%T: %w", m, refused)
		}
		return answer, nil
	case <-l.done:
		return nil, fmt.Errorf("%T: %w", m, ErrClosed)
	case <-ctx.Done():
		return nil, fmt.Errorf("%T: %w", m, ctx.Err())
	}
}

func (l *line) forget(id uint64) {
	l.mu.Lock()
	delete(l.waiting, id)
	l.mu.Unlock()
}

// answer hands a reply to who waits for it.
func (l *line) answer(id uint64, m message.ServerMessage) {
	l.mu.Lock()
	reply := l.waiting[id]
	delete(l.waiting, id)
	l.mu.Unlock()
	if reply != nil {
		reply <- m
	}
}

// ended lets nobody wait any more.
func (l *line) ended() {
	l.mu.Lock()
	l.waiting = nil
	l.mu.Unlock()
	_ = l.socket.CloseNow()
	close(l.done)
}
