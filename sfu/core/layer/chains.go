package layer

// state is what is known of a chain up to a frame.
type state uint8

const (
	intact  state = iota // all of its frames went out
	missing              // one has not come, or not all of it; it still may
	broken               // one was dropped, or is too far back to tell
)

// chainWalk bounds how far back a chain is followed. What was found intact once is not looked at again.
const chainWalk = 48

// protector is the chain of a decode target, -1 if it has none.
func (s *scalable) protector(i int8) int8 {
	if int(i) >= len(s.structure.Protecting) {
		return -1
	}
	return s.structure.Protecting[i]
}

// chain returns the state of a decode target's chain up to f. Each frame names the chain's former
// frame by its distance, so a frame that comes late heals what it had broken.
func (s *scalable) chain(f *frame, target int8) state {
	c := s.protector(target)
	if c < 0 {
		return intact
	}
	return s.walk(f, c)
}

// follow looks at all chains of a new frame, so that none has to be followed far.
func (s *scalable) follow(f *frame) {
	for c := range int8(len(f.says.ChainDiffs)) { //nolint:gosec // at most 32
		s.walk(f, c)
	}
}

func (s *scalable) walk(f *frame, chain int8) state {
	bit := uint32(1) << chain
	at := f
	for range chainWalk {
		if int(chain) >= len(at.says.ChainDiffs) {
			return broken
		}
		diff := at.says.ChainDiffs[chain]
		if at.whole&bit != 0 || diff == 0 {
			f.whole |= bit
			return intact
		}
		number := at.number - int64(diff)
		before := s.find(number)
		switch {
		case before == nil && (number < s.from || number <= s.newest-frameCount):
			return broken
		case before == nil:
			return missing
		case before.fate != Forward:
			return broken
		case !before.complete():
			return missing
		}
		at = before
	}
	return broken
}
