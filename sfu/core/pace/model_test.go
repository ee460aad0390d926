package pace_test

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/pace"
)

// model is the pacer as one would explain it: a list of all that waits, looked through each time.
type model struct {
	rate   float64 // bit/s of the link
	list   []item
	credit float64 // bits
	ahead  float64 // bits that a link of that rate would still have to carry
	filled time.Time
	turn   int // of the lane that was popped last
	latest item
	lanes  map[int]*modelLane
}

type item struct {
	pace.Entry[int]
	frame int
	key   bool
	place int // among all packets of its lane that came
}

type modelLane struct {
	frames   []int // that came in, by number; the last is the present
	key      bool
	sending  int // number of the frame that goes out
	dropping bool
	came     int // packets, dropped or not
	place    int // of the packet that went out last
	turn     int // bytes sent, as the round counts them
}

func newModel(rate float64) *model {
	m := &model{rate: rate, lanes: map[int]*modelLane{}}
	m.credit = m.burst()
	return m
}

func (m *model) burst() float64 { return max(m.rate*0.040, 3000*8) }

func (m *model) bound() int { return min(max(int(m.rate*2.5*0.250/8), 6000), 1<<20) }

func (m *model) setRate(rate float64) {
	m.rate = rate
	m.credit = min(max(m.credit, -m.burst()), m.burst())
}

// waiting sums up the bytes that wait and pass the filter.
func (m *model) waiting(filter func(item) bool) (bytes int) {
	for _, w := range m.list {
		if filter(w) {
			bytes += w.Size
		}
	}
	return bytes
}

func (m *model) counted(slot int) int {
	return m.waiting(func(w item) bool {
		return w.Class == pace.Video && !w.key && (w.Lane == slot || slot < 0)
	})
}

// memory counts what an entry takes beside its size.
func (m *model) memory(slot int) (bytes int) {
	for _, w := range m.list {
		if w.Class == pace.Video && (w.Lane == slot || slot < 0) {
			bytes += w.Size + 64
		}
	}
	return bytes
}

func (m *model) lane(slot int) *modelLane {
	if m.lanes[slot] == nil {
		m.lanes[slot] = &modelLane{frames: []int{0}}
	}
	return m.lanes[slot]
}

func (m *model) push(e pace.Entry[int]) bool {
	if e.Class == pace.Audio {
		if m.waiting(func(w item) bool { return w.Class == pace.Audio })+e.Size > 1<<18 {
			return false
		}
		m.list = append(m.list, item{Entry: e})
		return true
	}
	if e.Class != pace.Video {
		if m.waiting(func(w item) bool { return w.Class == e.Class })+e.Size > m.bound()/2 {
			return false
		}
		m.list = append(m.list, item{Entry: e})
		return true
	}
	l := m.lane(e.Lane)
	l.came++
	if e.FrameStart || e.Key {
		m.begin(e, l)
	}
	for m.memory(-1)+e.Size+64 > 1<<20 && !l.dropping {
		m.makeRoom(e, m.memory, true)
	}
	if l.dropping {
		return false
	}
	if !m.backlogged(e.Lane) {
		l.turn = max(l.turn, m.turn)
	}
	m.list = append(m.list, item{Entry: e, frame: l.frames[len(l.frames)-1], key: l.key, place: l.came})
	return true
}

func (m *model) begin(e pace.Entry[int], l *modelLane) {
	all := func() int { return m.waiting(func(w item) bool { return w.Class == pace.Video }) }
	if e.Key {
		l.dropping = false
		if all() > m.bound() {
			m.drop(e.Lane, func(w item) bool { return w.frame > l.sending })
		}
	}
	for !e.Key && e.Size > 0 && !l.dropping && m.counted(-1) > m.bound() {
		if !m.makeRoom(e, m.counted, false) {
			break
		}
	}
	if !l.dropping {
		l.frames = append(l.frames, len(l.frames))
		l.key = e.Key
	}
}

func (m *model) backlogged(lane int) bool {
	return slices.ContainsFunc(m.list, func(w item) bool { return w.Class == pace.Video && w.Lane == lane })
}

// drop takes out packets of a lane.
func (m *model) drop(lane int, which func(item) bool) int {
	before := len(m.list)
	m.list = slices.DeleteFunc(m.list, func(w item) bool { return w.Class == pace.Video && w.Lane == lane && which(w) })
	return before - len(m.list)
}

// makeRoom has the lane of which most waits give way. It returns false if nothing comes of asking again.
func (m *model) makeRoom(e pace.Entry[int], waits func(lane int) int, all bool) bool {
	victim, most := e.Lane, waits(e.Lane)+e.Size
	for lane := range 64 {
		if lane != e.Lane && waits(lane) > most {
			victim, most = lane, waits(lane)
		}
	}
	l := m.lane(victim)
	present := l.frames[len(l.frames)-1]
	kept := -1
	for _, w := range m.list {
		if w.Class == pace.Video && w.Lane == victim && w.key && w.frame > l.sending && !all {
			kept = w.frame
		}
	}
	rest := m.waiting(func(w item) bool {
		return w.Class == pace.Video && w.Lane == victim && !w.key && w.frame == l.sending
	})
	dropped := m.drop(victim, func(w item) bool {
		switch {
		case all:
			return true
		case w.frame == l.sending:
			return !w.key && rest > m.bound()
		}
		return w.frame != kept
	})
	switch {
	case kept == present && dropped > 0: // the key frame that comes in goes on
	case dropped > 0, victim == e.Lane:
		l.dropping = true
	default:
		return false
	}
	return true
}

func (m *model) pop(now time.Time) (popped int, gap, ok bool) {
	if elapsed := now.Sub(m.filled); elapsed > 0 {
		seconds, pace := min(elapsed.Seconds(), 1), 2.5
		if m.ahead > max(m.rate*0.150, 6000*8)+1e-6 {
			pace = 1
		}
		m.credit = min(m.credit+m.rate*pace*seconds, m.burst())
		m.ahead = max(m.ahead-m.rate*seconds, 0)
		m.filled = now
	}
	for _, class := range []pace.Class{pace.Audio, pace.Repair, pace.Video, pace.Padding} {
		i := m.first(class)
		if i < 0 {
			continue
		}
		if class != pace.Audio && m.credit <= 1e-6 {
			break
		}
		w := m.list[i]
		m.list = slices.Delete(m.list, i, i+1)
		if class == pace.Video {
			l := m.lanes[w.Lane]
			gap = w.place != l.place+1
			l.sending, l.place = w.frame, w.place
			m.turn = l.turn
			l.turn += w.Size
		}
		m.credit = max(m.credit-float64(w.Size)*8, -m.burst())
		m.ahead += float64(w.Size) * 8
		m.latest = w
		return w.Item, gap, true
	}
	m.latest = item{}
	return 0, false, false
}

// first is what is next of a class, -1 if nothing waits: of video the first packet of the lane that got least.
func (m *model) first(class pace.Class) int {
	first := -1
	for i, w := range m.list {
		if w.Class == class && (first < 0 || class == pace.Video && m.lanes[w.Lane].turn < m.lanes[m.list[first].Lane].turn) {
			first = i
		}
	}
	return first
}

// unsent says that what was popped last was not sent.
func (m *model) unsent() {
	m.credit = min(m.credit+float64(m.latest.Size)*8, m.burst())
	m.ahead = max(m.ahead-float64(m.latest.Size)*8, 0)
	if m.latest.Class == pace.Video && m.latest.Size > 0 {
		m.lanes[m.latest.Lane].turn -= m.latest.Size
	}
	m.latest = item{}
}
