package transport

import "time"

const (
	budgetPackets = 4000           // per second
	budgetBytes   = 20_000_000 / 8 // per second
	// budgetPatience is how long a peer may exceed its budget before it is closed.
	budgetPatience = 10 * time.Second
)

type spending uint8

const (
	spendAllowed spending = iota
	spendDropped
	spendExhausted
)

// budget bounds what one connection may send us: two token buckets of one second each.
type budget struct {
	last, overSince time.Time
	packets, bytes  float64
}

func newBudget() budget { return budget{packets: budgetPackets, bytes: budgetBytes} }

func (b *budget) spend(now time.Time, size int) spending {
	if !b.last.IsZero() {
		passed := now.Sub(b.last).Seconds()
		b.packets = min(b.packets+passed*budgetPackets, budgetPackets)
		b.bytes = min(b.bytes+passed*budgetBytes, budgetBytes)
	}
	b.last = now
	if b.packets < 1 || b.bytes < float64(size) {
		if b.overSince.IsZero() {
			b.overSince = now
		}
		if now.Sub(b.overSince) > budgetPatience {
			return spendExhausted
		}
		return spendDropped
	}
	b.packets--
	b.bytes -= float64(size)
	if b.packets > budgetPackets/2 && b.bytes > budgetBytes/2 {
		b.overSince = time.Time{}
	}
	return spendAllowed
}
