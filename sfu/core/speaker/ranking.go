package speaker

import "time"

// Config is how a ranking behaves. The zero value of a field takes its default.
type Config struct {
	Slots int           // audio slots of a peer, 4
	Hold  time.Duration // how long a voice keeps its place after it was last among the loudest, 500 ms
}

// Result is what one tick decided. Its slices are valid until the next tick.
type Result struct {
	// Loudest holds the publications that audio slots carry, at most Slots+1. Who stays
	// keeps its index; 0 is a free place.
	Loudest []uint32
	// Speakers are the latest dominant speakers, the present one first, at most 8 participants.
	Speakers []string
	// Speaking are the participants heard now.
	Speaking []string
}

// Ranking ranks the voices of one room.
type Ranking struct {
	cfg Config
}

// New returns a ranking without voices.
func New(cfg Config) *Ranking { return &Ranking{cfg: cfg} }

// Level takes the smoothed level of a publication over the last tick.
func (r *Ranking) Level(now time.Time, participant string, publication uint32, level uint8) {}

// Remove forgets a publication.
func (r *Ranking) Remove(publication uint32) {}

// Tick ranks anew.
func (r *Ranking) Tick(now time.Time) (Result, bool) { return Result{}, false }
