package forward_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// reports gives both layers of publication 1 a sender report: layer 1 was captured at the
// same moments as layer 0, whatever its timestamps are.
func (b *bench) reports(streams ...*stream) {
	for _, s := range streams {
		rtp := uint32(s.zero) + uint32(packet.Ticks(b.now.Sub(begin), 90000))
		b.slot.SenderReport(s.publication, s.spatial, 9*second64+uint64(packet.Ticks(b.now.Sub(begin), 1<<32)), rtp, b.now)
	}
}

// layered is a slot that shows the lower of a camera's two streams, whose clocks have nothing to do with each other.
func layered(t *testing.T) (b *bench, low, high *stream) {
	t.Helper()
	b = newVideo(t)
	low, high = &stream{publication: 1, zero: 1 << 32}, &stream{publication: 1, spatial: 1, zero: 5}
	b.show(1, 2, 0)
	b.gets(low, low.at(b.now, true), forward.Forwarded)
	return b, low, high
}

func TestLayersAreAlignedBySenderReports(t *testing.T) {
	low, high := &stream{publication: 1, zero: 1 << 32}, &stream{publication: 1, spatial: 1, zero: 1<<32 - 5000}
	tests := []struct {
		name    string
		late    time.Duration // the high layer's frame arrives that long after the low one's …
		capture time.Duration // … and was captured so long after it
		want    uint32        // beyond the low one's
		reason  forward.Reason
	}{
		{"the next frame", 40 * ms, 33 * ms, 2970, forward.Forwarded},
		{"the same frame", 5 * ms, 0, 1, forward.Forwarded},
		{"a little older", 5 * ms, -40 * ms, 1, forward.Forwarded},
		{"too old", 5 * ms, -60 * ms, 0, forward.BehindCurrent},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newVideo(t)
			b.show(1, 2, 0)
			b.gets(low, low.at(b.now, true), forward.Forwarded)
			b.reports(low, high)
			b.after(500 * ms)
			b.gets(low, low.at(b.now, false), forward.Forwarded)
			last := b.last.Timestamp
			b.slot.SetTarget(b.now, whole(1))
			p := high.at(b.now.Add(test.capture), true)
			b.after(test.late)
			if b.gets(high, p, test.reason); test.reason == forward.Forwarded {
				b.timestamp(last + test.want)
			}
		})
	}
}

func TestWithoutSenderReportsArrivalDecidesInTheEnd(t *testing.T) {
	for _, test := range []struct {
		name    string
		gap     time.Duration
		refused int
	}{
		{"after three key frames", 100 * ms, 3},
		{"after a second", 600 * ms, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, low, high := layered(t)
			b.slot.SetTarget(b.now, whole(1))
			for range test.refused {
				b.gets(high, high.at(b.now, true), forward.WaitsForReport)
				b.after(test.gap)
				b.gets(low, low.at(b.now, false), forward.Forwarded)
			}
			last := b.last.Timestamp
			b.after(10 * ms)
			b.gets(high, high.at(b.now, true), forward.Forwarded)
			b.timestamp(last + 900)
		})
	}
}

// switchTo goes to a stream and returns how many key frames were asked for until it was shown; the publisher answers each
// request at once, and the stream that is left goes on.
func (b *bench) switchTo(from, to *stream, wait time.Duration) (asked int) {
	b.t.Helper()
	b.slot.SetTarget(b.now, whole(to.spatial))
	for begin := b.now; b.now.Sub(begin) <= wait; b.after(33 * ms) {
		_, _, ask := b.slot.KeyFrameWanted(b.now)
		if ask {
			asked++
		}
		if _, reason := b.slot.Forward(b.now, to.publication, to.at(b.now, ask)); reason == forward.Forwarded {
			return asked
		}
		b.gets(from, from.at(b.now, false), forward.Forwarded)
	}
	b.t.Fatalf("stream %d is not shown after %v and %d key frames", to.spatial, wait, asked)
	return asked
}

func TestASwitchWithoutReportsCostsFewKeyFrames(t *testing.T) {
	b, low, high := layered(t)
	b.after(33 * ms)
	if asked := b.switchTo(low, high, 1100*ms); asked != 2 {
		t.Errorf("%d key frames for the first switch, want one that is refused and one that is shown", asked)
	}
	for range 4 { // nobody waits for reports again
		b.after(33 * ms)
		low, high = high, low
		if asked := b.switchTo(low, high, 0); asked != 1 {
			t.Errorf("%d key frames for a later switch", asked)
		}
	}
}

func TestAStreamThatWasShownForLongWithoutReportsSendsNone(t *testing.T) {
	b, low, high := layered(t)
	for range 50 {
		b.after(33 * ms)
		b.gets(low, low.at(b.now, false), forward.Forwarded)
	}
	if asked := b.switchTo(low, high, 0); asked != 1 {
		t.Errorf("%d key frames", asked)
	}
}

func TestTheReportThatWasMissingAsksForTheKeyFrame(t *testing.T) {
	b, low, high := layered(t)
	b.reports(low)
	b.slot.SetTarget(b.now, whole(1))
	b.slot.KeyFrameWanted(b.now)
	b.gets(high, high.at(b.now, true), forward.WaitsForReport)
	for range 8 {
		b.after(33 * ms)
		b.gets(low, low.at(b.now, false), forward.Forwarded)
		b.gets(high, high.at(b.now, false), forward.WaitsForKeyFrame)
		if _, _, ok := b.slot.KeyFrameWanted(b.now); ok {
			t.Fatal("asks for a key frame that would be refused")
		}
	}
	rtp := uint32(high.zero) + uint32(packet.Ticks(b.now.Sub(begin), 90000))
	if !b.slot.SenderReport(1, 1, 9*second64+uint64(packet.Ticks(b.now.Sub(begin), 1<<32)), rtp, b.now) {
		t.Error("nobody waited for it")
	}
	if _, _, ok := b.slot.KeyFrameWanted(b.now); !ok {
		t.Error("does not ask")
	}
	last := b.last.Timestamp
	b.after(33 * ms)
	b.gets(high, high.at(b.now, true), forward.Forwarded)
	if step := b.last.Timestamp - last; step < 2969 || step > 2971 {
		t.Errorf("%d ticks on, want the next picture", step)
	}
}

func TestAFrozenPictureDoesNotWaitForReports(t *testing.T) {
	for _, test := range []struct {
		name   string
		freeze func(b *bench, low *stream)
	}{
		{"cut off", func(b *bench, _ *stream) { b.slot.Cut(b.now, whole(1)); b.after(40 * ms) }},
		{"stopped", func(b *bench, _ *stream) { b.slot.SetTarget(b.now, whole(1)); b.after(250 * ms) }},
		{"broken", func(b *bench, low *stream) {
			b.slot.SetTarget(b.now, whole(1))
			b.after(40 * ms)
			low.seq += 2000
			b.gets(low, low.at(b.now, false), forward.WaitsForKeyFrame)
		}},
	} {
		b, low, high := layered(t)
		test.freeze(b, low)
		last, elapsed := b.last.Timestamp, packet.Ticks(b.now.Sub(begin), 90000)
		b.gets(high, high.at(b.now, true), forward.Forwarded)
		if want := last + uint32(elapsed); b.last.Timestamp != want {
			t.Errorf("%s: %d, want %d", test.name, b.last.Timestamp, want)
		}
	}
}

func TestASenderReportOfAnotherClockIsNotBelieved(t *testing.T) {
	b, low, high := layered(t)
	b.reports(low)
	b.slot.SenderReport(1, 1, 9*second64, 123456789, b.now)
	b.slot.SetTarget(b.now, whole(1))
	b.gets(high, high.at(b.now, true), forward.WaitsForReport)
}

func TestAStreamThatIsAlwaysLateCostsOneMoreKeyFrame(t *testing.T) {
	b, low, high := layered(t)
	b.after(100 * ms)
	b.gets(low, low.at(b.now, false), forward.Forwarded)
	b.reports(low, high)
	b.slot.SetTarget(b.now, whole(1))
	b.gets(high, high.at(b.now.Add(-60*ms), true), forward.BehindCurrent)
	b.after(33 * ms)
	b.gets(low, low.at(b.now, false), forward.Forwarded)
	last := b.last.Timestamp
	b.gets(high, high.at(b.now.Add(-60*ms), true), forward.Forwarded)
	b.timestamp(last + 90)
}

func TestAnotherStreamIsReplayedBehindWhatWasShown(t *testing.T) {
	b, low, high := layered(t)
	cached := high.at(b.now, true)
	for range 30 {
		b.after(33 * ms)
		b.gets(low, low.at(b.now, false), forward.Forwarded)
	}
	b.slot.Cut(b.now, whole(1))
	last := b.last.Timestamp
	b.gets(high, cached, forward.Forwarded)
	b.timestamp(last + 90)
	b.after(33 * ms)
	b.gets(high, high.at(b.now, false), forward.Forwarded)
	b.timestamp(last + 90 + 2970)
}

func TestACutEndsTheWaitForReports(t *testing.T) {
	b, low, high := layered(t)
	b.slot.SetTarget(b.now, whole(1))
	b.slot.KeyFrameWanted(b.now)
	b.gets(high, high.at(b.now, true), forward.WaitsForReport)
	b.after(100 * ms)
	b.gets(low, low.at(b.now, false), forward.Forwarded)
	b.slot.Cut(b.now, whole(1)) // what is shown is dearer than was thought
	b.after(100 * ms)
	if _, _, ok := b.slot.KeyFrameWanted(b.now); !ok {
		t.Error("does not ask, and nothing is shown")
	}
	b.gets(high, high.at(b.now, true), forward.Forwarded)
}
