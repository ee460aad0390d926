package egress

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/calibration"
)

const (
	egressRounds = 7
	egressRound  = 300 * time.Millisecond
)

// BenchmarkEgress sends pictures of nine packets back to back to viewers that each have a route, an estimate and a pacer,
// and of whom each gives feedback twenty times a second and asks for one packet in a hundred again. Reported is processor
// time per packet that left, resends included, beside raw AES-128-GCM and the floor: the same packets, encrypted and sent
// with no SFU around it. All take turns.
func BenchmarkEgress(b *testing.B) {
	compared(b, newRig(b, 50, pictureParts, nil), newRig(b, 1000, pictureParts, nil))
}

// BenchmarkEgressReceived is BenchmarkEgress over loopback to clients in another process that decrypt all and miss nothing.
func BenchmarkEgressReceived(b *testing.B) {
	if os.Getenv(benchAddress) != "" {
		return // nobody receives behind an ifb device
	}
	clients := receivers(b, 50)
	r := newRig(b, 50, pictureParts, clients.at)
	r.receivers = clients
	compared(b, r)
}

// BenchmarkEgressLive is one camera of 1.5 Mbit/s on the clock on the wall: little is shared, and caches are cold.
func BenchmarkEgressLive(b *testing.B) {
	r := newRig(b, 50, 6, nil)
	r.begin()
	r.live(time.Second)
	spreads, seal := calibration.Interleaved(egressRounds, func() float64 {
		sent, used := r.sent(), r.used()
		r.live(time.Second)
		return float64((r.used() - used).Nanoseconds()) / float64(r.sent()-sent)
	})
	b.Run(fmt.Sprintf("%d_viewers", len(r.viewers)), func(b *testing.B) {
		report(b, &spreads[0], &seal)
		r.shape(b)
	})
}

// compared measures the floor and some rigs in turns.
func compared(b *testing.B, rigs ...*rig) {
	b.Helper()
	floor := newFloor(b, 50)
	once := []func() float64{floor.once}
	for _, r := range rigs {
		once = append(once, r.once)
		r.once()
	}
	floor.once()
	spreads, seal := calibration.Interleaved(egressRounds, once...)
	b.Run("floor", func(b *testing.B) { report(b, &spreads[0], &seal) })
	for i, r := range rigs {
		b.Run(fmt.Sprintf("%d_viewers", len(r.viewers)), func(b *testing.B) {
			report(b, &spreads[i+1], &seal)
			b.ReportMetric(spreads[i+1].Least()/spreads[0].Least(), "x-floor")
			b.ReportMetric(spreads[i+1].Least()/spreads[1].Least(), "x-50-viewers")
			r.shape(b)
		})
	}
}

func report(b *testing.B, cpu, seal *calibration.Spread) {
	b.Helper()
	for b.Loop() {
	}
	b.ReportMetric(0, "ns/op")
	cpu.Report(b, "cpu-ns/packet")
	seal.Report(b, "ns/seal")
}

// once is the processor time per packet, of this process but for the clients' thread.
func (r *rig) once() float64 {
	sent, used := r.sent(), r.used()
	for began := time.Now(); time.Since(began) < egressRound; {
		r.film(max(1600/len(r.viewers), 1))
	}
	spent := r.used() - used
	return float64(spent.Nanoseconds()) / float64(r.sent()-sent)
}

func (r *rig) used() time.Duration {
	return processorTime(syscall.RUSAGE_SELF) - time.Duration(r.inject.used.Load())
}

// shape reports how the packets left, and that what came was worked off.
func (r *rig) shape(b *testing.B) {
	b.Helper()
	s := r.media.Snapshot()
	b.ReportMetric(float64(s.Batched)/float64(s.Bundles), "packets/message")
	b.ReportMetric(float64(s.Bundles)/float64(s.Flushes), "messages/call")
	b.Logf("messages by their packets:%s", histogram(r.tally.segments[:]))
	b.Logf("calls by their messages:%s", histogram(r.tally.calls[:]))
	var resent uint64
	for _, v := range r.viewers {
		resent += v.slot.counts.Resent
	}
	if r.receivers != nil {
		r.receivers.check(s.Sent)
		b.ReportMetric(float64(r.receivers.gaps.Load()), "gaps")
	}
	b.ReportMetric(100*float64(resent)/float64(s.Sent), "%resent")
	b.ReportMetric(100*float64(r.control.Snapshot().Diverted)/float64(s.Sent), "%control")
}

// histogram is the share of each value that there was.
func histogram(counts []int) string {
	total := 0
	for _, n := range counts {
		total += n
	}
	var text strings.Builder
	for value, n := range counts {
		if n*1000 >= total && n > 0 {
			fmt.Fprintf(&text, " %d: %.1f %%", value, 100*float64(n)/float64(total))
		}
	}
	return text.String()
}

// floor sends what a shard would, with nothing around it.
type floor struct {
	b     *testing.B
	batch *Batch
	out   *Socket
	seals []cipher.AEAD
	to    []netip.AddrPort
	plain []byte
}

func newFloor(b *testing.B, viewers int) *floor {
	b.Helper()
	from := netip.MustParseAddr("127.0.0.1")
	if text := os.Getenv(benchAddress); text != "" {
		from = netip.MustParseAddr(text)
	}
	f := &floor{b: b, out: benchSocket(b, from), plain: make([]byte, headSize+8+payloadSize)}
	b.Cleanup(func() { _ = f.out.Close() })
	f.batch = f.out.newBatch()
	f.batch.most = 8
	for range viewers {
		block, err := aes.NewCipher(make([]byte, 16))
		if err != nil {
			b.Fatal(err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			b.Fatal(err)
		}
		from = from.Next()
		to := netip.AddrPortFrom(from, 40000)
		if from.IsLoopback() {
			sink := benchSocket(b, from) // its queue is full, and what comes is dropped there
			b.Cleanup(func() { _ = sink.Close() })
			to = sink.Address()
		}
		f.seals, f.to = append(f.seals, aead), append(f.to, to)
	}
	return f
}

func (f *floor) once() float64 {
	nonce := make([]byte, 12)
	const header = headSize + 8
	before, used := f.out.Snapshot().Sent, processorTime(syscall.RUSAGE_SELF)
	for began := time.Now(); time.Since(began) < egressRound; {
		for i, aead := range f.seals {
			if !f.batch.holds(8) {
				f.batch.flush()
			}
			for range 8 {
				room := f.batch.room(0)
				copy(room, f.plain[:header])
				f.batch.commit(header+len(aead.Seal(room[header:header], nonce, f.plain[header:], room[:header])), f.to[i])
			}
		}
	}
	f.batch.flush()
	spent := processorTime(syscall.RUSAGE_SELF) - used
	s := f.out.Snapshot()
	if s.WriteErrors > 0 || s.Dropped > 0 || s.Unsegmented > 0 {
		f.b.Fatalf("not all was sent: %+v", s)
	}
	return float64(spent.Nanoseconds()) / float64(s.Sent-before)
}
