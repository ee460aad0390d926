package client

import (
	"slices"
	"time"

	"github.com/pion/rtcp"
)

const (
	// nackAfter lets packets that overtook each other sort themselves out.
	nackAfter = 10 * time.Millisecond
	// nackAgain is longer than most round trips.
	nackAgain = 80 * time.Millisecond
	// nackTries is when a packet is given up: after a second and a half.
	nackTries = 20
	// nackWindow is how far back a missing packet is worth having.
	nackWindow = 512
)

// SlotStats counts what came through one slot.
type SlotStats struct {
	// Packets are distinct packets of media, recovered ones included.
	Packets uint64
	// Missing are asked for now, Lost were given up. Without loss on the way both are 0, however often the slot
	// changed its publication or layer.
	Missing, Lost uint64
	// Recovered came by RTX.
	Recovered uint64
	// Duplicates came twice, or before the first packet that was seen.
	Duplicates uint64
	// Nacked are the packets asked for, repetitions counted.
	Nacked uint64
	// SenderReports of this slot's stream.
	SenderReports uint64
}

// slot is the reception of one downstream m-line. The downstream's mutex guards it.
type slot struct {
	mid       string
	kind      Kind
	ssrc, rtx uint32
	clock     uint32
	stats     SlotStats

	started  bool
	base     int64 // first sequence number, unwrapped
	highest  int64
	missing  map[int64]*miss
	received int64 // at the last report
	expected int64
	jitter   float64
	transit  float64
	report   struct {
		ntp uint32 // middle bits of the last sender report
		at  time.Time
	}
}

type miss struct {
	due   time.Time
	tries int
}

// arrived notes a sequence number. It is false for one that came before, and for one older than everything.
func (s *slot) arrived(now time.Time, sequence uint16) bool {
	if !s.started {
		s.started, s.base, s.highest = true, int64(sequence), int64(sequence)
		s.missing = make(map[int64]*miss)
		s.stats.Packets++
		return true
	}
	n := s.highest + int64(int16(sequence-uint16(s.highest)))
	if n <= s.highest {
		if _, ok := s.missing[n]; !ok {
			s.stats.Duplicates++
			return false
		}
		delete(s.missing, n)
		s.stats.Packets++
		return true
	}
	for hole := s.highest + 1; hole < n; hole++ {
		if n-hole > nackWindow {
			s.stats.Lost++
			continue
		}
		s.missing[hole] = &miss{due: now.Add(nackAfter)}
	}
	s.highest = n
	s.stats.Packets++
	return true
}

// nacks returns the packets to ask for now and when to look again. Audio is not asked for.
func (s *slot) nacks(now time.Time) (due []uint16, next time.Time) {
	for n, m := range s.missing {
		if now.Before(m.due) {
			next = earliest(next, m.due)
			continue
		}
		if m.tries >= nackTries || s.highest-n > nackWindow || s.rtx == 0 {
			s.stats.Lost++
			delete(s.missing, n)
			continue
		}
		m.tries++
		m.due = now.Add(nackAgain)
		next = earliest(next, m.due)
		due = append(due, uint16(n))
		s.stats.Nacked++
	}
	slices.Sort(due)
	return due, next
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// timed follows the jitter (RFC 3550 A.8).
func (s *slot) timed(now time.Time, timestamp uint32) {
	arrival := now.Sub(time.Unix(now.Unix()&^0xfff, 0)).Seconds() * float64(s.clock)
	transit := float64(uint32(arrival) - timestamp)
	if s.transit != 0 {
		if d := transit - s.transit; d > -float64(s.clock) && d < float64(s.clock) {
			s.jitter += (max(d, -d) - s.jitter) / 16
		}
	}
	s.transit = transit
}

// senderReport notes what the next report must refer to.
func (s *slot) senderReport(now time.Time, r *rtcp.SenderReport) {
	s.report.ntp, s.report.at = uint32(r.NTPTime>>16), now
	s.stats.SenderReports++
}

// reception is this slot's block of a receiver report.
func (s *slot) reception(now time.Time) (r rtcp.ReceptionReport, ok bool) {
	if !s.started {
		return r, false
	}
	expected := s.highest - s.base + 1
	received := int64(s.stats.Packets)
	r = rtcp.ReceptionReport{
		SSRC: s.ssrc, LastSequenceNumber: uint32(s.highest), Jitter: uint32(s.jitter),
		TotalLost: uint32(max(0, expected-received)) & 0xffffff,
	}
	if e := expected - s.expected; e > 0 {
		r.FractionLost = uint8(min(255, max(0, e-(received-s.received))*256/e))
	}
	s.expected, s.received = expected, received
	if s.report.ntp != 0 {
		r.LastSenderReport = s.report.ntp
		r.Delay = uint32(now.Sub(s.report.at).Seconds() * 65536)
	}
	return r, true
}
