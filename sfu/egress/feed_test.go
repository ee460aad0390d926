package egress

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const ms = time.Millisecond

// film puts pictures into a feed: a letter is a packet, K the first of a key frame, . one that ends a picture, x one that
// never comes, p padding. Each letter is 10 ms.
func film(f *Feed, now time.Time, letters string) time.Time {
	seq := packet.Seq(1 << 16)
	if newest, ok := f.Rings[0].Newest(); ok {
		seq = newest
	}
	timestamp := packet.Timestamp(seq) * 900
	for _, letter := range letters {
		seq++
		now = now.Add(10 * ms)
		if letter == 'x' {
			continue
		}
		p := &packet.Packet{Arrival: now, Seq: seq, Timestamp: timestamp, Marker: letter == '.', Feed: uint16(f.era.Load())} //nolint:gosec // small
		if letter != 'p' {
			p.Payload = make([]byte, 100)
		}
		p.Descriptor = codec.Descriptor{Key: letter == 'K', Start: letter == 'K'}
		f.Put(p)
		if letter == '.' {
			timestamp += 3000
		}
	}
	return now
}

func TestAKeyFrameIsReplayed(t *testing.T) {
	for _, test := range []struct {
		name    string
		letters string
		later   time.Duration
		packets int
		want    int
	}{
		{"nothing came", "", 0, 100, 0},
		{"no key frame", "mm.mm.", 0, 100, 0},
		{"from the key frame on", "mm.Kmm.mm.m.", 0, 100, 9},
		{"from the latest", "Kmm.mm.Km.m", 0, 100, 4},
		{"a key frame that is coming in", "Kmm", 0, 100, 3},
		{"a key frame with a hole", "Kmxm.mm.", 0, 100, 0},
		{"a key frame whose last packet is missing", "Kmxmm.", 0, 100, 0},
		{"a hole in a later picture", "Kmm.mxm.m.", 0, 100, 9},
		{"old", "Kmm.m.", 3 * time.Second, 100, 6},
		{"too old", "Kmm.m.", 4 * time.Second, 100, 0},
		{"too long", "Kmm.mmmmmmmmm.", 0, 10, 0},
		{"too many bytes", "Kmm.mmmmmmmmmmmmmmmmm.", 0, 100, 0},
		{"padding between", "Kmm.pm.", 0, 100, 7},
	} {
		f := NewFeed(1, 7, codec.VP8, 1, 64, time.Second, nobody{})
		now := film(f, time.Unix(1000, 0), test.letters)
		got := f.Cached(now.Add(test.later), 0, test.packets, 2000)
		if len(got) != test.want {
			t.Errorf("%s: %d packets, want %d", test.name, len(got), test.want)
		}
		for i := 1; i < len(got); i++ {
			if got[i].Seq <= got[i-1].Seq || !got[0].Descriptor.Key {
				t.Errorf("%s: out of order", test.name)
			}
		}
	}
}

func TestWhatWasBeforeABreakIsNotReplayed(t *testing.T) {
	f := NewFeed(1, 7, codec.VP8, 1, 64, time.Second, nobody{})
	now := film(f, time.Unix(1000, 0), "Kmm.m.")
	if f.Cached(now, 0, 100, 2000) == nil || f.PreRoll(now) == nil {
		t.Fatal("nothing is replayed")
	}
	f.Begin(1) // it was muted in between
	if f.Cached(now, 0, 100, 2000) != nil || f.PreRoll(now) != nil {
		t.Error("what was sent before the mute is shown to a newcomer")
	}
	now = film(f, now, "m.")
	if f.Cached(now, 0, 100, 2000) != nil {
		t.Error("a key frame from before the mute is shown to a newcomer")
	}
	if got := f.PreRoll(now); len(got) != 2 {
		t.Errorf("%d packets of sound from after the mute, want 2", len(got))
	}
	if f.Cached(now, -1, 100, 2000) != nil || f.Cached(now, 1, 100, 2000) != nil {
		t.Error("a stream that does not exist is replayed")
	}
}

func TestPreRollIsATenthOfASecond(t *testing.T) {
	f := NewFeed(1, 7, codec.Opus, 1, 64, time.Second, nobody{})
	now := time.Unix(1000, 0)
	if f.PreRoll(now) != nil {
		t.Error("something was said before anything came")
	}
	for _, test := range []struct {
		letters string
		later   time.Duration
		want    int
	}{
		{"mmmmmmmmmmmmmmmmmmmmmmmmm", 0, 11},
		{"mmmmmmmmmmmmmmmmmmmmmmmmm", 50 * ms, 6},
		{"mmmmmmmmmmmmmmmmmmmmmmmmm", 200 * ms, 0},
		{"mmmmmmmmxmmm", 0, 3},
		{"mmmmmmmmpmmm", 0, 10},
	} {
		now = film(f, now.Add(time.Second), test.letters)
		if got := f.PreRoll(now.Add(test.later)); len(got) != test.want {
			t.Errorf("%s after %v: %d packets, want %d", test.letters, test.later, len(got), test.want)
		}
	}
}

func TestAFeedSaysWhatFlowsAndWhatItCosts(t *testing.T) {
	f := NewFeed(1, 7, codec.VP8, 3, 64, 500*ms, nobody{})
	now := time.Unix(1000, 0)
	if f.Flows(now) != 0 || f.Known() != 0 || f.Temporals() != 1 || f.Layers() != 3 || f.Scalable() {
		t.Error("a feed that nothing came of knows something")
	}
	low, high := packet.Layer{Temporal: 9}, packet.Layer{Spatial: 1, Temporal: 9}
	f.Announce(packet.Layer{Spatial: 1}, 1_000_000)
	if f.Rate(high) != 1_000_000 || f.Rate(low) != 0 {
		t.Error("what was announced stands in until it is measured")
	}
	seq := packet.Seq(1 << 16)
	send := func(d time.Duration, streams ...int8) {
		for range int(d / (40 * ms)) {
			now = now.Add(40 * ms)
			seq++
			for _, s := range streams {
				f.Put(&packet.Packet{
					Arrival: now, Seq: seq, Timestamp: packet.Timestamp(3600 * seq), Stream: s, Spatial: s, Temporal: int8(seq % 2), Payload: make([]byte, 500),
				})
			}
		}
	}
	send(3*time.Second, 0, 1)
	if f.Flows(now) != 0b011 || f.Known() != 0b011 || f.live(now) != 0b011 || f.Temporals() != 2 {
		t.Errorf("flows %03b", f.Flows(now))
	}
	for _, l := range []packet.Layer{low, high} {
		if rate := f.Rate(l); rate < 95_000 || rate > 105_000 || f.FPS(l) != 25 {
			t.Errorf("layer %d: %d bit/s, %d pictures a second", l.Spatial, rate, f.FPS(l))
		}
	}
	if f.Announced(high) != 1_000_000 || f.Rate(packet.None) != 0 || f.FPS(packet.None) != 0 || f.Announced(packet.None) != 0 {
		t.Error("a layer that is none has a rate")
	}
	f.Pause(0b010)
	send(time.Second, 0)
	if f.Flows(now) != 0b001 || f.Known() != 0b011 {
		t.Errorf("flows %03b after one stopped", f.Flows(now))
	}
	send(100*ms, 0, 1)
	if f.Flows(now) != 0b011 {
		t.Errorf("flows %03b when it is back as asked", f.Flows(now))
	}
	send(time.Second, 0)
	send(100*ms, 0, 1)
	if f.Flows(now) != 0b001 {
		t.Errorf("flows %03b right after a stop that nobody asked for", f.Flows(now))
	}
	send(3*time.Second, 0, 1)
	now = now.Add(time.Second) // an outage
	send(100*ms, 0, 1)
	if f.Flows(now) != 0b011 {
		t.Errorf("flows %03b right after nothing came at all", f.Flows(now))
	}
	next := NewFeed(2, 7, codec.VP8, 3, 64, 500*ms, nobody{})
	f.SetHeight(1, 360)
	next.Inherit(f)
	if next.Rate(high) != f.Rate(high) || next.Height(1) != 360 || next.Flows(now) != 0 {
		t.Error("the feed that follows knows nothing of this one")
	}
	other := NewFeed(3, 7, codec.H264, 3, 64, 500*ms, nobody{})
	other.Inherit(f)
	if other.Rate(high) != 0 {
		t.Error("another codec costs something else")
	}
}

func TestTheLayersOfAScalableStreamMayChange(t *testing.T) {
	f := NewFeed(1, 7, codec.AV1, 1, 64, time.Second, nobody{})
	if f.SetLayers(1) || f.Layers() != 1 || f.Scalable() {
		t.Error("one layer is what was thought")
	}
	if !f.SetLayers(3) || f.SetLayers(3) || f.Layers() != 3 || !f.Scalable() {
		t.Error("three layers are news, once")
	}
	if !f.SetLayers(1) || f.Layers() != 1 || f.Scalable() {
		t.Error("one layer again is news")
	}
	if f.SetLayers(99); f.Layers() != MaxLayers {
		t.Errorf("%d layers", f.Layers())
	}
	f.SetLayers(3)
	for _, spatial := range []int8{-1, 0, 2, 5} {
		if f.StreamOf(spatial) != 0 {
			t.Errorf("layer %d is in stream %d", spatial, f.StreamOf(spatial))
		}
	}
	if f.Height(-1) != 0 || f.Height(7) != 0 {
		t.Error("a layer that cannot be has a height")
	}
	simulcast := NewFeed(1, 7, codec.VP8, 2, 64, time.Second, nobody{})
	if simulcast.SetLayers(3) || simulcast.Layers() != 2 || simulcast.StreamOf(1) != 1 {
		t.Error("simulcast has as many layers as streams")
	}
}

func BenchmarkPut(b *testing.B) {
	f := NewFeed(1, 7, codec.VP8, 1, 2048, 500*ms, nobody{})
	now := time.Unix(1000, 0)
	p := &packet.Packet{Seq: 1 << 16, Payload: make([]byte, 1100)}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(ms)
		p.Arrival, p.Seq = now, p.Seq+1
		f.Put(p)
	}
}
