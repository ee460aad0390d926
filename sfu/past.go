package sfu

import (
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu/egress"
)

const (
	pastFor  = time.Minute // as long as a page may take to reload
	pastMost = 4096        // publications
)

// past remembers what is known of publications that are gone: who reloads a page, or loses the way to the server, comes
// back under the same numbers and sends much the same. The zero value is ready.
type past struct {
	mu    sync.Mutex
	feeds map[uint32]pastFeed
	later *time.Timer // looks for those that are too old, while there are any
}

type pastFeed struct {
	feed *egress.Feed // without packets
	at   time.Time
}

// keep remembers a publication that is fed no more.
func (p *past) keep(now time.Time, publication *Publication) {
	feed := publication.past.Load()
	if feed == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feeds == nil {
		p.feeds = map[uint32]pastFeed{}
	}
	p.forget(now)
	if len(p.feeds) < pastMost {
		p.feeds[publication.number] = pastFeed{feed, now}
	}
	if p.later == nil && len(p.feeds) > 0 {
		p.later = time.AfterFunc(pastFor, p.look)
	}
}

// look forgets what is too old, and looks again in a minute while anything is left.
func (p *past) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(time.Now())
	if len(p.feeds) > 0 {
		p.later.Reset(pastFor)
		return
	}
	p.later = nil
}

func (p *past) forget(now time.Time) {
	for number, old := range p.feeds {
		if now.Sub(old.at) >= pastFor {
			delete(p.feeds, number)
		}
	}
}

// take returns what is known of a publication that comes back, nil for nothing.
func (p *past) take(now time.Time, number uint32) *egress.Feed {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.feeds[number]
	delete(p.feeds, number)
	if !ok || now.Sub(known.at) >= pastFor {
		return nil
	}
	return known.feed
}
