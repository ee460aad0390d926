package cluster

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// together is how many records are renewed at a time.
const together = 32

// holdOn keeps the records of what is alive here, and lets go what has been given to another node.
func (c *Cluster) holdOn() {
	renewals, again := time.NewTicker(c.cfg.Renew), time.NewTicker(c.cfg.Beat)
	defer renewals.Stop()
	defer again.Stop()
	// After a loss of NATS the bucket may be lost too.
	lost := false
	for {
		select {
		case <-c.stop:
			return
		case <-c.back:
			now := time.Now()
			c.mu.Lock()
			c.members.listen(now)
			c.whole = now.Add(c.cfg.Silence)
			c.mu.Unlock()
			c.log.Info("NATS is back")
			c.beat(now)
			lost = !c.restore()
		case <-c.late:
			lost = !c.renew()
		case <-again.C:
			if lost {
				lost = !c.restore()
			}
		case <-renewals.C:
			lost = !c.renew()
		}
	}
}

// restore finds the bucket again and puts the records of what is alive here back.
func (c *Cluster) restore() bool {
	if !c.bus.connected() {
		return false
	}
	if _, err := c.bus.bucket(context.Background(), c.cfg); err != nil {
		c.log.Warn("NATS is there without its bucket", "error", err)
		return false
	}
	return c.renew()
}

// renew keeps all records, and forgets those that have lapsed. It tells whether it could.
func (c *Cluster) renew() (all bool) {
	if !c.bus.connected() {
		return true // until it is back there is nothing to do
	}
	live := c.cfg.Live()
	var mu sync.Mutex
	var failed error
	var keeping sync.WaitGroup
	places := make(chan struct{}, together)
	for _, code := range live {
		places <- struct{}{}
		keeping.Go(func() {
			defer func() { <-places }()
			if err := c.keep(code); err != nil {
				mu.Lock()
				failed = err
				mu.Unlock()
			}
		})
	}
	keeping.Wait()
	if failed != nil {
		c.log.Warn("records of meetings are not renewed", "error", failed)
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.mine, func(code string, r record) bool {
		return now.Sub(r.written) > c.cfg.Life && !slices.Contains(live, code)
	})
	return failed == nil
}

// keep renews one record, or makes it anew if NATS has lost it.
func (c *Cluster) keep(code string) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.Within)
	defer cancel()
	c.mu.Lock()
	was, released := c.mine[code].revision, c.released
	c.mu.Unlock()
	if released {
		return nil
	}
	for range attempts {
		revision, err := c.write(ctx, code, c.cfg.Node, was)
		if err == nil {
			c.mu.Lock()
			c.mine[code] = record{revision, time.Now()}
			c.mu.Unlock()
			return nil
		}
		if !isConflict(err) {
			return err
		}
		entry, err := c.bus.rooms.Get(ctx, code)
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
			was = 0
		case err != nil:
			return err
		case string(entry.Value()) == c.cfg.Node:
			was = entry.Revision()
		default:
			c.lose(code, string(entry.Value()))
			return nil
		}
	}
	return errContended
}

// lose lets a meeting go that another node has.
func (c *Cluster) lose(code, to string) {
	c.mu.Lock()
	delete(c.mine, code)
	c.mu.Unlock()
	c.recent.Remove(code)
	c.log.Warn("a meeting lives elsewhere now and is let go", "node", to)
	c.cfg.Moved(code)
}

// Release gives all meetings of this node back for good, so that whoever asks next finds another one.
func (c *Cluster) Release() {
	c.mu.Lock()
	mine := c.mine
	c.mine, c.released = map[string]record{}, true
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.Within)
	defer cancel()
	for code, r := range mine {
		if err := c.bus.rooms.Delete(ctx, code, jetstream.LastRevision(r.revision)); err != nil && !isConflict(err) {
			c.log.Warn("a meeting's home is not given back; it lasts until the record lapses", "error", err)
			return
		}
	}
}
