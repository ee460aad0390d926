package estimate

import "time"

const (
	// groupSpan is what leaves together: a pacer's tick, one frame's burst.
	groupSpan = 5 * time.Millisecond
	// mostBurst bounds what is merged because it arrived at once.
	mostBurst = 100 * time.Millisecond
	// mostStep tells a queue from a clock that was set, or a link that stood still.
	mostStep = 3 * time.Second
)

// group is packets that left together, or arrived together because something held them up.
type group struct {
	firstSent, lastSent       time.Duration
	firstArrived, lastArrived time.Duration
}

// holds reports whether a packet belongs to g. A burst at the receiver (radio retransmission,
// a sleeping modem) is one arrival: its packets came closer together than they left.
func (g *group) holds(sent, arrived time.Duration) bool {
	if sent-g.firstSent <= groupSpan {
		return true
	}
	closer := arrived-g.lastArrived < sent-g.lastSent
	return closer && arrived-g.lastArrived <= groupSpan && arrived-g.firstArrived < mostBurst
}

// spacing is by how much two neighbouring groups left and arrived apart.
type spacing struct {
	sent, arrived time.Duration
	at            time.Duration // arrival of the later one
}

// groups turns packets in the order of their arrival into spacings.
type groups struct {
	current, previous group
	started, paired   bool // current, previous is filled
	backwards         int  // groups in a row that arrived before their predecessor
}

// add takes one packet. It returns the spacing of the two groups before it whenever it
// begins a new one, and whether time took a step that starts everything anew.
func (g *groups) add(sent, arrived time.Duration) (s spacing, ok, step bool) {
	next := group{sent, sent, arrived, arrived}
	if !g.started {
		g.current, g.started = next, true
		return s, false, false
	}
	if sent < g.current.firstSent {
		return s, false, false // reordered: its group is closed
	}
	if g.current.holds(sent, arrived) {
		g.current.lastSent = max(g.current.lastSent, sent)
		g.current.lastArrived = max(g.current.lastArrived, arrived)
		return s, false, false
	}
	if g.paired {
		s = spacing{g.current.lastSent - g.previous.lastSent, g.current.lastArrived - g.previous.lastArrived, g.current.lastArrived}
		if stepped := s.arrived - s.sent; stepped > mostStep || stepped < -mostStep {
			*g = groups{current: next, started: true}
			return spacing{}, false, true
		}
		ok = s.arrived >= 0
	}
	if g.paired && !ok {
		if g.backwards++; g.backwards >= 3 {
			*g = groups{current: next, started: true}
			return spacing{}, false, true
		}
	} else {
		g.backwards = 0
	}
	g.previous, g.paired, g.current = g.current, true, next
	return s, ok, false
}
