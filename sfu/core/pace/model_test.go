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
	filled time.Time
	lanes  map[int]*modelLane
}

type item struct {
	pace.Entry[int]
	frame int
	key   bool
}

type modelLane struct {
	frames   []int // that came in, by number; the last is the present
	key      bool
	sending  int // number of the frame that goes out
	dropping bool
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

func video(w item) bool { return w.Class == pace.Video }

func counted(w item) bool { return w.Class == pace.Video && !w.key }

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
	l := m.lane(e.Slot)
	if e.FrameStart || e.Key {
		if e.Key {
			l.dropping = false
			if m.waiting(video) > m.bound() {
				m.drop(e.Slot, func(item) bool { return true })
			}
		}
		for !e.Key && !l.dropping && m.waiting(counted) > m.bound() {
			m.makeRoom(e, counted, false)
		}
		if !l.dropping {
			l.frames = append(l.frames, len(l.frames))
			l.key = e.Key
		}
	}
	for m.waiting(video)+e.Size > 1<<20 && !l.dropping {
		m.makeRoom(e, video, true)
	}
	if !l.dropping {
		m.list = append(m.list, item{Entry: e, frame: l.frames[len(l.frames)-1], key: l.key})
	}
	return !l.dropping
}

// drop takes out frames of a slot that are not begun.
func (m *model) drop(slot int, which func(item) bool) int {
	before := len(m.list)
	m.list = slices.DeleteFunc(m.list, func(w item) bool {
		return w.Class == pace.Video && w.Slot == slot && w.frame > m.lanes[slot].sending && which(w)
	})
	return before - len(m.list)
}

func (m *model) makeRoom(e pace.Entry[int], counts func(item) bool, all bool) {
	room := func(slot int) int {
		bytes := m.waiting(func(w item) bool {
			return w.Class == pace.Video && w.Slot == slot && counts(w) && w.frame > m.lanes[slot].sending
		})
		if slot == e.Slot {
			bytes += e.Size
		}
		return bytes
	}
	victim := e.Slot
	for slot := range 64 {
		if m.lanes[slot] != nil && room(slot) > room(victim) {
			victim = slot
		}
	}
	l := m.lanes[victim]
	present := l.frames[len(l.frames)-1]
	kept := -1
	for _, w := range m.list {
		if w.Class == pace.Video && w.Slot == victim && w.key && w.frame > l.sending && !all {
			kept = w.frame
		}
	}
	dropped := m.drop(victim, func(w item) bool { return w.frame != kept })
	if kept != present || dropped == 0 {
		l.dropping = true // else the key frame that comes in goes on
	}
}

func (m *model) pop(now time.Time) (int, bool) {
	if elapsed := now.Sub(m.filled); elapsed > 0 {
		m.credit = min(m.credit+m.rate*2.5*min(elapsed.Seconds(), 1), m.burst())
		m.filled = now
	}
	for _, class := range []pace.Class{pace.Audio, pace.Repair, pace.Video, pace.Padding} {
		i := slices.IndexFunc(m.list, func(w item) bool { return w.Class == class })
		if i < 0 {
			continue
		}
		if class != pace.Audio && m.credit <= 1e-6 {
			return 0, false
		}
		w := m.list[i]
		m.list = slices.Delete(m.list, i, i+1)
		if class == pace.Video {
			m.lanes[w.Slot].sending = w.frame
		}
		m.credit = max(m.credit-float64(w.Size)*8, -m.burst())
		return w.Item, true
	}
	return 0, false
}
