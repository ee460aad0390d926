package signaling

import (
	"sync"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// measurements gather how one connection was, for the records.
type measurements struct {
	mu       sync.Mutex
	up, down int
	scores   int
	freezes  int
	frozen   int
}

// scored takes what the media server thinks of both directions.
func (q *measurements) scored(up, down int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.up, q.down, q.scores = q.up+up, q.down+down, q.scores+1
}

// mostFrozen bounds what a client can claim: a day.
const mostFrozen = 24 * 60 * 60 * 1000

// reported takes what the client measured.
func (q *measurements) reported(m message.StatsReport) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, slot := range m.Slots {
		q.freezes = min(q.freezes+slot.Freezes, mostFrozen)
		q.frozen = min(q.frozen+slot.Frozen, mostFrozen)
	}
}

func (q *measurements) summary() store.Quality {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := store.Quality{Freezes: q.freezes, FrozenMilliseconds: q.frozen}
	if q.scores > 0 {
		out.Up, out.Down = new(q.up/q.scores), new(q.down/q.scores)
	}
	return out
}
