package dependency

// reader takes bits from data, most significant first. Beyond the end it gives zeros and stays failed.
type reader struct {
	data   []byte
	at     int // in bits
	failed bool
}

func (r *reader) left() int { return 8*len(r.data) - r.at }

// take reads n bits, 0 to 32.
func (r *reader) take(n int) uint32 {
	if n > r.left() {
		r.at, r.failed = 8*len(r.data), true
		return 0
	}
	var v uint32
	for n > 0 {
		free := 8 - r.at&7
		some := min(free, n)
		v = v<<some | uint32(r.data[r.at>>3])>>(free-some)&(1<<some-1)
		r.at += some
		n -= some
	}
	return v
}

func (r *reader) flag() bool { return r.take(1) != 0 }

// nonSymmetric reads a number below n (appendix A.8.1, "ns").
func (r *reader) nonSymmetric(n int) int {
	width, short := nonSymmetric(n)
	v := int(r.take(width - 1))
	if v < short {
		return v
	}
	return v<<1 - short + int(r.take(1))
}

// nonSymmetric gives the bits of a number below n, and below which number one bit less does.
func nonSymmetric(n int) (width, short int) {
	for x := n; x != 0; x >>= 1 {
		width++
	}
	return width, 1<<width - n
}

// writer appends bits to data, most significant first. What is left of the last byte is zero.
type writer struct {
	data []byte
	free int // bits of the last byte
}

// put writes the lower n bits of v, 0 to 32.
func (w *writer) put(v uint32, n int) {
	for n > 0 {
		if w.free == 0 {
			w.data, w.free = append(w.data, 0), 8
		}
		some := min(w.free, n)
		w.data[len(w.data)-1] |= byte(v>>(n-some)&(1<<some-1)) << (w.free - some)
		w.free -= some
		n -= some
	}
}

func (w *writer) flag(v bool) {
	if v {
		w.put(1, 1)
	} else {
		w.put(0, 1)
	}
}

func (w *writer) nonSymmetric(v, n int) {
	width, short := nonSymmetric(n)
	if v < short {
		w.put(uint32(v), width-1) //nolint:gosec // below 33
		return
	}
	w.put(uint32(v+short), width) //nolint:gosec // below 65
}

// bits copies the bits from..to of data.
func (w *writer) bits(data []byte, from, to int) {
	r := reader{data: data, at: from}
	for r.at < to {
		n := min(32, to-r.at)
		w.put(r.take(n), n)
	}
}
