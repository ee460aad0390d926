package signaling

import (
	"context"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/message"
)

// outbox is what waits to be written to one socket. Putting something in never blocks; a client that reads too
// slowly is closed rather than waited for.
type outbox struct {
	maxMessages, maxBytes int
	writeTimeout          time.Duration

	mu      sync.Mutex
	queue   []outgoing
	bytes   int
	closing *closing
	// wake has a token when something has changed.
	wake chan struct{}
}

type outgoing struct {
	re, seq uint64
	message message.Encoded
}

type closing struct {
	code   message.CloseCode
	reason string
}

func newOutbox(cfg Config) *outbox {
	return &outbox{
		maxMessages: cfg.QueueMessages, maxBytes: cfg.QueueBytes, writeTimeout: cfg.WriteTimeout,
		wake: make(chan struct{}, 1),
	}
}

// send queues a message; false if it was the one too many, or came after the end.
func (o *outbox) send(m outgoing) bool {
	defer o.signal()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != nil {
		return false
	}
	// One message always fits: the snapshot of a large meeting is larger than a queue should be.
	if len(o.queue) == o.maxMessages || len(o.queue) > 0 && o.bytes+m.message.Size() > o.maxBytes {
		o.queue, o.bytes = nil, 0
		o.closing = &closing{code: message.CloseCode(websocket.StatusTryAgainLater), reason: "read too slowly"}
		return false
	}
	o.queue = append(o.queue, m)
	o.bytes += m.message.Size()
	return true
}

// finish closes the socket when everything queued so far is written. The first call counts.
func (o *outbox) finish(code message.CloseCode, reason string) {
	defer o.signal()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing == nil {
		o.closing = &closing{code: code, reason: reason}
	}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// finished says whether the socket is to be closed.
func (o *outbox) finished() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closing != nil
}

// code is what the socket was closed with, if it was closed from our side.
func (o *outbox) code() message.CloseCode {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closing.code
}

// take returns what is queued, and how to close if nothing is to follow it.
func (o *outbox) take() ([]outgoing, *closing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	queue := o.queue
	o.queue, o.bytes = nil, 0
	return queue, o.closing
}

// write is the socket's one writer. It returns when the socket is closed.
func (o *outbox) write(ctx context.Context, conn *websocket.Conn) {
	var buffer []byte
	for {
		queue, end := o.take()
		for _, m := range queue {
			buffer = m.message.Append(buffer[:0], m.re, m.seq)
			limited, cancel := context.WithTimeout(ctx, o.writeTimeout)
			err := conn.Write(limited, websocket.MessageText, buffer)
			cancel()
			if err != nil {
				_ = conn.CloseNow()
				return
			}
		}
		if end != nil {
			_ = conn.Close(websocket.StatusCode(end.code), end.reason)
			return
		}
		select {
		case <-o.wake:
		case <-ctx.Done():
			_ = conn.CloseNow()
			return
		}
	}
}
