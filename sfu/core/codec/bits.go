package codec

// bits reads data from its most significant bit on. Beyond the end it gives zeros and stays failed.
type bits struct {
	data   []byte
	at     int
	failed bool
}

// take reads n bits, 0 to 32.
func (b *bits) take(n int) uint32 {
	if n > 8*len(b.data)-b.at {
		b.at, b.failed = 8*len(b.data), true
		return 0
	}
	var v uint32
	for ; n > 0; n-- {
		v = v<<1 | uint32(b.data[b.at>>3]>>(7-b.at&7)&1)
		b.at++
	}
	return v
}

func (b *bits) flag() bool { return b.take(1) != 0 }

func (b *bits) skip(n int) {
	for ; n > 32; n -= 32 {
		b.take(32)
	}
	b.take(n)
}

// golomb reads an unsigned exponential Golomb number (H.264 §9.1), below 2^32.
func (b *bits) golomb() uint32 {
	zeros := 0
	for !b.flag() {
		if zeros++; zeros > 31 || b.failed {
			b.failed = true
			return 0
		}
	}
	return 1<<zeros - 1 + b.take(zeros)
}

// signed reads a signed one.
func (b *bits) signed() int32 {
	v := b.golomb()
	if v&1 != 0 {
		return int32(v/2) + 1 //nolint:gosec // below 2^31
	}
	return -int32(v / 2) //nolint:gosec // below 2^31
}
