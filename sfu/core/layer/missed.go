package layer

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Missed says that p was dropped on its way to the slot, and so is what follows it to its stream's next key frame. The
// stream flows all the same; if it is shown, it cannot go on before.
func (s *Selector) Missed(now time.Time, publication uint32, p *packet.Packet) {
	s.Saw(now, publication, p)
	if !s.Shows(publication, p) {
		return
	}
	asked := s.asked
	s.Break(now)
	// As often as packets are dropped, a publisher is not asked faster than for any other reason.
	if !asked.IsZero() {
		s.Hold(asked.Add(s.every))
	}
}

// Skipped says that what came right before p, of the same stream, was dropped on its way to the slot: p starts a key
// frame, and has to be taken like that of another source.
func (s *Selector) Skipped(now time.Time, publication uint32, p *packet.Packet) {
	if s.Shows(publication, p) {
		s.broken = true
		s.since, s.asked = now, now // here it is
	}
}

// Saw says that a packet of a stream came, which is still on its way to the slot or was dropped.
func (s *Selector) Saw(now time.Time, publication uint32, p *packet.Packet) {
	if publication != s.wanted || p.Stream < 0 || p.Stream >= Max {
		return
	}
	if f := &s.flows[p.Stream]; f.seen && f.feed == p.Feed {
		f.at = now
	}
}

// Shows reports whether p is of the stream that is shown, and can go on.
func (s *Selector) Shows(publication uint32, p *packet.Packet) bool {
	return !s.broken && publication != 0 && s.current == Choice{Publication: publication, Feed: p.Feed, Stream: p.Stream}
}
