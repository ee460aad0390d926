package rewrite

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// maxApart is how far a source's timestamps may run ahead of the wall clock from one packet
// to the next, or fall behind it, before we take it that its clock was set anew or stood
// still. A network that stalls for seconds must not look like that: its burst would lead.
const maxApart = 10 * time.Second

// The wall-clock line follows a source that keeps away from it, as the receiver's buffer
// does: a tenth of the time, from 10 ms apart on.
const (
	followShare = 10
	followFrom  = 10 * time.Millisecond
	followMost  = time.Second // of one gap between packets
)

// Timeline is the timestamps of a slot. They follow the wall clock from the slot's first
// packet on; within one source they follow the source, and the line does so slowly. Moments are
// counted from one that the owner chose.
type Timeline struct {
	zero   int64         // timestamp on the wall-clock line …
	zeroAt time.Duration // … at this moment
	offset int64         // out = in + offset, of the present source

	last    int64            // newest timestamp given
	lastIn  packet.Timestamp // its source timestamp
	lastAt  time.Duration    // when it was first given
	clock   uint32           // Hz
	started bool

	past past
}

// NewTimeline returns timestamps that begin at first, at clock Hz.
func NewTimeline(clock uint32, first uint32) Timeline {
	return Timeline{clock: clock, zero: 1<<32 + int64(first)}
}

// Expected is the wall clock's timestamp at now.
func (t *Timeline) Expected(now time.Duration) int64 {
	if !t.started {
		return t.zero
	}
	return t.zero + t.ticks(now-t.zeroAt)
}

// Last is the newest timestamp given, false before the first.
func (t *Timeline) Last() (int64, bool) { return max(t.last, t.past.last), t.started }

// LastIn is the source's timestamp that Last stands for.
func (t *Timeline) LastIn() packet.Timestamp { return t.lastIn }

// LastAt is when Last was given first.
func (t *Timeline) LastAt() time.Duration { return t.lastAt }

// Offset is what the present source's timestamps are moved by.
func (t *Timeline) Offset() int64 { return t.offset }

// Lead is how far a packet at timestamp at would run ahead of the wall clock.
func (t *Timeline) Lead(now time.Duration, at int64) time.Duration {
	return time.Duration(at-t.Expected(now)) * time.Second / time.Duration(t.clock)
}

// Begin starts another source: its timestamp in becomes out.
func (t *Timeline) Begin(now time.Duration, in packet.Timestamp, out int64) {
	if !t.started {
		t.started = true
		t.zero, t.zeroAt = out, now
		t.last, t.lastIn, t.lastAt = out, in, now
	}
	t.offset = out - int64(in)
	t.past.end()
}

// Jumps reports whether in, of the newest packet, cannot be of the clock that its source
// had so far: it runs backward, or far from the wall clock.
func (t *Timeline) Jumps(now time.Duration, in packet.Timestamp) bool {
	step := int64(in - t.lastIn)
	off := step - t.ticks(now-t.lastAt)
	return step < 0 || max(off, -off) > int64(t.clock)*int64(maxApart/time.Second)
}

// Map returns the timestamp of a packet of the present source; newest says that no later
// one was mapped before.
func (t *Timeline) Map(now time.Duration, in packet.Timestamp, newest bool) int64 {
	out := int64(in) + t.offset
	if newest && (out > t.last || in != t.lastIn) {
		t.follow(now, out)
		t.last, t.lastIn, t.lastAt = out, in, now
	}
	return out
}

// follow moves the wall-clock line towards a packet.
func (t *Timeline) follow(now time.Duration, out int64) {
	lead := out - t.Expected(now)
	free := int64(t.clock) / int64(time.Second/followFrom)
	if max(lead, -lead) <= free {
		return
	}
	limit := t.ticks(min(max(now-t.lastAt, 0), followMost)) / followShare
	if lead > 0 {
		t.zero += min(lead-free, limit)
	} else {
		t.zero -= min(-lead-free, limit)
	}
}

func (t *Timeline) ticks(d time.Duration) int64 { return packet.Ticks(d, int64(t.clock)) }
