package rewrite

// Frames numbers the frames of a slot for the dependency descriptor. Within a source the
// numbers move by an offset, whatever is dropped: frames refer to each other by distances. A
// change of source goes on behind the newest number that was sent.
type Frames struct {
	offset uint16
	newest uint16 // sent
	bound  bool
}

// NewFrames returns frame numbers that begin at first.
func NewFrames(first uint16) Frames { return Frames{newest: first - 1} }

// Begin starts another source: the next frame's number goes on from the newest.
func (f *Frames) Begin() { f.bound = false }

// Map returns the slot's number for a frame of the present source that is sent.
func (f *Frames) Map(number uint16) uint16 {
	if !f.bound {
		f.bound = true
		f.offset = f.newest + 1 - number
	}
	out := number + f.offset
	if int16(out-f.newest) > 0 {
		f.newest = out
	}
	return out
}
