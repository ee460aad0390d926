package mailbox

import (
	"sync"
	"time"
)

// Mailbox is a bounded queue of messages for one reader. The zero value is not ready for use.
type Mailbox[M any] struct {
	mu      sync.Mutex
	queued  []M
	spare   []M
	limit   int
	dropped uint64
	ready   chan struct{}
	called  bool          // the reader, since it last took messages
	waits   time.Duration // the least patience of what is held, 0 if the reader need not be called
	ends    *time.Timer   // of patience
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
	added := m.add(limit, message)
	first := added && !m.called
	m.called = m.called || added
	m.mu.Unlock()
	if first {
		m.call()
	}
	return added
}

// Hold is PutWithin for a message that is to be read together with what follows it: the reader is called for the next
// message that is put, or when patience ends.
func (m *Mailbox[M]) Hold(limit int, patience time.Duration, message M) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.add(limit, message) {
		return false
	}
	switch {
	case m.called || m.waits != 0 && m.waits <= patience:
		return true // it will be read before
	case m.ends == nil:
		m.ends = time.AfterFunc(patience, m.rouse)
	default:
		m.ends.Reset(patience)
	}
	m.waits = patience
	return true
}

func (m *Mailbox[M]) add(limit int, message M) bool {
	if len(m.queued) >= limit {
		m.dropped++
		return false
	}
	m.queued = append(m.queued, message)
	return true
}

// call wakes the reader, which wants the lock next.
func (m *Mailbox[M]) call() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// rouse calls the reader to what was held. It may come late, when that was read already.
func (m *Mailbox[M]) rouse() {
	m.mu.Lock()
	m.waits = 0
	first := len(m.queued) > 0 && !m.called
	m.called = m.called || first
	m.mu.Unlock()
	if first {
		m.call()
	}
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
	m.called = false
	if m.waits != 0 {
		m.waits = 0
		m.ends.Stop()
	}
	return taken
}

// Len is the number of messages that wait.
func (m *Mailbox[M]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.queued)
}

// Dropped is the number of messages refused because the queue was full.
func (m *Mailbox[M]) Dropped() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}
