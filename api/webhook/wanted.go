package webhook

import (
	"sync"
	"time"
)

// wanted are the webhooks that somebody waits for.
type wanted struct {
	mu  sync.Mutex
	ids []string
}

func (w *wanted) add(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids = append(w.ids, id)
}

// each takes them.
func (w *wanted) each(do func(id string)) {
	w.mu.Lock()
	ids := w.ids
	w.ids = nil
	w.mu.Unlock()
	for _, id := range ids {
		do(id)
	}
}

// Want says that somebody has asked for a ping or a replay: what the receiver has asked for with Retry-After holds no longer.
func (c *Courier) Want(webhook string) {
	c.wanted.add(webhook)
	c.Nudge()
}

// hearAgain forgets what the receiver has asked for.
func (c *Courier) hearAgain(webhook string) {
	if l := c.lines[webhook]; l != nil {
		l.quietUntil, l.next = time.Time{}, time.Time{}
	}
}
