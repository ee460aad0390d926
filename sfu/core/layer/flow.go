package layer

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// flow is what the selector has seen of one stream of the wanted publication.
type flow struct {
	at      time.Time // latest packet
	since   time.Time // it flows without a break, as far as it is doubted
	newest  packet.Seq
	feed    uint16
	seen    bool
	doubted bool // it stopped while it was shown: its return must last
}

// see notes a packet of the wanted publication. It returns whether a later packet of the
// same stream was here before: a key frame that others overtook would start with a hole.
func (s *Selector) see(now time.Time, p *packet.Packet) (overtaken bool) {
	f := &s.flows[p.Stream]
	if !f.seen || f.feed != p.Feed {
		*f = flow{seen: true, feed: p.Feed, newest: p.Seq - 1, since: now, doubted: f.doubted}
	} else if f.doubted {
		if now.Sub(f.at) >= alive {
			f.since = now
		}
		f.doubted = now.Sub(f.since) < steady
	}
	f.at = now
	overtaken = p.Seq <= f.newest
	f.newest = max(f.newest, p.Seq)

	if s.wanted != s.current.Publication {
		return overtaken
	}
	if p.Stream == s.current.Stream {
		s.stalled, s.stallSeen = false, 0
		return overtaken
	}
	// Two frames of others without one of ours is a stall at any frame rate.
	if !s.stalled && s.hushed(now) && (s.stallSeen == 0 || p.Timestamp != s.stallTime) {
		s.stallTime = p.Timestamp
		s.stallSeen++
		if s.stallSeen >= 3 {
			s.stalled = true
			shown := &s.flows[s.current.Stream]
			shown.doubted, shown.seen = true, false
			s.wait(now)
		}
	}
	return overtaken
}

// hushed reports whether the shown stream may have stopped.
func (s *Selector) hushed(now time.Time) bool {
	if s.streams < 2 || !s.acquired() {
		return false
	}
	f := &s.flows[s.current.Stream]
	return f.seen && now.Sub(f.at) >= quiet
}
