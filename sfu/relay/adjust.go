package relay

import (
	"maps"
	"time"

	"golang.org/x/time/rate"
)

// leastRate is what a voice takes with room to spare, in bytes a second.
const leastRate = 16_000

// Adjustable are the limits that can change while the server runs; they are those of Config.
type Adjustable struct{ Quota, Rate int }

// Adjust takes other limits, or none of them if one is wrong. Relays that there are go on, at the new rate.
func (s *Server) Adjust(a Adjustable) error {
	config := s.config
	config.Quota, config.Rate = a.Quota, a.Rate
	if err := config.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = a
	for r := range s.relays {
		r.up.change(a.Rate)
		r.down.change(a.Rate)
	}
	return nil
}

// SendAway closes the relays of a participant at once, and gives no more for credentials that hold until then or less: one
// that is being had is refused as it is kept.
func (s *Server) SendAway(participant string, until time.Time) {
	s.mu.Lock()
	now := time.Now()
	maps.DeleteFunc(s.sentAway, func(_ string, until time.Time) bool { return now.After(until) })
	s.sentAway[participant] = until
	var theirs []*relayed
	for r := range s.relays {
		if r.participant == participant {
			theirs = append(theirs, r)
		}
	}
	s.mu.Unlock()
	for _, r := range theirs {
		_ = r.Close()
	}
}

func (s *Server) wasSentAway(participant string, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isAway(participant, until)
}

// isAway is wasSentAway for who has the lock.
func (s *Server) isAway(participant string, until time.Time) bool {
	away, ok := s.sentAway[participant]
	return ok && !until.After(away)
}

// flow bounds one direction of an allocation.
type flow struct{ limiter *rate.Limiter }

func newFlow(bytesPerSecond int) *flow {
	f := &flow{rate.NewLimiter(rate.Inf, 0)}
	f.change(bytesPerSecond)
	return f
}

func (f *flow) change(bytesPerSecond int) {
	if bytesPerSecond == 0 {
		f.limiter.SetLimit(rate.Inf)
		return
	}
	// A quarter of a second at once: a key frame or a batch that was held up.
	f.limiter.SetBurst(max(bytesPerSecond/4, 64<<10))
	f.limiter.SetLimit(rate.Limit(bytesPerSecond))
}

// carries takes a datagram's share of the rate; false if there is none left.
func (f *flow) carries(bytes int) bool { return f.limiter.AllowN(time.Now(), bytes) }
