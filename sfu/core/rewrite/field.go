package rewrite

// cycle is the newest of a source's cyclic numbers.
type cycle struct {
	value uint16 // as it came …
	bits  uint8  // … and its width
	bound bool   // it belongs to the present source
}

// step is how far v, which is bits wide, is ahead of the newest. newest says that its packet is the newest of the source:
// then v is the newest from now on.
func (c *cycle) step(v uint16, bits uint8, newest bool) int64 {
	// A picture id may change its width: only the bits that both have can be compared.
	size := int64(1) << min(bits, c.bits)
	step := int64(v-c.value) & (size - 1)
	// The newest packet never steps back: it is a long way forward then.
	if newest {
		c.value, c.bits = v, bits
		return step
	}
	// A late packet is hardly ever ahead: only where padding overtook it.
	if step >= size/4 {
		step -= size
	}
	return step
}

// begin makes v the first of a source.
func (c *cycle) begin(v uint16, bits uint8) { *c = cycle{value: v, bits: bits, bound: true} }

// field is one cyclic number of a source and of the slot.
type field struct {
	out  int64 // of the newest packet, unwrapped
	most int64 // given; a packet that comes late may have more than the newest, if that lies behind padding
	cycle
}

func newField(first int64) field { return field{most: first - 1} }

// next returns the slot's number for v, which is bits wide.
func (f *field) next(v uint16, bits uint8, newest bool) int64 {
	if !f.bound {
		f.begin(v, bits)
		f.out = f.most + 1
		f.most = f.out
		return f.out
	}
	out := f.out + f.step(v, bits, newest)
	if newest {
		f.out = out
	}
	f.most = max(f.most, out)
	return out
}
