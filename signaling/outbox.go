package signaling

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/message"
)

const (
	// rosterPause is the least time between two writings of nothing but who came and went: when a thousand come at once,
	// each would otherwise be told of each in a call of its own.
	rosterPause = 100 * time.Millisecond
	// writeAtOnce is how many bytes are gathered for one call.
	writeAtOnce = 32 << 10
)

// outbox is what waits to be written to one socket. Putting something in never blocks; a client that reads too
// slowly is closed rather than waited for. There is a goroutine only while something is to be written.
type outbox struct {
	maxMessages, maxBytes int
	writeTimeout          time.Duration
	conn                  *websocket.Conn
	wire                  *wire
	// slow counts sockets whose client does not read.
	slow *atomic.Uint64
	// gone is closed when the socket is.
	gone chan struct{}

	mu      sync.Mutex
	queue   []outgoing
	bytes   int
	hurried bool // something in the queue does not wait
	closing *closing
	writing bool        // and for ever when the socket is closed
	wrote   time.Time   // last
	later   *time.Timer // writes what was put off; nil if nothing ever was
}

type outgoing struct {
	re, seq uint64
	message message.Encoded
}

type closing struct {
	code   message.CloseCode
	reason string
}

func newOutbox(cfg Config, conn *websocket.Conn, wire *wire, slow *atomic.Uint64) *outbox {
	return &outbox{
		maxMessages: cfg.QueueMessages, maxBytes: cfg.QueueBytes, writeTimeout: cfg.WriteTimeout,
		conn: conn, wire: wire, slow: slow, gone: make(chan struct{}),
	}
}

// send queues a message; false if it was the one too many, or came after the end.
func (o *outbox) send(m outgoing) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != nil {
		return false
	}
	// One message always fits: the snapshot of a large meeting is larger than a queue should be.
	if len(o.queue) == o.maxMessages || len(o.queue) > 0 && o.bytes+m.message.Size() > o.maxBytes {
		o.queue, o.bytes = nil, 0
		o.closing = &readTooSlowly
		o.slow.Add(1)
		o.start()
		return false
	}
	o.queue = append(o.queue, m)
	o.bytes += m.message.Size()
	o.hurried = o.hurried || !m.message.Patient()
	o.start()
	return true
}

// finish closes the socket when everything queued so far is written. The first call counts.
func (o *outbox) finish(code message.CloseCode, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing == nil {
		o.closing = &closing{code: code, reason: reason}
		o.start()
	}
}

// start has somebody write what is queued, now or a little later.
func (o *outbox) start() {
	if o.writing {
		return
	}
	if wait := o.patience(time.Now()); wait > 0 {
		o.putOff(wait)
		return
	}
	o.writing = true
	go o.write()
}

// patience is for how long the queue need not be written.
func (o *outbox) patience(now time.Time) time.Duration {
	if o.hurried || o.closing != nil {
		return 0
	}
	return max(0, rosterPause-now.Sub(o.wrote))
}

func (o *outbox) putOff(wait time.Duration) {
	if o.later == nil {
		o.later = time.AfterFunc(wait, o.resume)
		return
	}
	o.later.Reset(wait)
}

// resume writes what was put off, unless somebody has by now.
func (o *outbox) resume() {
	o.mu.Lock()
	idle := !o.writing && len(o.queue) > 0
	o.writing = o.writing || idle
	o.mu.Unlock()
	if idle {
		o.write()
	}
}

// finished says whether the socket is to be closed.
func (o *outbox) finished() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closing != nil
}

// waiting is how much is queued.
func (o *outbox) waiting() (messages, bytes int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue), o.bytes
}

// code is what the socket was closed with, if it was closed from our side.
func (o *outbox) code() message.CloseCode {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closing.code
}

// take returns what is to be written now, and how to close if nothing is to follow it; false if there is nothing.
func (o *outbox) take(now time.Time) (queue []outgoing, end *closing, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 && o.closing == nil {
		o.writing = false
		return nil, nil, false
	}
	if wait := o.patience(now); wait > 0 {
		o.writing = false
		o.putOff(wait)
		return nil, nil, false
	}
	queue, end = o.queue, o.closing
	o.queue, o.bytes, o.hurried, o.wrote = nil, 0, false, now
	return queue, end, true
}

// write is the socket's one writer, while there is something to write.
func (o *outbox) write() {
	for {
		queue, end, ok := o.take(time.Now())
		if !ok {
			return
		}
		if err := o.put(queue); err != nil {
			o.abandon(err)
			_ = o.conn.CloseNow()
			close(o.gone)
			return
		}
		if end != nil {
			_ = o.conn.Close(websocket.StatusCode(end.code), end.reason)
			close(o.gone)
			return
		}
	}
}

// abandon counts a client that did not read in time, unless that is known of it.
func (o *outbox) abandon(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing == nil && errors.Is(err, os.ErrDeadlineExceeded) {
		o.slow.Add(1)
	}
}

// put writes messages in as few calls as there can be.
func (o *outbox) put(queue []outgoing) error {
	if len(queue) == 0 {
		return nil
	}
	var buffer []byte
	o.wire.cork()
	for _, m := range queue {
		buffer = m.message.Append(buffer[:0], m.re, m.seq)
		// It is gathered, so it does not wait for the client.
		if err := o.conn.Write(context.Background(), websocket.MessageText, buffer); err != nil {
			return err
		}
		if err := o.wire.relieve(writeAtOnce, o.writeTimeout); err != nil {
			return err
		}
	}
	return o.wire.uncork(o.writeTimeout)
}
