package loadtest

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
)

const (
	// remembered is how many packets a watch looks back for what is missing.
	remembered = 1024
	// layers of a source at most.
	layers = 3
)

// watch follows one video slot as a decoder would, without decoding: it shows a frame when all of it is there and all
// before it was shown, begins anew at a key frame, and counts a freeze when the next frame is late (as browsers do: by
// three mean intervals, and by the mean and 150 ms).
type watch struct {
	video   bool
	started bool
	base    int64 // unwrapped number of the packet that is waited for
	highest int64
	ring    [remembered]arrived

	rescue  int64     // a key frame beyond what is missing; less than base: there is none
	waits   time.Time // since when a packet is missing before others; zero: it is not
	keyed   bool      // a key frame has been shown since the slot began
	shown   time.Time // when the last frame was shown
	mean    time.Duration
	frames  uint64
	keys    uint64
	freezes uint64
	frozen  time.Duration
	watched time.Duration
}

// arrived is what is kept of a packet.
type arrived struct {
	number int64
	there  bool
	last   bool // of a frame
	key    bool // the first of a key frame
}

// restart forgets what was shown: the slot carries something else now, or nothing.
func (w *watch) restart() {
	w.shown, w.mean, w.keyed = time.Time{}, 0, false
}

// packet takes one packet of media and tells whether a frame was shown by it, and whether that was the first since
// restart.
func (w *watch) packet(now time.Time, p *client.Packet, key bool) (shown, first bool) {
	if !w.started {
		w.started, w.base, w.highest = true, int64(p.Sequence), int64(p.Sequence)
	}
	n := w.highest + int64(int16(p.Sequence-uint16(w.highest)))
	if n < w.base {
		return false, false
	}
	w.highest = max(w.highest, n)
	w.ring[n%remembered] = arrived{number: n, there: true, last: p.Marker, key: key}
	if n-w.base >= remembered {
		w.base, w.keyed = n-remembered+1, false
	}
	before := w.frames
	fresh := !w.keyed
	if key && n > w.base {
		w.rescue = n
	}
	if w.rescue > w.base {
		w.skipTo(w.rescue)
	}
	w.advance(now)
	if w.base > w.highest {
		w.waits = time.Time{}
	} else if w.waits.IsZero() {
		w.waits = now
	}
	return w.frames > before, fresh && w.keyed
}

// skipTo gives up what is missing before a key frame, once that is there as a whole.
func (w *watch) skipTo(start int64) {
	for n := start; n <= w.highest; n++ {
		a := w.ring[n%remembered]
		if !a.there || a.number != n {
			return
		}
		if a.last {
			w.base, w.keyed = start, false
			return
		}
	}
}

// advance goes over what is there without a hole.
func (w *watch) advance(now time.Time) {
	for w.base <= w.highest {
		a := &w.ring[w.base%remembered]
		if !a.there || a.number != w.base {
			return
		}
		a.there = false
		w.base++
		if a.key {
			w.keyed = true
			w.keys++
		}
		if a.last && w.keyed {
			w.show(now)
		}
	}
}

func (w *watch) show(now time.Time) {
	w.frames++
	if !w.shown.IsZero() {
		gap := now.Sub(w.shown)
		w.watched += gap
		switch {
		case w.late(gap):
			w.freezes++
			w.frozen += gap
		case w.mean == 0:
			w.mean = gap
		default:
			w.mean += (gap - w.mean) / 16
		}
	}
	w.shown = now
}

func (w *watch) late(gap time.Duration) bool {
	return w.mean > 0 && gap > max(3*w.mean, w.mean+150*time.Millisecond)
}

// stuck is true if nothing can be shown for want of packets that ought to have come long ago: time for a key frame.
func (w *watch) stuck(now time.Time) bool {
	return w.started && !w.waits.IsZero() && now.Sub(w.waits) > time.Second
}

// finish counts a freeze that lasts to the end.
func (w *watch) finish(now time.Time) {
	if w.shown.IsZero() {
		return
	}
	if gap := now.Sub(w.shown); w.late(gap) {
		w.freezes++
		w.frozen += gap
		w.watched += gap
	}
	w.shown = time.Time{}
}
