package dependency

// Frame is what Append writes of one packet.
type Frame struct {
	First, Last bool
	Number      uint16
	Template    int // index into the structure's templates
	Attach      bool
	Active      uint32 // written if HasActive
	HasActive   bool
	// What differs from the template; nil is the template's. FrameDiffs are 1 to 4096, ChainDiffs 0 to 255.
	Indications []Indication
	FrameDiffs  []uint16
	ChainDiffs  []uint16
}

// Append writes the descriptor of a packet. s must have come from NewStructure or Parse, and f must fit it.
func (s *Structure) Append(dst []byte, f Frame) []byte {
	first := (s.TemplateOffset + uint8(f.Template)) & templateIDs //nolint:gosec // below 64
	if f.First {
		first |= firstBit
	}
	if f.Last {
		first |= lastBit
	}
	dst = append(dst, first, byte(f.Number>>8), byte(f.Number))
	flags := f.flags()
	if flags == 0 {
		return dst
	}
	w := writer{data: dst}
	w.put(flags, extendedFlags)
	if f.Attach {
		s.write(&w)
	}
	if f.HasActive {
		w.put(f.Active, s.Targets)
	}
	for _, indication := range f.Indications {
		w.put(uint32(indication), 2)
	}
	if f.FrameDiffs != nil {
		for _, diff := range f.FrameDiffs {
			size := diffSize(diff)
			w.put(uint32(size), 2) //nolint:gosec // 1 to 3
			w.put(uint32(diff-1), 4*size)
		}
		w.put(0, 2)
	}
	for _, diff := range f.ChainDiffs {
		w.put(uint32(diff), 8)
	}
	return w.data
}

func (f *Frame) flags() (flags uint32) {
	if f.Attach {
		flags |= attachedFlag
	}
	if f.HasActive {
		flags |= hasActiveFlag
	}
	if f.Indications != nil {
		flags |= indicationsFlag
	}
	if f.FrameDiffs != nil {
		flags |= frameDiffsFlag
	}
	if f.ChainDiffs != nil {
		flags |= chainDiffsFlag
	}
	return flags
}

// diffSize is how many times 4 bits a custom frame diff takes.
func diffSize(diff uint16) int {
	switch {
	case diff <= 1<<4:
		return 1
	case diff <= 1<<8:
		return 2
	}
	return 3
}
