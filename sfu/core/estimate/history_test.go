package estimate_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// all sends n packets, 10 ms apart, and returns the time after the last.
func all(h *estimate.History, from time.Time, n int) time.Time {
	for range n {
		h.Put(from, 1000, estimate.Media, 0)
		from = from.Add(10 * time.Millisecond)
	}
	return from
}

// came is feedback in which every packet of [from, to] but the missing ones came at 10 ms distance.
func came(from, to int64, count uint8, missing ...int64) *rtcp.TransportLayerCC {
	return encode(from, to, count, func(n int64) (time.Duration, bool) {
		for _, m := range missing {
			if m == n {
				return 0, false
			}
		}
		return time.Second + time.Duration(n)*10*time.Millisecond, true
	})
}

func TestMatchTellsWhatBecameOfEachPacket(t *testing.T) {
	h := estimate.NewHistory()
	now := all(h, epoch, 10)
	results := h.Match(now, came(0, 9, 0, 3, 7))
	if len(results) != 10 {
		t.Fatalf("%d results for 10 packets", len(results))
	}
	for i, r := range results {
		sent := epoch.Add(time.Duration(i) * 10 * time.Millisecond)
		if !r.Sent.Equal(sent) || r.Size != 1000 || r.Received != (i != 3 && i != 7) {
			t.Errorf("packet %d: %+v", i, r)
		}
		if r.Received && r.Arrived-results[0].Arrived != time.Duration(i)*10*time.Millisecond {
			t.Errorf("packet %d arrived %v after the first", i, r.Arrived-results[0].Arrived)
		}
	}
	if waits := h.Unanswered(now.Add(time.Minute)); waits != 0 {
		t.Errorf("all is answered, and waits for %v", waits)
	}
}

func TestKindAndClusterComeBack(t *testing.T) {
	h := estimate.NewHistory()
	h.Put(epoch, 100, estimate.Repair, 7)
	h.Put(epoch, 200, estimate.Padding, 8)
	r := h.Match(epoch.Add(time.Second), came(0, 1, 0))
	if len(r) != 2 || r[0].Kind != estimate.Repair || r[0].Cluster != 7 || r[1].Kind != estimate.Padding || r[1].Cluster != 8 || r[1].Size != 200 {
		t.Errorf("got %+v", r)
	}
}

func TestUnansweredIsTheAgeOfTheFirstPacketBehindTheFeedback(t *testing.T) {
	h := estimate.NewHistory()
	if h.Unanswered(epoch) != 0 {
		t.Error("nothing was sent, and something waits")
	}
	all(h, epoch, 100)
	h.Match(epoch.Add(time.Second), came(0, 49, 0))
	if waits := h.Unanswered(epoch.Add(1500 * time.Millisecond)); waits != time.Second {
		t.Errorf("packet 50 waits %v", waits)
	}
	if waits := h.Unanswered(epoch.Add(10 * time.Second)); waits != 0 {
		t.Errorf("nothing is sent any more, and packet 50 waits %v", waits)
	}
}

func TestALostPacketMayComeAfterAll(t *testing.T) {
	h := estimate.NewHistory()
	now := all(h, epoch, 10)
	h.Match(now, came(0, 5, 0, 4))
	r := h.Match(now, came(4, 9, 1))
	if len(r) != 5 || r[0].Number != r[1].Number-2 || !r[0].Received || !r[0].Again || r[1].Again {
		t.Errorf("got %+v", r)
	}
	if r = h.Match(now, came(4, 9, 2, 4)); len(r) != 0 {
		t.Errorf("a packet that came is lost afterwards: %+v", r)
	}
}

func TestWhatFeedbackSkipsIsLostUnlessFeedbackIsMissing(t *testing.T) {
	h := estimate.NewHistory()
	now := all(h, epoch, 60)
	h.Match(now, came(5, 9, 0)) // the first may begin anywhere
	if r := h.Match(now, came(15, 19, 1)); len(r) != 10 || r[0].Received || r[4].Received || !r[5].Received {
		t.Errorf("skipped: %+v", r)
	}
	if r := h.Match(now, came(30, 39, 3)); len(r) != 10 || !r[0].Received {
		t.Errorf("after missing feedback: %+v", r)
	}
}

func TestFeedbackIsReadOnceHoweverOftenItComes(t *testing.T) {
	h := estimate.NewHistory()
	now := all(h, epoch, 10)
	h.Match(now, came(0, 9, 0, 5))
	if r := h.Match(now, came(0, 9, 0, 5)); len(r) != 0 {
		t.Errorf("twice: %+v", r)
	}
	if s := h.Stats(); s.Twice != 9 || s.Reordered != 1 || s.Missing != 0 {
		t.Errorf("%+v", s)
	}
}

func TestMissingAndReorderedFeedbackIsCounted(t *testing.T) {
	h := estimate.NewHistory()
	now := all(h, epoch, 40)
	h.Match(now, came(0, 9, 254))
	h.Match(now, came(30, 39, 1)) // 255 and 0 are missing
	if s := h.Stats(); s.Missing != 2 || s.Reordered != 0 {
		t.Errorf("%+v", s)
	}
	if r := h.Match(now, came(10, 19, 255)); len(r) != 10 || !r[0].Received {
		t.Errorf("late feedback is of use too: %+v", r)
	}
	if s := h.Stats(); s.Reordered != 1 {
		t.Errorf("%+v", s)
	}
}

func TestNumbersWrap(t *testing.T) {
	h := estimate.NewHistory()
	now := epoch
	for block := int64(0); block < 3<<16; block += 512 {
		now = all(h, now, 512)
		r := h.Match(now, came(block, block+511, uint8(block/512), block+100))
		if len(r) != 512 || r[100].Received || !r[511].Received {
			t.Fatalf("block at %d: %d results", block, len(r))
		}
		if sent := epoch.Add(time.Duration(block) * 10 * time.Millisecond); !r[0].Sent.Equal(sent) {
			t.Fatalf("block at %d was sent %v, want %v", block, r[0].Sent, sent)
		}
	}
	if s := h.Stats(); s.Old+s.Unsent+s.Twice+s.Malformed+s.Jumps+s.Missing != 0 {
		t.Errorf("nothing was odd, and %+v", s)
	}
}

func TestHistoryIsKeptByTime(t *testing.T) {
	h := estimate.NewHistory()
	for i := range 20_000 { // 2000 a second
		h.Put(epoch.Add(time.Duration(i)*500*time.Microsecond), 1000, estimate.Media, 0)
	}
	now := epoch.Add(10 * time.Second)
	if h.Capacity() > 8192 {
		t.Errorf("%d places for 2 s of 2000 packets", h.Capacity())
	}
	if r := h.Match(now, came(16_100, 16_100, 0)); len(r) != 1 {
		t.Error("a packet is forgotten before 2 s")
	}
	h.Match(now, came(1000, 1009, 1))
	if s := h.Stats(); s.Old != 10 || s.Forgotten == 0 {
		t.Errorf("%+v", s)
	}
	for range 200_000 { // all at one time
		h.Put(now, 1000, estimate.Media, 0)
	}
	if h.Capacity() > 1<<15 {
		t.Errorf("capacity %d", h.Capacity())
	}
}

func TestALongRoundTripIsRememberedLonger(t *testing.T) {
	h := estimate.NewHistory()
	at := func(n int64) time.Time { return epoch.Add(time.Duration(n) * 2 * time.Millisecond) }
	for n := range int64(2000) {
		h.Put(at(n), 1000, estimate.Media, 0)
		if n > 300 { // 600 ms later
			h.Match(at(n), came(n-300, n-300, uint8(n-301)))
		}
	}
	for n := int64(2000); n < 4500; n++ {
		h.Put(at(n), 1000, estimate.Media, 0)
	}
	if r := h.Match(at(4500), came(2000, 2000, 163)); len(r) == 0 || !r[len(r)-1].Received {
		t.Error("a packet of 5 s ago is forgotten at a round trip of 600 ms")
	}
}

// TestReferenceTimeWraps is a day and a half with feedback each 50 hours, whose reference time wraps after 298.
func TestReferenceTimeWraps(t *testing.T) {
	h := estimate.NewHistory()
	var first, last time.Duration
	for i := range int64(14) {
		sent := epoch.Add(time.Duration(i) * 50 * time.Hour)
		h.Put(sent, 1000, estimate.Media, 0)
		r := h.Match(sent.Add(time.Second), encode(i, i, uint8(i), func(int64) (time.Duration, bool) {
			return time.Hour + sent.Sub(epoch), true
		}))
		if len(r) != 1 {
			t.Fatal("no result")
		}
		if i == 0 {
			first = r[0].Arrived
		}
		last = r[0].Arrived
	}
	if passed := last - first; passed < 13*50*time.Hour-100*time.Millisecond || passed > 13*50*time.Hour+100*time.Millisecond {
		t.Errorf("%v passed, want %v", passed, 13*50*time.Hour)
	}
	if s := h.Stats(); s.Jumps != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAClockThatJumpsGoesOn(t *testing.T) {
	h := estimate.NewHistory()
	now := all(h, epoch, 10)
	a := h.Match(now, came(0, 4, 0))[0].Arrived
	fb := came(5, 9, 1)
	fb.ReferenceTime = (fb.ReferenceTime + 1<<22) & (1<<24 - 1)
	b := h.Match(now.Add(50*time.Millisecond), fb)[0].Arrived
	if d := b - a; d < -64*time.Millisecond || d > 200*time.Millisecond {
		t.Errorf("%v between packets 50 ms apart", d)
	}
	if s := h.Stats(); s.Jumps != 1 {
		t.Errorf("%+v", s)
	}
}

func TestHostileFeedbackIsCountedAndLeftOut(t *testing.T) {
	run := func(symbol, n uint16) rtcp.PacketStatusChunk {
		return &rtcp.RunLengthChunk{PacketStatusSymbol: symbol, RunLength: n}
	}
	whole := make([]rtcp.PacketStatusChunk, 8)
	for i := range whole {
		whole[i] = run(rtcp.TypeTCCPacketNotReceived, 8191)
	}
	var nothing *rtcp.RunLengthChunk
	for _, test := range []struct {
		name    string
		fb      rtcp.TransportLayerCC
		results int
		want    estimate.Stats
	}{
		{
			"never sent",
			rtcp.TransportLayerCC{
				BaseSequenceNumber: 5000, PacketStatusCount: 2, PacketChunks: []rtcp.PacketStatusChunk{run(1, 2)},
				RecvDeltas: []*rtcp.RecvDelta{{Delta: 250}, {Delta: 250}},
			},
			0,
			estimate.Stats{Feedback: 1, Unsent: 2},
		},
		{
			"the whole space lost",
			rtcp.TransportLayerCC{BaseSequenceNumber: 0, PacketStatusCount: 65_528, PacketChunks: whole},
			100,
			estimate.Stats{Feedback: 1, Unsent: 65_428},
		},
		{
			"older than the first",
			rtcp.TransportLayerCC{BaseSequenceNumber: 65_535, PacketStatusCount: 2, PacketChunks: []rtcp.PacketStatusChunk{run(0, 2)}},
			1,
			estimate.Stats{Feedback: 1, Old: 1},
		},
		{
			"fewer deltas than packets",
			rtcp.TransportLayerCC{PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{run(1, 5)}, RecvDeltas: []*rtcp.RecvDelta{{Delta: 250}, nil}},
			1,
			estimate.Stats{Feedback: 1, Malformed: 1},
		},
		{
			"a delta that no wire carries",
			rtcp.TransportLayerCC{PacketStatusCount: 1, PacketChunks: []rtcp.PacketStatusChunk{run(2, 1)}, RecvDeltas: []*rtcp.RecvDelta{{Delta: 1 << 60}}},
			0,
			estimate.Stats{Feedback: 1, Malformed: 1},
		},
		{
			"received at no time",
			rtcp.TransportLayerCC{PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{run(3, 5)}},
			0,
			estimate.Stats{Feedback: 1, Malformed: 1},
		},
		{
			"no chunk behind the pointer",
			rtcp.TransportLayerCC{PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{nothing}},
			0,
			estimate.Stats{Feedback: 1, Malformed: 1},
		},
		{
			"more packets than chunks",
			rtcp.TransportLayerCC{PacketStatusCount: 65_535, PacketChunks: []rtcp.PacketStatusChunk{run(0, 3)}},
			3,
			estimate.Stats{Feedback: 1},
		},
		{"nothing at all", rtcp.TransportLayerCC{}, 0, estimate.Stats{Feedback: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := estimate.NewHistory()
			now := all(h, epoch, 100)
			if r := h.Match(now, &test.fb); len(r) != test.results {
				t.Errorf("%d results, want %d", len(r), test.results)
			}
			if s := h.Stats(); s != test.want {
				t.Errorf("%+v, want %+v", s, test.want)
			}
		})
	}
	h := estimate.NewHistory()
	if r := h.Match(epoch, came(0, 9, 0)); len(r) != 0 || h.Stats().Unsent != 10 {
		t.Errorf("before anything was sent: %+v, %+v", r, h.Stats())
	}
}

// TestMatchIsAsASlowReferenceSays has random packets lost, late and twice, in feedback that is lost,
// late and twice, over the wrap of the numbers.
func TestMatchIsAsASlowReferenceSays(t *testing.T) {
	for seed := range seeds.Of(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		h := estimate.NewHistory()
		now, sent := epoch, int64(0)
		received, lost := map[int64]bool{}, map[int64]bool{}
		arrivals := map[int64]time.Duration{}
		before, covered := -2, int64(0) // the latest feedback
		for count := 0; sent < 70_000; count++ {
			n := 1 + random.Int64N(60)
			for i := range n {
				h.Put(now, 1000, estimate.Media, 0)
				if random.IntN(10) != 0 {
					arrivals[sent+i] = now.Sub(epoch) + time.Duration(random.IntN(100))*time.Millisecond
				}
			}
			sent += n
			now = now.Add(time.Duration(n) * time.Millisecond)
			if random.IntN(10) == 0 {
				continue
			}
			from, to := max(0, sent-n-random.Int64N(100)), sent-1-random.Int64N(n)
			if to < from {
				continue
			}
			got := h.Match(now, encode(from, to, uint8(count), func(n int64) (time.Duration, bool) {
				at, ok := arrivals[n]
				return at, ok
			}))
			first := from
			if before == count-1 {
				first = min(from, covered)
			}
			before, covered = count, max(covered, to+1)
			i := 0
			for number := first; number <= to; number++ {
				_, came := arrivals[number]
				came = came && number >= from // what is skipped is lost
				if received[number] || !came && lost[number] {
					continue
				}
				if i >= len(got) {
					t.Fatalf("seed %d: packet %d has no result", seed, number)
				}
				if r := got[i]; r.Number != number+1<<16 || r.Received != came || r.Again != lost[number] && r.Received {
					t.Fatalf("seed %d: packet %d: %+v", seed, number, r)
				}
				received[number], lost[number] = came, !came
				i++
			}
			if i != len(got) {
				t.Fatalf("seed %d: %d results too many", seed, len(got)-i)
			}
			if count%100 != 0 {
				continue
			}
			for n := range arrivals {
				if n < sent-500 {
					delete(arrivals, n)
					delete(received, n)
				}
			}
		}
	}
}
