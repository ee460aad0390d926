package loss

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// TestLossyLink plays five minutes of video over a link that loses as much in each direction: nearly everything is
// repaired within a second, and no packet is asked for many times.
func TestLossyLink(t *testing.T) {
	for _, test := range []struct {
		loss    float64
		rtt     time.Duration
		missing float64 // share of all packets, at most
		nacks   float64 // per lost packet, at most
	}{
		{0.01, 40 * ms, 0.0005, 1.3},
		{0.05, 40 * ms, 0.0005, 1.4},
		{0.10, 40 * ms, 0.001, 1.5},
		{0.20, 40 * ms, 0.003, 2},
		{0.30, 40 * ms, 0.01, 3},
		{0.10, 150 * ms, 0.002, 2},
		{0.10, 5 * ms, 0.001, 3},
	} {
		t.Run(fmt.Sprintf("%.0f %%, %v", 100*test.loss, test.rtt), func(t *testing.T) {
			seed := seeds.One()
			link := lossy{rng: rand.New(rand.NewPCG(seed, 7)), loss: test.loss, rtt: test.rtt, r: NewReceiver(90000)}
			const packets = 100_000
			link.run(packets)
			s := link.r.Snapshot()
			nacks, missing := float64(s.Nacks)/float64(link.lost), float64(link.missing)/packets
			t.Logf("seed %d: %.3f %% not repaired within a second, %.2f NACKs per lost packet", seed, 100*missing, nacks)
			if nacks > test.nacks || missing > test.missing {
				t.Errorf("want %.3f %% and %.2f at most", 100*test.missing, test.nacks)
			}
			if s.Lost != int64(link.lost) {
				t.Errorf("%+v, lost %d", s, link.lost)
			}
			total := link.r.Interval()
			if total.Expected != packets || total.Lost != int64(link.lost) || total.Recovered != int64(s.Recovered) {
				t.Errorf("%+v, of %d lost", total, link.lost)
			}
		})
	}
}

// lossy is a link with a publisher at its end who answers NACKs.
type lossy struct {
	rng     *rand.Rand
	loss    float64
	rtt     time.Duration
	r       *Receiver
	lost    int
	missing int // not repaired, or too late to be of use
}

type arrival struct {
	at  time.Time
	seq uint16
}

func (l *lossy) run(packets int) {
	now := time.Unix(1000, 0)
	var repairs []arrival
	gone := map[uint16]time.Time{}
	var nacks []uint16
	for n := range packets + 2000 {
		now = now.Add(3 * ms)
		for len(repairs) > 0 && !repairs[0].at.After(now) {
			if _, ok := l.r.Recovered(now, repairs[0].seq); ok {
				if now.Sub(gone[repairs[0].seq]) > time.Second {
					l.missing++
				}
				delete(gone, repairs[0].seq)
			}
			repairs = repairs[1:]
		}
		seq := uint16(60000 + n)
		switch {
		case n >= packets:
		case n > 0 && n < packets-1 && l.rng.Float64() < l.loss:
			l.lost++
			if _, twice := gone[seq]; twice {
				l.missing++ // in the cycle before
			}
			gone[seq] = now
		default:
			l.r.Received(now, seq, uint32(n))
		}
		nacks = l.r.Nacks(now, l.rtt, nacks[:0])
		for _, seq := range nacks {
			there, back := l.rng.Float64() >= l.loss, l.rng.Float64() >= l.loss
			if there && back {
				repairs = append(repairs, arrival{now.Add(l.rtt + time.Duration(l.rng.IntN(5))*ms), seq})
			}
		}
		slices.SortFunc(repairs, func(a, b arrival) int { return a.at.Compare(b.at) })
	}
	l.missing += len(gone)
}
