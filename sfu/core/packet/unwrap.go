package packet

// Unwrapper extends 16 bit sequence numbers to 64 bits. The zero value is ready.
// Each number is read as the one nearest to the newest so far.
type Unwrapper struct {
	newest  Seq
	started bool
}

// Unwrap returns the 64 bit number of v. The first one lies in the second cycle,
// so that packets older than it stay positive.
func (u *Unwrapper) Unwrap(v uint16) Seq {
	if !u.started {
		u.started = true
		u.newest = 1<<16 + Seq(v)
		return u.newest
	}
	seq := u.newest + Seq(int16(v-uint16(u.newest)))
	u.newest = max(u.newest, seq)
	return seq
}

// TimestampUnwrapper extends 32 bit timestamps to 64 bits. The zero value is ready.
type TimestampUnwrapper struct {
	newest  Timestamp
	started bool
}

// Unwrap returns the 64 bit timestamp of v, nearest to the newest so far.
func (u *TimestampUnwrapper) Unwrap(v uint32) Timestamp {
	if !u.started {
		u.started = true
		u.newest = 1<<32 + Timestamp(v)
		return u.newest
	}
	ts := u.newest + Timestamp(int32(v-uint32(u.newest)))
	u.newest = max(u.newest, ts)
	return ts
}
