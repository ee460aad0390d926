package mailbox

import "sync"

// Mailbox is a bounded queue of messages for one reader. The zero value is not ready for use.
type Mailbox[M any] struct {
	mu      sync.Mutex
	queued  []M
	spare   []M
	limit   int
	dropped uint64
	ready   chan struct{}
}

// New makes a mailbox that holds at most limit messages.
func New[M any](limit int) *Mailbox[M] {
	return &Mailbox[M]{limit: limit, ready: make(chan struct{}, 1)}
}

// Put adds a message and reports whether there was room for it.
func (m *Mailbox[M]) Put(message M) bool { return m.PutWithin(m.limit, message) }

// PutWithin adds a message if fewer than limit are queued: what may be lost makes way for what may not.
func (m *Mailbox[M]) PutWithin(limit int, message M) bool {
	m.mu.Lock()
	if len(m.queued) >= limit {
		m.dropped++
		m.mu.Unlock()
		return false
	}
	m.queued = append(m.queued, message)
	first := len(m.queued) == 1
	m.mu.Unlock()
	if first {
		select {
		case m.ready <- struct{}{}:
		default:
		}
	}
	return true
}

// Ready gets a value when there are messages to take.
func (m *Mailbox[M]) Ready() <-chan struct{} { return m.ready }

// Take returns all queued messages, oldest first. The slice is valid until the next call.
func (m *Mailbox[M]) Take() []M {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.spare)
	taken := m.queued
	m.queued, m.spare = m.spare[:0], taken
	return taken
}

// Dropped is the number of messages refused because the queue was full.
func (m *Mailbox[M]) Dropped() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}
