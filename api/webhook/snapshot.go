package webhook

import (
	"context"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// Snapshot is how the courier stands.
type Snapshot struct {
	// Attempts since the start by outcome.
	Delivered, Retried, Failed uint64
	// Queued deliveries wait in the database, as of a moment ago; UnderWay are being sent.
	Queued, UnderWay int
	// Webhooks by whether they are told of events: well, failing or disabled.
	Well, Failing, Disabled int
}

// countEvery is how often the queue is counted at most.
const countEvery = 2 * time.Second

type counts struct {
	mu      sync.Mutex
	now     Snapshot
	counted time.Time
}

func (c *counts) add(o outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch o {
	case delivered:
		c.now.Delivered++
	case retried:
		c.now.Retried++
	case failed:
		c.now.Failed++
	}
}

// look notes how things are, and returns when the queue is to be counted again. That it cannot be counted is no reason to stop.
func (c *counts) look(ctx context.Context, records *store.Store, now time.Time, underWay int, lines map[string]*line) time.Time {
	c.mu.Lock()
	due := !now.Before(c.counted.Add(countEvery))
	c.now.UnderWay, c.now.Well, c.now.Failing, c.now.Disabled = underWay, 0, 0, 0
	for _, l := range lines {
		switch {
		case l.webhook.DisabledAt != nil:
			c.now.Disabled++
		case l.webhook.FailingSince != nil:
			c.now.Failing++
		default:
			c.now.Well++
		}
	}
	c.mu.Unlock()
	if !due {
		return c.counted.Add(countEvery)
	}
	queued, err := records.PendingDeliveries(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counted = now; err == nil {
		c.now.Queued = queued
	}
	// While nothing happens, the number stays what it is.
	return time.Time{}
}

// Snapshot may be called from any goroutine.
func (c *Courier) Snapshot() Snapshot {
	c.counts.mu.Lock()
	defer c.counts.mu.Unlock()
	return c.counts.now
}
