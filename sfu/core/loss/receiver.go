package loss

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	window  = 1024 // numbers behind the newest that are still taken; a power of two
	maxJump = 1000 // a jump by more starts anew
	// maxMissing is how many packets may be missed a second, and at once: each costs time until it is given up. No stream
	// that is worth repairing loses so many; one that leaves out more starts anew.
	maxMissing = 2000
)

// Receiver is the reception of one upstream SSRC: which packets came, which are asked
// for again, and what the publisher is told about it.
type Receiver struct {
	clock     int64 // Hz
	started   bool
	newest    packet.Seq
	seen      [window / 64]uint64
	suspect   uint16 // next number of a stream that jumped back, if it is real
	suspected bool
	spare     packet.Seq // packets that may be missed at the time of spareAt
	spareAt   time.Time

	pending   pending
	needsKey  bool
	reception reception
	taken     Interval // up to the latest Interval
}

// NewReceiver returns a receiver for a stream of the given clock rate in Hz.
func NewReceiver(clock uint32) *Receiver {
	return &Receiver{clock: int64(clock), pending: newPending()}
}

// Begin says that the stream begins with this number, though the packet may come as a retransmission. After the first
// packet it changes nothing.
func (r *Receiver) Begin(seq uint16) {
	if r.started {
		return
	}
	r.started = true
	r.restart(1<<16 + packet.Seq(seq) - 1)
	r.reception.base++ // the one before never was
}

// Received takes a packet of the stream. It returns its unwrapped number, false for a
// duplicate and for one too old to be of use.
func (r *Receiver) Received(now time.Time, seq uint16, ts uint32) (packet.Seq, bool) {
	if !r.started {
		r.started = true
		r.restart(1<<16 + packet.Seq(seq))
		r.reception.received++
		r.reception.arrived(now, ts, r.clock)
		return r.newest, true
	}
	n, ok := r.take(now, seq)
	if ok {
		r.reception.received++
		r.reception.arrived(now, ts, r.clock)
	}
	return n, ok
}

func (r *Receiver) take(now time.Time, seq uint16) (packet.Seq, bool) {
	step := packet.Seq(int16(seq - uint16(r.newest)))
	n := r.newest + step
	switch {
	case step > maxJump, step > 1 && !r.affords(now, step-1):
		r.needsKey = true
		r.restart(n)
		return n, true
	case step > 0:
		r.advance(now, n)
		return n, true
	case step <= -window:
		return r.fallBack(n, seq)
	case r.has(n):
		r.reception.duplicates++
		return n, false
	}
	r.mark(n)
	r.pending.arrived(now, n)
	return n, true
}

// fallBack handles a number far behind. Two in sequence are a stream that began anew; it
// goes on in the next cycle, so that numbers never run backward (RFC 3550 §A.1).
func (r *Receiver) fallBack(n packet.Seq, seq uint16) (packet.Seq, bool) {
	if !r.suspected || seq != r.suspect {
		r.suspect, r.suspected = seq+1, true
		return n, false
	}
	r.suspected = false
	r.needsKey = true
	n += 1 << 16
	r.restart(n)
	return n, true
}

// Recovered takes a packet that came as a retransmission, by its original number. It
// returns false if it came before, or is too old to be of use.
func (r *Receiver) Recovered(now time.Time, seq uint16) (packet.Seq, bool) {
	step := packet.Seq(int16(seq - uint16(r.newest)))
	n := r.newest + step
	switch {
	case !r.started || step <= -window || step > maxJump:
		return n, false
	case step > 1 && !r.affords(now, step-1):
		return n, false
	case step > 0:
		r.advance(now, n) // its original was the newest, and was lost
	case r.has(n):
		return n, false
	default:
		r.mark(n)
		r.pending.recovered(n)
	}
	r.reception.recovered++
	return n, true
}

// affords reports whether so many packets more may be missed.
func (r *Receiver) affords(now time.Time, missing packet.Seq) bool {
	again := packet.Seq(min(now.Sub(r.spareAt), time.Second) * maxMissing / time.Second)
	if again > 0 {
		r.spare, r.spareAt = min(r.spare+again, maxMissing), now
	}
	if missing > r.spare {
		return false
	}
	r.spare -= missing
	return true
}

// advance makes n the newest; what lies between is missing.
func (r *Receiver) advance(now time.Time, n packet.Seq) {
	for missing := r.newest + 1; missing < n; missing++ {
		r.unmark(missing)
		if !r.pending.add(now, missing) {
			r.needsKey = true
		}
	}
	r.newest = n
	r.mark(n)
}

// restart begins at n, with nothing before it.
func (r *Receiver) restart(n packet.Seq) {
	r.reception.restart(r.newest, n)
	r.newest = n
	clear(r.seen[:])
	// Nothing older than the start is taken: it was never missed.
	for i := range r.seen {
		r.seen[i] = ^uint64(0)
	}
	r.pending.clear()
}

// Nacks appends the numbers to ask for now to dst, oldest first, and takes them as asked.
// rtt is the round trip to the publisher, 0 if unknown.
func (r *Receiver) Nacks(now time.Time, rtt time.Duration, dst []uint16) []uint16 {
	dst, gaveUp := r.pending.due(now, rtt, dst)
	if gaveUp {
		r.needsKey = true
	}
	return dst
}

// Deadline says when to call Nacks next, false while nothing is missing.
func (r *Receiver) Deadline() (time.Time, bool) { return r.pending.deadline() }

// KeyFrame says that a key frame starts at seq: nothing older is asked for any more.
func (r *Receiver) KeyFrame(seq packet.Seq) { r.pending.keyFrame(seq) }

// NeedsKeyFrame reports, once, that packets were given up on: only a key frame helps.
func (r *Receiver) NeedsKeyFrame() bool {
	needs := r.needsKey
	r.needsKey = false
	return needs
}

// SenderReport takes the publisher's latest sender report.
func (r *Receiver) SenderReport(now time.Time, ntp uint64, rtp uint32) {
	r.reception.senderReport(now, ntp)
}

// Report returns the reception report of now and begins the next interval. It tells of loss
// on the way, repaired or not (RFC 3550 §6.4.1; retransmissions count for their own SSRC).
func (r *Receiver) Report(now time.Time, ssrc uint32) rtcp.ReceptionReport {
	if !r.started {
		return rtcp.ReceptionReport{SSRC: ssrc}
	}
	return r.reception.report(now, ssrc, r.newest)
}

// Interval is what came since the last one was taken.
type Interval struct {
	Expected, Lost, Recovered int64         // lost on the way, repaired or not
	Jitter                    time.Duration // between arrivals (RFC 3550 §6.4.1)
}

// Interval returns what came since the last call.
func (r *Receiver) Interval() Interval {
	total := Interval{
		Expected:  int64(r.reception.total()) + r.reception.lost(r.newest), //nolint:gosec // packets
		Lost:      r.reception.lost(r.newest),
		Recovered: int64(r.reception.recovered), //nolint:gosec // packets
	}
	since := Interval{
		Expected: total.Expected - r.taken.Expected, Lost: total.Lost - r.taken.Lost,
		Recovered: total.Recovered - r.taken.Recovered,
	}
	if r.clock > 0 {
		since.Jitter = time.Duration(r.reception.jitter>>4) * time.Second / time.Duration(r.clock)
	}
	r.taken = total
	return since
}

// Limit says how often a packet is asked for before it is given up, instead of ten times.
func (r *Receiver) Limit(tries uint8) { r.pending.limit = tries }

// Use says for how long a missing packet is of use: then it is forgotten, whether or not it was asked for.
func (r *Receiver) Use(d time.Duration) { r.pending.use = d }

// Snapshot is a receiver as the debug view prints it.
type Snapshot struct {
	Received   uint64 `json:"received"`
	Recovered  uint64 `json:"recovered"`
	Lost       int64  `json:"lost"` // on the way, repaired or not
	Duplicates uint64 `json:"duplicates"`
	Nacks      uint64 `json:"nacks"`
	Pending    int    `json:"pending"`
}

// Snapshot returns the state for the debug view.
func (r *Receiver) Snapshot() Snapshot {
	return Snapshot{
		Received:   r.reception.total(),
		Recovered:  r.reception.recovered,
		Lost:       r.reception.lost(r.newest),
		Duplicates: r.reception.duplicates,
		Nacks:      r.pending.asked,
		Pending:    len(r.pending.list),
	}
}

func (r *Receiver) has(n packet.Seq) bool { return r.seen[n%window/64]&(1<<(n%64)) != 0 }
func (r *Receiver) mark(n packet.Seq)     { r.seen[n%window/64] |= 1 << (n % 64) }
func (r *Receiver) unmark(n packet.Seq)   { r.seen[n%window/64] &^= 1 << (n % 64) }
