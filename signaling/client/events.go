package client

import (
	"sync"

	"github.com/plenum-meet/plenum/signaling/message"
)

// events hands the server's messages to the caller in order, from a goroutine of its own: a handler may call the
// client and wait for the answer, which the reader of the socket could not deliver otherwise.
type events struct {
	mu     sync.Mutex
	queue  []message.ServerMessage
	closed bool
	wake   chan struct{}
	done   chan struct{}
}

func newEvents(handle func(message.ServerMessage)) *events {
	e := &events{wake: make(chan struct{}, 1), done: make(chan struct{})}
	go e.run(handle)
	return e
}

func (e *events) put(m message.ServerMessage) {
	e.mu.Lock()
	e.queue = append(e.queue, m)
	e.mu.Unlock()
	e.poke()
}

// close lets the handler see what is queued, then ends the goroutine.
func (e *events) close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.poke()
}

func (e *events) poke() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

func (e *events) run(handle func(message.ServerMessage)) {
	defer close(e.done)
	for range e.wake {
		e.mu.Lock()
		queue, closed := e.queue, e.closed
		e.queue = nil
		e.mu.Unlock()
		for _, m := range queue {
			handle(m)
		}
		if closed {
			return
		}
	}
}
