package estimate

import "time"

const (
	ackedBusy     = 150 * time.Millisecond
	ackedWindow   = 500 * time.Millisecond
	ackedLongest  = 2 * time.Second // for as long as there are few packets
	ackedEnough   = 20
	ackedLeast    = 10
	ackedFew      = 1 << 5
	ackedCapacity = 1 << 10
)

// arrival is one packet that was received.
type arrival struct {
	sent, arrived time.Duration
	size          int
}

// acked is the rate that arrives: the slower of how fast it left and how fast it came,
// without the largest gap. So neither a burst nor one late packet counts for more than it is.
type acked struct {
	ring       []arrival // in the order of arrival; it grows as it has to, for most links are slow or idle
	first, end int
}

func (a *acked) at(i int) *arrival { return &a.ring[i&(len(a.ring)-1)] }

// makeRoom has the ring take one more.
func (a *acked) makeRoom() {
	if a.end-a.first < len(a.ring) {
		return
	}
	if len(a.ring) == ackedCapacity {
		a.first++
		return
	}
	larger := make([]arrival, max(2*len(a.ring), ackedFew))
	for i := a.first; i < a.end; i++ {
		larger[i&(len(larger)-1)] = *a.at(i)
	}
	a.ring = larger
}

// forgetAll keeps the room alone.
func (a *acked) forgetAll() { a.first, a.end = 0, 0 }

// add takes one packet; packets come nearly in the order of their arrival.
func (a *acked) add(p arrival) {
	if a.end > a.first && p.arrived < a.at(a.first).arrived {
		return
	}
	a.makeRoom()
	i := a.end
	a.end++
	// A packet from before the feedback that was handled last moves back to its place.
	for ; i > a.first && a.at(i-1).arrived > p.arrived && a.end-i < ackedEnough; i-- {
		*a.at(i) = *a.at(i - 1)
	}
	*a.at(i) = p
	a.forget(a.at(a.end - 1).arrived)
}

func (a *acked) forget(newest time.Duration) {
	for a.end-a.first > 1 {
		age := newest - a.at(a.first).arrived
		if age < ackedWindow || age < ackedLongest && a.end-a.first <= ackedEnough {
			return
		}
		a.first++
	}
}

// rate is in bit/s, unknown while there are too few packets.
func (a *acked) rate() (arriving float64, known bool) {
	if a.end-a.first < ackedLeast {
		return 0, false
	}
	oldest := *a.at(a.first)
	firstSent, lastSent, lastSize := oldest.sent, oldest.sent, oldest.size
	var bytes int
	var gap, secondGap time.Duration
	for i := a.first; i < a.end; i++ {
		p := a.at(i)
		bytes += p.size
		firstSent = min(firstSent, p.sent)
		if p.sent >= lastSent {
			lastSent, lastSize = p.sent, p.size
		}
		if i == a.first {
			continue
		}
		switch between := p.arrived - a.at(i-1).arrived; {
		case between > gap:
			gap, secondGap = between, gap
		case between > secondGap:
			secondGap = between
		}
	}
	// Between n packets there are n - 1 spaces: the last one sent and the first one received are left out.
	sending := max(lastSent-firstSent, time.Millisecond)
	receiving := max(a.at(a.end-1).arrived-oldest.arrived-gap+secondGap, time.Millisecond)
	return min(bitsPerSecond(bytes-lastSize, sending), bitsPerSecond(bytes-oldest.size, receiving)), true
}

// busy is the rate at which the latest packets arrived. While packets wait on the way that is what the link
// carries, whatever was sent in the half second before.
func (a *acked) busy() (arriving float64, known bool) {
	if a.end-a.first < ackedLeast {
		return 0, false
	}
	last := a.at(a.end - 1)
	bytes, first := last.size, last
	for i := a.end - 2; i >= a.first; i-- {
		if a.end-1-i >= ackedLeast && last.arrived-a.at(i).arrived > ackedBusy {
			break
		}
		first = a.at(i)
		bytes += first.size
	}
	return bitsPerSecond(bytes-first.size, max(last.arrived-first.arrived, time.Millisecond)), true
}

func bitsPerSecond(bytes int, d time.Duration) float64 { return 8 * float64(bytes) / d.Seconds() }
