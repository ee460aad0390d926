package probe

import "time"

const (
	// Pulse is how often a cluster on its way is looked at.
	Pulse = 5 * time.Millisecond
	// unsentPatience ends a cluster that found nothing to be sent on.
	unsentPatience = 200 * time.Millisecond
	// mostBursts wait at most; two are asked for at once at the start.
	mostBursts = 4
)

// Burst sends clusters, one after the other: it says which one a packet belongs to, and when padding is due because there is
// no media.
type Burst struct {
	cluster Cluster // its ID is 0 when there is none
	began   time.Time
	bytes   int64
	packets int
	waiting []Cluster
}

// Add queues a cluster behind those that are on their way.
func (b *Burst) Add(c Cluster) {
	if len(b.waiting) < mostBursts {
		b.waiting = append(b.waiting, c)
	}
}

// Cluster is the number of the cluster that what is sent now belongs to, 0 is none.
func (b *Burst) Cluster() uint16 { return b.cluster.ID }

// Sent counts a packet of so many bytes on the wire, whatever it is.
func (b *Burst) Sent(bytes int) {
	b.bytes += int64(bytes)
	b.packets++
}

// Begin starts the next cluster, if none is on its way. It returns false if there is none.
func (b *Burst) Begin(now time.Time) bool {
	if b.cluster.ID != 0 {
		return true
	}
	if len(b.waiting) == 0 {
		return false
	}
	b.cluster, b.began, b.bytes, b.packets = b.waiting[0], now, 0, 0
	b.waiting = append(b.waiting[:0], b.waiting[1:]...)
	return true
}

// Pads reports whether padding is due until the next pulse.
func (b *Burst) Pads(now time.Time) bool {
	c, elapsed := b.cluster, now.Sub(b.began)
	if c.ID == 0 {
		return false
	}
	due := min(int64(float64(c.Rate)*(elapsed+Pulse).Seconds()/8), int64(c.Bytes))
	return b.bytes < due || elapsed >= c.Duration && b.packets < c.Packets
}

// End closes the cluster if all of it is sent, or nothing can be. It returns whether no other waits.
func (b *Burst) End(now time.Time) (idle bool) {
	c := b.cluster
	complete := b.bytes >= int64(c.Bytes) && b.packets >= c.Packets
	if c.ID != 0 && (complete || now.Sub(b.began) >= c.Duration+unsentPatience) {
		b.cluster = Cluster{}
	}
	return b.cluster.ID == 0 && len(b.waiting) == 0
}
