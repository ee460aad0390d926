package estimate

import "time"

// Kind says what a packet was sent for.
type Kind uint8

// The kinds of packets. All of them take room on the link, so all of them have numbers.
const (
	Media Kind = iota
	Repair
	Padding
)

func (k Kind) String() string {
	switch k {
	case Media:
		return "media"
	case Repair:
		return "repair"
	case Padding:
		return "padding"
	}
	return "unknown"
}

const (
	leastCapacity = 512
	// firstCapacity is for a link to which nothing is sent yet.
	firstCapacity = 1
	// mostCapacity is half of the number space: beyond it a number could mean two packets.
	mostCapacity = 1 << 15
	leastKept    = 2 * time.Second
	mostKept     = 10 * time.Second

	fewUnanswered = 5
	silentAfter   = time.Second
)

// fate is what feedback has said of a packet.
type fate uint8

const (
	unanswered fate = iota
	reportedLost
	reportedReceived
)

// sent is one packet, 16 bytes.
type sent struct {
	at      time.Duration // since the first packet
	size    uint16
	cluster uint16
	kind    Kind
	fate    fate
}

// History remembers what was sent on one connection, of all its streams, by transport-wide
// number. It keeps 2 s, or 10 round trips if they are longer, in 512 KiB at most.
// It belongs to one goroutine.
type History struct {
	ring    []sent
	epoch   time.Time
	oldest  int64 // unwrapped numbers: [oldest, next) is in the ring
	next    int64
	covered int64 // one past the highest number that any feedback spoke of
	kept    time.Duration
	clock   receiverClock
	count   feedbackCount
	results []Result
	stats   Stats
}

// firstNumber leaves room below, so that unwrapped numbers stay positive.
const firstNumber = 1 << 16

// NewHistory returns an empty history. The first packet gets number 0.
func NewHistory() *History {
	return &History{
		ring: make([]sent, firstCapacity), kept: leastKept,
		oldest: firstNumber, next: firstNumber, covered: firstNumber,
	}
}

// Put remembers a packet of size bytes, headers included, that leaves now, and returns its
// number. Cluster is the probe it belongs to, media too; 0 is none.
func (h *History) Put(now time.Time, size int, kind Kind, cluster uint16) uint16 {
	if h.next == firstNumber {
		h.epoch = now
	}
	at := now.Sub(h.epoch)
	if h.next-h.oldest == int64(len(h.ring)) {
		h.makeRoom(at)
	}
	h.ring[h.next&int64(len(h.ring)-1)] = sent{at: at, size: uint16(min(max(size, 0), 1<<16-1)), cluster: cluster, kind: kind}
	h.next++
	return uint16(h.next - 1)
}

// makeRoom forgets the oldest packet, unless it is too young for that and the ring may grow.
func (h *History) makeRoom(at time.Duration) {
	if len(h.ring) >= mostCapacity || len(h.ring) >= leastCapacity && at-h.at(h.oldest).at >= h.kept {
		h.forget()
		return
	}
	larger := make([]sent, max(2*len(h.ring), leastCapacity))
	for n := h.oldest; n < h.next; n++ {
		larger[n&int64(len(larger)-1)] = *h.at(n)
	}
	h.ring = larger
}

func (h *History) forget() {
	if h.at(h.oldest).fate == unanswered {
		h.stats.Forgotten++
	}
	h.oldest++
}

func (h *History) at(number int64) *sent { return &h.ring[number&int64(len(h.ring)-1)] }

// Unanswered is how long the oldest packet behind the latest feedback has been waiting for an answer.
// It is 0 if all are answered, and if nothing was sent of late: a receiver that gets
// nothing says nothing, and the last packets before a silence may be lost.
func (h *History) Unanswered(now time.Time) time.Duration {
	n := max(h.covered, h.oldest)
	if h.next-n < fewUnanswered || now.Sub(h.epoch)-h.at(h.next-1).at > silentAfter {
		return 0
	}
	return max(0, now.Sub(h.epoch)-h.at(n).at)
}

// Stats returns what was odd so far.
func (h *History) Stats() Stats { return h.stats }

// Capacity is the number of packets that fit without growing.
func (h *History) Capacity() int { return len(h.ring) }
