package estimate_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
)

// batch is 50 packets, 100 ms of 4 Mbit/s.
const batch = 50

func BenchmarkPut(b *testing.B) {
	h, now := estimate.NewHistory(), epoch
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(2 * time.Millisecond)
		h.Put(now, 1000, estimate.Media, 0)
	}
}

func BenchmarkMatchPerPacket(b *testing.B) {
	h, now := estimate.NewHistory(), epoch
	all(h, now, 2*batch)
	fb := came(0, batch-1, 0, 3)
	next := int64(2 * batch)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%batch != 0 {
			continue
		}
		b.StopTimer()
		now = all(h, now, batch)
		fb.BaseSequenceNumber = uint16(next)
		fb.FbPktCount++
		next += batch
		b.StartTimer()
		if r := h.Match(now, fb); len(r) != batch {
			b.Fatal(len(r))
		}
	}
}

func BenchmarkEstimatorPerPacket(b *testing.B) {
	h, e, now := estimate.NewHistory(), estimate.New(estimate.Default()), epoch
	b.ReportAllocs()
	next := int64(0)
	for n := 0; b.Loop(); n++ {
		if n%batch != 0 {
			continue
		}
		b.StopTimer()
		now = all(h, now, batch)
		fb := came(next, next+batch-1, uint8(next/batch), next+5)
		next += batch
		r := h.Match(now.Add(20*time.Millisecond), fb)
		b.StartTimer()
		e.Feedback(now.Add(20*time.Millisecond), r)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	h, e, now := estimate.NewHistory(), estimate.New(estimate.Default()), epoch
	next := int64(0)
	fb := came(0, batch-1, 0, 3)
	if n := testing.AllocsPerRun(1000, func() {
		now = all(h, now, batch)
		fb.BaseSequenceNumber = uint16(next)
		fb.FbPktCount++
		next += batch
		e.Feedback(now, h.Match(now, fb))
	}); n != 0 {
		t.Errorf("%v allocations for each feedback", n)
	}
}
