package rewrite

// cycle unwraps one cyclic number of a source.
type cycle struct {
	in    int64  // newest, unwrapped
	value uint16 // newest as it came …
	bits  uint   // … and its width
	bound bool   // in belongs to the present source
}

// unwrap returns v, which is bits wide, unwrapped; newest says that its packet is the newest of the source.
func (c *cycle) unwrap(v uint16, bits uint, newest bool) int64 {
	if !c.bound {
		// One cycle up, so that nothing is ever negative.
		*c = cycle{in: 1<<16 + int64(v), value: v, bits: bits, bound: true}
		return c.in
	}
	// A picture id may change its width: only the bits that both have can be compared.
	common := min(bits, c.bits)
	size := int64(1) << common
	step := int64(v-c.value) & (size - 1)
	// The newest packet never steps back: it is a long way forward then.
	if newest {
		c.in += step
		c.value, c.bits = v, bits
		return c.in
	}
	// A late packet is hardly ever ahead: only where padding overtook it.
	if step >= size/4 {
		step -= size
	}
	return c.in + step
}

// field is one cyclic number of a source and of the slot, both unwrapped.
type field struct {
	cycle
	out  int64 // of the newest packet
	most int64 // given; a packet that comes late may have more than the newest, if that lies behind padding
}

func newField(first int64) field { return field{most: first - 1} }

// next returns the slot's number for v, which is bits wide.
func (f *field) next(v uint16, bits uint, newest bool) int64 {
	if !f.bound {
		f.unwrap(v, bits, newest)
		f.out = f.most + 1
		f.most = f.out
		return f.out
	}
	before := f.in
	out := f.out + f.unwrap(v, bits, newest) - before
	if newest {
		f.out = out
	}
	f.most = max(f.most, out)
	return out
}
