package sfu

import "time"

// firstPicture measures for how long a participant waits for the first picture.
type firstPicture struct {
	since time.Time // when there was one to be sent
	over  bool
}

// expect notes whether there is something to be sent.
func (f *firstPicture) expect(now time.Time, something bool) {
	switch {
	case f.over:
	case !something:
		f.since = time.Time{}
	case f.since.IsZero():
		f.since = now
	}
}

// came returns how long it took, once.
func (f *firstPicture) came(now time.Time) (took time.Duration, first bool) {
	if f.over || f.since.IsZero() {
		return 0, false
	}
	f.over = true
	return now.Sub(f.since), true
}

// pictureExpected is for the peer's loop, when other publications are assigned to its slots.
func (p *Peer) pictureExpected(now time.Time) {
	something := false
	for _, slot := range p.slots {
		something = something || slot.Kind.video() && p.shown[slot.MID] != nil
	}
	p.first.expect(now, something && !p.saving.audioOnly)
}

// pictureShown is for the peer's loop, when a slot shows something else than before.
func (p *Peer) pictureShown(now time.Time, mid string) {
	for _, slot := range p.slots {
		if slot.MID != mid || !slot.Kind.video() {
			continue
		}
		if took, first := p.first.came(now); first && p.room.server.config.FirstPicture != nil {
			p.room.server.config.FirstPicture(took)
		}
	}
}
