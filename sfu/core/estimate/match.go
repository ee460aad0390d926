package estimate

import (
	"time"

	"github.com/pion/rtcp"
)

// Result is what became of one packet.
type Result struct {
	Sent     time.Time
	Arrived  time.Duration // on the receiver's clock, which begins anywhere; 0 if it did not
	Number   int64         // transport-wide, unwrapped
	Size     int           // bytes
	Cluster  uint16        // the probe it belonged to, 0 is none
	Kind     Kind
	Received bool
	Again    bool // was a lost one in an earlier result, and has come after all
}

// Stats counts feedback and what was wrong with it. Wrong parts are left out, the rest is used.
type Stats struct {
	Feedback  uint64 // packets of feedback
	Missing   uint64 // that never came, by their own count
	Reordered uint64 // that came late or twice
	Malformed uint64 // that contradict themselves
	Jumps     uint64 // of the receiver's clock
	Unsent    uint64 // packets reported that were never sent
	Old       uint64 // packets reported that are not remembered any more
	Twice     uint64 // packets reported received more than once
	Forgotten uint64 // packets that no feedback spoke of
}

// mostDelta is what a large delta can say, in µs: draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.5.
const mostDelta = 1 << 15 * rtcp.TypeTCCDeltaScaleFactor

// Match returns what the feedback says of packets that were sent, in the order of their
// numbers: each is received once at most, and lost once at most. Packets of which
// feedback spoke that never came are neither. The results are valid until the next call.
//
// What a receiver claims is not believed: its work is bounded by what we remember and by the
// deltas it paid bytes for.
func (h *History) Match(now time.Time, feedback *rtcp.TransportLayerCC) []Result {
	h.results = h.results[:0]
	h.stats.Feedback++
	next := h.count.read(feedback.FbPktCount, &h.stats)
	at, jumped := h.clock.read(now, feedback.ReferenceTime)
	if jumped {
		h.stats.Jumps++
	}
	r := reading{
		history: h, number: h.unwrap(feedback.BaseSequenceNumber), left: int64(feedback.PacketStatusCount),
		arrived: at, deltas: feedback.RecvDeltas,
	}
	if next && h.covered < r.number {
		r.skipped()
	}
	for _, chunk := range feedback.PacketChunks {
		if r.left == 0 {
			break
		}
		if !r.chunk(chunk) {
			h.stats.Malformed++
			break
		}
	}
	h.covered = max(h.covered, min(r.number, h.next))
	h.keep(now)
	return h.results
}

// unwrap returns the number nearest to the newest sent.
func (h *History) unwrap(number uint16) int64 {
	newest := h.next - 1
	return newest + int64(int16(number-uint16(newest)))
}

// keep adapts how long packets are remembered to the round trip.
func (h *History) keep(now time.Time) {
	for i := len(h.results) - 1; i >= 0; i-- {
		if r := &h.results[i]; r.Received {
			h.kept = min(max(leastKept, 10*now.Sub(r.Sent)), mostKept)
			return
		}
	}
}

// reading goes through one feedback.
type reading struct {
	history *History
	number  int64 // the next one spoken of
	left    int64
	arrived time.Duration
	deltas  []*rtcp.RecvDelta
}

// chunk reads one chunk, false if it makes no sense.
func (r *reading) chunk(chunk rtcp.PacketStatusChunk) bool {
	switch c := chunk.(type) {
	case *rtcp.RunLengthChunk:
		return c != nil && r.run(c.PacketStatusSymbol, min(int64(c.RunLength), r.left))
	case *rtcp.StatusVectorChunk:
		if c == nil {
			return false
		}
		for _, symbol := range c.SymbolList {
			if r.left == 0 {
				break
			}
			if !r.run(symbol, 1) {
				return false
			}
		}
		return true
	}
	return false
}

// run reads n packets of one status.
func (r *reading) run(symbol uint16, n int64) bool {
	switch symbol {
	case rtcp.TypeTCCPacketNotReceived:
		r.lost(n)
	case rtcp.TypeTCCPacketReceivedSmallDelta, rtcp.TypeTCCPacketReceivedLargeDelta:
		for range n {
			if !r.received() {
				return false
			}
		}
		return true
	default: // received at no time, which tells nothing of a queue
		return false
	}
	r.number += n
	r.left -= n
	return true
}

// skipped reports what lies between the last feedback and this one, which followed it at once: it
// was lost, whether or not the receiver cares to say so.
func (r *reading) skipped() {
	h := r.history
	gap := reading{history: h, number: h.covered}
	gap.lost(min(r.number, h.next) - h.covered)
}

// lost reports those of the next n that were sent and had no fate. The rest of a run costs nothing.
func (r *reading) lost(n int64) {
	h := r.history
	from, to := max(r.number, h.oldest), min(r.number+n, h.next)
	h.stats.Old += uint64(max(0, min(from, r.number+n)-r.number))
	h.stats.Unsent += uint64(max(0, r.number+n-max(to, r.number)))
	for number := from; number < to; number++ {
		if p := h.at(number); p.fate == unanswered {
			p.fate = reportedLost
			h.results = append(h.results, h.result(number, p))
		}
	}
}

// received reports the next packet, false if there is no delta for it.
func (r *reading) received() bool {
	if len(r.deltas) == 0 || r.deltas[0] == nil || r.deltas[0].Delta > mostDelta || r.deltas[0].Delta < -mostDelta {
		return false
	}
	r.arrived += time.Duration(r.deltas[0].Delta) * time.Microsecond
	r.deltas = r.deltas[1:]
	h, number := r.history, r.number
	r.number++
	r.left--
	switch {
	case number >= h.next:
		h.stats.Unsent++
		return true
	case number < h.oldest:
		h.stats.Old++
		return true
	}
	p := h.at(number)
	if p.fate == reportedReceived {
		h.stats.Twice++
		return true
	}
	result := h.result(number, p)
	result.Received, result.Arrived, result.Again = true, r.arrived, p.fate == reportedLost
	p.fate = reportedReceived
	h.results = append(h.results, result)
	return true
}

func (h *History) result(number int64, p *sent) Result {
	return Result{Sent: h.epoch.Add(p.at), Number: number, Size: int(p.size), Cluster: p.cluster, Kind: p.kind}
}
