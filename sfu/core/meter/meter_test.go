package meter

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const ms = time.Millisecond

// camera plays pictures of 25 a second into a meter.
type camera struct {
	m   Meter
	now time.Time
	n   int
}

func newCamera(scalable bool) *camera { return &camera{m: New(scalable), now: time.Unix(1000, 0)} }

// picture sends packets, whose timestamp it sets.
func (c *camera) picture(packets ...*packet.Packet) {
	c.n++
	c.now = c.now.Add(40 * ms)
	for _, p := range packets {
		p.Timestamp = packet.Timestamp(3600 * c.n)
		c.m.Add(c.now, p)
	}
}

// temporal is the layer of a picture of three temporal layers.
func (c *camera) temporal() int8 { return []int8{0, 2, 1, 2}[c.n%4] }

func media(stream, spatial, temporal int8, size int) *packet.Packet {
	return &packet.Packet{Stream: stream, Spatial: spatial, Temporal: temporal, Payload: make([]byte, size)}
}

// expect allows 5 %.
func (c *camera) expect(t *testing.T, spatial, temporal int8, rate packet.Bitrate, fps int) {
	t.Helper()
	l := packet.Layer{Spatial: spatial, Temporal: temporal}
	if got := c.m.Rate(l); got < rate*95/100 || got > rate*105/100 {
		t.Errorf("layer %d.%d: %d bit/s, want %d", spatial, temporal, got, rate)
	}
	if got := c.m.FPS(l); got < fps-1 || got > fps+1 {
		t.Errorf("layer %d.%d: %d pictures a second, want %d", spatial, temporal, got, fps)
	}
}

func TestSimulcastLayersCostWhatTheySend(t *testing.T) {
	c := newCamera(false)
	for range 200 {
		temporal := c.temporal()
		c.picture(media(0, 0, temporal, 400), media(1, 1, temporal, 1000), media(1, 1, temporal, 1000))
	}
	c.expect(t, 0, 0, 400*8*25/4, 6)
	c.expect(t, 0, 1, 400*8*25/2, 12)
	c.expect(t, 0, 2, 400*8*25, 25)
	c.expect(t, 0, 127, 400*8*25, 25)
	c.expect(t, 1, 0, 2000*8*25/4, 6)
	c.expect(t, 1, 127, 2000*8*25, 25)
	c.expect(t, 2, 127, 0, 0)
	if c.m.Rate(packet.None) != 0 || c.m.FPS(packet.Layer{Spatial: 9}) != 0 {
		t.Error("a layer that cannot be has a rate")
	}
}

// vp9 is a packet of a VP9 layer; below says that it needs the spatial layer below.
func vp9(spatial, temporal int8, size int, key, below bool) *packet.Packet {
	p := media(0, spatial, temporal, size)
	p.Descriptor = codec.Descriptor{
		HasLayers: true, SID: uint8(spatial), TID: uint8(temporal), InterPicture: !key, InterLayer: below,
	}
	return p
}

func TestScalableLayersCostWhatTheyNeed(t *testing.T) {
	c := newCamera(true)
	for range 200 {
		c.picture(vp9(0, 0, 100, false, false), vp9(1, 0, 200, false, true), vp9(2, 0, 300, false, true))
	}
	c.expect(t, 0, 127, 100*8*25, 25)
	c.expect(t, 1, 127, 300*8*25, 25)
	c.expect(t, 2, 127, 600*8*25, 25)
	// K-SVC: but for key pictures each layer needs itself alone.
	for range 200 {
		c.picture(vp9(0, 0, 100, false, false), vp9(1, 0, 200, false, false), vp9(2, 0, 300, false, false))
	}
	c.expect(t, 1, 127, 200*8*25, 25)
	c.expect(t, 2, 127, 300*8*25, 25)
}

func TestDecodeTargetsCostWhatTheyAreSent(t *testing.T) {
	for _, test := range []struct {
		mode dependency.Mode
		want [3]packet.Bitrate // of each spatial layer, bytes a picture
	}{
		{dependency.Full, [3]packet.Bitrate{100, 300, 600}},
		{dependency.KeyOnly, [3]packet.Bitrate{100, 200, 300}},
		{dependency.Independent, [3]packet.Bitrate{100, 200, 300}},
	} {
		c := newCamera(true)
		pattern := dependency.NewPattern(test.mode, 3, 3)
		structure := pattern.Structure()
		for n := range 200 {
			var packets []*packet.Packet
			for _, f := range pattern.Picture(n == 0) {
				d, err := dependency.Parse(structure.Append(nil, f), structure)
				if err != nil {
					t.Fatal(err)
				}
				p := media(0, d.Spatial, d.Temporal, 100*int(d.Spatial+1))
				p.Dependency = &d
				packets = append(packets, p)
			}
			c.picture(packets...)
		}
		for s, bytes := range test.want {
			c.expect(t, int8(s), 127, bytes*8*25, 25)
			c.expect(t, int8(s), 0, bytes*8*25/4, 6)
		}
	}
}

func TestALayerThatStopsKeepsItsValue(t *testing.T) {
	c := newCamera(false)
	for range 100 {
		c.picture(media(0, 0, 0, 100), media(1, 1, 0, 500))
	}
	for range 200 {
		c.picture(media(0, 0, 0, 100))
	}
	c.expect(t, 1, 127, 500*8*25, 25)
	// When it comes back, its pause does not count.
	for range 50 {
		c.picture(media(0, 0, 0, 100), media(1, 1, 0, 700))
	}
	c.expect(t, 1, 127, 700*8*25, 25)
	// Nor does one of everything.
	c.now = c.now.Add(10 * time.Second)
	for range 50 {
		c.picture(media(0, 0, 0, 300))
	}
	c.expect(t, 0, 127, 300*8*25, 25)
}

func TestAValueIsTheMeanOfTwoSeconds(t *testing.T) {
	c := newCamera(false)
	for range 100 {
		c.picture(media(0, 0, 0, 100))
	}
	for range 75 {
		c.picture(media(0, 0, 0, 1000))
	}
	c.expect(t, 0, 0, 1000*8*25, 25)
}

func TestHostileLayersAreNotMeasured(t *testing.T) {
	c := newCamera(true)
	for range 50 {
		c.picture(media(0, -1, 0, 9), media(0, 3, 0, 9), media(0, 0, -5, 100), media(0, 0, 99, 100))
	}
	c.expect(t, 0, 127, 200*8*25, 25)
}

func TestAddDoesNotAllocate(t *testing.T) {
	c := newCamera(false)
	p := media(0, 0, 1, 1000)
	if n := testing.AllocsPerRun(1000, func() { c.picture(p) }); n > 1 { // the argument list
		t.Errorf("%v allocations", n)
	}
}

func TestActivity(t *testing.T) {
	var a Activity
	now := time.Unix(1000, 0)
	still := 500 * ms
	alone := true
	flows := func() bool {
		latest, from := a.Since()
		return !latest.IsZero() && now.Sub(latest) <= still && !now.Before(from)
	}
	send := func(d time.Duration) {
		for end := now.Add(d); now.Before(end); now = now.Add(40 * ms) {
			a.Packet(now, still, alone)
		}
	}
	if flows() || a.Steady(now, still) {
		t.Error("flows before anything came")
	}
	a.Packet(now, still, alone)
	if !flows() || a.Steady(now, still) {
		t.Error("does not flow at the first packet, or steadily")
	}
	send(600 * ms)
	if !a.Steady(now, still) {
		t.Error("not steady after half a second")
	}
	now = now.Add(still + ms)
	if flows() || a.Steady(now, still) {
		t.Error("flows after a silence")
	}
	send(1900 * ms)
	if flows() {
		t.Error("flows again before the probation is over")
	}
	send(200 * ms)
	if !flows() {
		t.Error("does not flow after the probation")
	}
	// What we asked for is no stop of the publisher's.
	a.Pause()
	send(100 * ms) // on the way
	now = now.Add(10 * time.Second)
	a.Packet(now, still, alone)
	if !flows() {
		t.Error("does not flow when it comes back at our wish")
	}
	now = now.Add(time.Second)
	a.Packet(now, still, alone)
	if flows() {
		t.Error("one pause excuses two stops")
	}
	// Nor is what stops all layers.
	alone = false
	now = now.Add(time.Second)
	a.Packet(now, still, alone)
	if !flows() {
		t.Error("does not flow after an outage")
	}
}

func TestSilence(t *testing.T) {
	for _, test := range []struct {
		fps  int
		want time.Duration
	}{{0, 500 * ms}, {30, 500 * ms}, {5, 600 * ms}, {1, 3 * time.Second}} {
		if got := Silence(500*ms, test.fps); got != test.want {
			t.Errorf("%d pictures a second: %v, want %v", test.fps, got, test.want)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	c := newCamera(false)
	p := media(0, 0, 1, 1000)
	b.ReportAllocs()
	for b.Loop() {
		c.now = c.now.Add(3 * ms)
		c.m.Add(c.now, p)
	}
}
