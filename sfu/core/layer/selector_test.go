package layer

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const ms = time.Millisecond

// bench is a selector with a clock and publications whose numbers rise by themselves.
type bench struct {
	t    *testing.T
	now  time.Time
	s    Selector
	seqs map[[2]int]packet.Seq
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return &bench{t: t, now: time.Unix(1000, 0), s: NewSelector(), seqs: map[[2]int]packet.Seq{}}
}

func (b *bench) packet(publication uint32, spatial int8, key bool) *packet.Packet {
	at := [2]int{int(publication), int(spatial)}
	b.seqs[at]++
	return &packet.Packet{
		Seq: b.seqs[at], Stream: spatial, Spatial: spatial, Payload: []byte{1},
		Timestamp:  packet.Timestamp(b.now.UnixMilli() * 90),
		Descriptor: codec.Descriptor{Start: true, Key: key},
	}
}

// takes hands over a packet, checks what becomes of it and commits a switch.
func (b *bench) takes(p *packet.Packet, publication uint32, want Decision) {
	b.t.Helper()
	got := b.s.Select(b.now, publication, p)
	if got != want {
		b.t.Errorf("at %d ms, publication %d, layer %d, key %v: decision %d, want %d",
			b.now.UnixMilli()-1000_000, publication, p.Spatial, p.Descriptor.Key, got, want)
	}
	if got == Switch {
		b.s.Commit(b.now, p)
	}
}

func (b *bench) delta(publication uint32, spatial int8, want Decision) {
	b.t.Helper()
	b.takes(b.packet(publication, spatial, false), publication, want)
}

func (b *bench) key(publication uint32, spatial int8, want Decision) {
	b.t.Helper()
	b.takes(b.packet(publication, spatial, true), publication, want)
}

func (b *bench) shows(publication uint32, spatial int8) {
	b.t.Helper()
	if c := b.s.Current(); c.Publication != publication || c.Stream != spatial {
		b.t.Errorf("shows %d/%d, want %d/%d", c.Publication, c.Stream, publication, spatial)
	}
}

func (b *bench) wants(publication uint32, want uint8) {
	b.t.Helper()
	if got := b.s.Wants(b.now, publication); got != want {
		b.t.Errorf("wants layers %03b of %d, want %03b", got, publication, want)
	}
}

func (b *bench) asks(want bool) {
	b.t.Helper()
	if got := b.s.KeyFrameWanted(b.now); got != want {
		b.t.Errorf("at %d ms: key frame wanted %v, want %v", b.now.UnixMilli()-1000_000, got, want)
	}
}

func (b *bench) after(d time.Duration) { b.now = b.now.Add(d) }

// showing returns a bench that shows a layer of publication 1, which has three.
func showing(t *testing.T, spatial int8) *bench {
	b := newBench(t)
	b.s.Want(b.now, 1, 3, spatial, 0)
	b.key(1, spatial, Switch)
	return b
}

func TestEmptySlot(t *testing.T) {
	b := newBench(t)
	b.key(1, 0, Empty)
	b.asks(false)
	b.wants(1, 0)
	if _, ok := b.s.Deadline(b.now); ok {
		t.Error("an empty slot has a deadline")
	}
}

func TestBeginsAtAKeyFrame(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 3, 2, 0)
	b.wants(1, 0b111)
	b.asks(true)
	b.delta(1, 2, WaitsForKeyFrame)
	b.key(2, 2, OtherPublication)
	b.key(1, 0, OtherLayer)
	b.key(1, 2, Switch)
	b.delta(1, 2, Forward)
	b.shows(1, 2)
	b.wants(1, 0b100)
	b.asks(false)
}

func TestKeyFrameThatPacketsOvertookIsRefused(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 1, 0, 0)
	late := b.packet(1, 0, true)
	b.delta(1, 0, WaitsForKeyFrame)
	b.takes(late, 1, WaitsForKeyFrame)
	b.key(1, 0, Switch)
}

func TestUpKeepsTheOldLayerUntilTheKeyFrame(t *testing.T) {
	b := showing(t, 0)
	b.s.SetTarget(b.now, 2)
	b.wants(1, 0b111)
	b.asks(true)
	b.delta(1, 0, Forward)
	b.delta(1, 2, WaitsForKeyFrame)
	b.key(1, 2, Switch)
	b.delta(1, 0, OtherLayer)
	b.delta(1, 2, Forward)
}

func TestDownByWishKeepsTheOldLayerUntilTheKeyFrame(t *testing.T) {
	b := showing(t, 2)
	b.s.SetTarget(b.now, 0)
	b.delta(1, 2, Forward)
	b.key(1, 0, Switch)
	b.shows(1, 0)
}

func TestStepsOverALayerInBetween(t *testing.T) {
	b := showing(t, 0)
	b.s.SetTarget(b.now, 2)
	b.key(1, 1, Switch)
	b.shows(1, 1)
	b.wants(1, 0b110)
	b.key(1, 0, OtherLayer)
	b.key(1, 2, Switch)
	b.shows(1, 2)
}

func TestCutStopsTheOldLayerAtOnce(t *testing.T) {
	b := showing(t, 2)
	b.s.Cut(b.now, 0)
	b.shows(0, -1)
	b.asks(true)
	b.delta(1, 2, OtherLayer)
	b.delta(1, 0, WaitsForKeyFrame)
	b.key(1, 0, Switch)
}

func TestPause(t *testing.T) {
	b := showing(t, 1)
	b.s.SetTarget(b.now, -1)
	b.key(1, 1, Paused)
	b.wants(1, 0)
	b.asks(false)
	b.s.SetTarget(b.now, 1)
	b.delta(1, 1, WaitsForKeyFrame) // what was missed meanwhile cannot be decoded around
	b.key(1, 1, Switch)
}

func TestAPauseDoesNotHideWhatOvertook(t *testing.T) {
	b := showing(t, 1)
	b.s.SetTarget(b.now, -1)
	late := b.packet(1, 1, true)
	b.delta(1, 1, Paused)
	b.s.SetTarget(b.now, 1)
	b.takes(late, 1, WaitsForKeyFrame)
	b.key(1, 1, Switch)
}

func TestAKeyFrameThatWasOvertakenIsTakenFromTheCacheAlone(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 1, 0, 0)
	p := b.packet(1, 0, true)
	p.Overtaken, p.Arrival = true, b.now
	b.takes(p, 1, WaitsForKeyFrame)
	p = b.packet(1, 0, true)
	p.Overtaken, p.Arrival = true, b.now.Add(-time.Second)
	b.takes(p, 1, Switch)
}

func TestHoldsThePublicationUntilTheKeyFrameOfTheNext(t *testing.T) {
	b := showing(t, 1)
	b.s.Want(b.now, 2, 3, 1, 0)
	b.wants(1, 0b010)
	b.wants(2, 0b111)
	b.delta(1, 1, Forward)
	b.delta(1, 0, OtherPublication)
	b.delta(2, 1, WaitsForKeyFrame)
	b.shows(1, 1)
	b.key(2, 1, Switch)
	b.shows(2, 1)
	b.delta(1, 1, OtherPublication)
	b.wants(1, 0)
}

func TestChangeOfMindKeepsWhatIsShown(t *testing.T) {
	b := showing(t, 1)
	b.s.Want(b.now, 2, 3, 1, 0)
	b.s.Want(b.now, 1, 3, 1, 0)
	b.asks(false)
	b.delta(1, 1, Forward)
	b.key(2, 1, OtherPublication)
}

func TestEmptyingIsAtOnce(t *testing.T) {
	b := showing(t, 1)
	b.s.Want(b.now, 0, 0, 0, 0)
	b.delta(1, 1, Empty)
	b.shows(0, -1)
}

func TestWaitsForTheWantedLayerAtFirst(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 3, 2, 0)
	for range 9 {
		b.after(100 * ms)
		b.delta(1, 2, WaitsForKeyFrame)
		b.key(1, 0, OtherLayer)
	}
	b.after(100 * ms)
	b.key(1, 0, Switch) // after a second any picture is better than none
	b.shows(1, 0)
}

func TestDoesNotWaitForALayerThatIsSilent(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 3, 2, 0)
	b.after(100 * ms)
	b.key(1, 1, OtherLayer)
	b.after(200 * ms)
	b.key(1, 1, Switch)
	b.shows(1, 1)
}

func TestBeginsWithALayerThatIsKnownToFlow(t *testing.T) {
	for _, test := range []struct {
		live   uint8
		begins int8
	}{{0b001, 0}, {0b011, 1}, {0b111, 2}} {
		b := newBench(t)
		b.s.Want(b.now, 1, 3, 2, test.live)
		for spatial := range int8(3) {
			want := OtherLayer
			if spatial == test.begins || spatial == 2 {
				want = Switch
			}
			if got := b.s.Select(b.now, 1, b.packet(1, spatial, true)); got != want {
				t.Errorf("live %03b: layer %d: decision %d, want %d", test.live, spatial, got, want)
			}
		}
	}
	b := newBench(t)
	b.s.Want(b.now, 1, 3, 0, 0b110) // the target is silent, those above flow
	b.key(1, 2, OtherLayer)
	b.key(1, 1, Switch)
	b.delta(1, 0, WaitsForKeyFrame)
	b.key(1, 0, Switch)
}

func TestAsksUntilTheKeyFrameComes(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 3, 2, 0)
	b.asks(true)
	b.asks(false)
	for range 5 {
		b.after(199 * ms)
		b.asks(false)
		if at, ok := b.s.Deadline(b.now); !ok || at.Sub(b.now) != ms {
			t.Errorf("deadline %v, %v", at.Sub(b.now), ok)
		}
		b.after(ms)
		b.asks(true)
	}
	b.key(1, 2, Switch)
	b.after(time.Second)
	b.asks(false)
}

func TestAsksAtThePaceOfTheRoundTrip(t *testing.T) {
	for _, test := range []struct{ rtt, every time.Duration }{{10 * ms, 200 * ms}, {300 * ms, 600 * ms}, {2 * time.Second, time.Second}} {
		b := newBench(t)
		b.s.SetRTT(test.rtt)
		b.s.Want(b.now, 1, 1, 0, 0)
		b.asks(true)
		b.after(test.every - ms)
		b.asks(false)
		b.after(ms)
		b.asks(true)
	}
}

func TestStopsAskingAPublisherThatSendsNothing(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 3, 2, 0)
	asked := 0
	for range 6000 {
		if b.s.KeyFrameWanted(b.now) {
			asked++
		}
		b.after(10 * ms)
	}
	if asked == 0 || asked > 51 {
		t.Errorf("asked %d times in a minute", asked)
	}
	if _, ok := b.s.Deadline(b.now); ok {
		t.Error("still has a deadline")
	}
	b.delta(1, 2, WaitsForKeyFrame) // it is back
	b.asks(true)
}

func TestAsksOnceForABetterLayerThatIsSilent(t *testing.T) {
	b := showing(t, 0)
	b.s.SetTarget(b.now, 2)
	asked := 0
	for range 100 {
		b.delta(1, 0, Forward)
		if b.s.KeyFrameWanted(b.now) {
			asked++
		}
		b.after(33 * ms)
	}
	if asked != 1 {
		t.Errorf("asked %d times for a layer that does not flow", asked)
	}
	b.delta(1, 2, WaitsForKeyFrame)
	b.asks(true)
}

func TestFallsToALowerLayerWhenTheShownOneStops(t *testing.T) {
	b := showing(t, 2)
	at, ok := b.s.Deadline(b.now)
	if !ok || at.Sub(b.now) != quiet {
		t.Fatalf("deadline %v, %v", at.Sub(b.now), ok)
	}
	b.wants(1, 0b100)
	b.after(quiet)
	b.wants(1, 0b111) // now it looks around
	b.asks(false)
	b.delta(1, 1, OtherLayer)
	b.after(33 * ms)
	b.delta(1, 1, OtherLayer)
	b.after(33 * ms)
	b.delta(1, 1, WaitsForKeyFrame)
	b.asks(true)
	b.key(1, 1, Switch)
	b.shows(1, 1)
	b.after(33 * ms)
	b.delta(1, 1, Forward)
	b.asks(false)
	b.key(1, 2, OtherLayer) // it is back, but for how long?
	for range 60 {
		b.after(33 * ms)
		b.delta(1, 1, Forward)
		b.delta(1, 2, OtherLayer)
		b.asks(false)
	}
	b.after(33 * ms)
	b.delta(1, 1, Forward)
	b.delta(1, 2, WaitsForKeyFrame)
	b.asks(true)
	b.key(1, 2, Switch)
	b.shows(1, 2)
}

func TestALowFrameRateIsNoStall(t *testing.T) {
	b := showing(t, 2)
	for range 50 {
		b.after(500 * ms)
		b.delta(1, 0, OtherLayer)
		b.delta(1, 1, OtherLayer)
		b.delta(1, 2, Forward)
		b.asks(false)
	}
}

func TestANewFeedBeginsWithAKeyFrame(t *testing.T) {
	b := showing(t, 1)
	old := b.packet(1, 1, false)
	fresh := func(key bool) *packet.Packet {
		p := b.packet(1, 1, key)
		p.Feed = 1
		p.Seq -= 1000 // its numbers have nothing to do with the old ones
		return p
	}
	b.takes(fresh(false), 1, WaitsForKeyFrame)
	b.asks(true)
	b.takes(fresh(true), 1, Switch)
	b.takes(fresh(false), 1, Forward)
	b.takes(old, 1, Late)
}

func TestBreakWaitsForAKeyFrame(t *testing.T) {
	b := showing(t, 1)
	b.s.Break(b.now)
	b.asks(true)
	b.delta(1, 1, WaitsForKeyFrame)
	b.key(1, 1, Switch)
	b.delta(1, 1, Forward)
}

func TestHostileLayers(t *testing.T) {
	b := newBench(t)
	b.s.Want(b.now, 1, 100, 100, 0)
	for _, spatial := range []int8{-1, -128, Max, 127} {
		b.key(1, spatial, OtherLayer)
	}
	if _, target := b.s.Wanted(); target != Max-1 {
		t.Errorf("target %d", target)
	}
}
