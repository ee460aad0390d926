package forward_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// origin is the truth about a packet, which only the publisher knows.
type origin struct {
	publication  uint32
	encoding     *encoding
	life         int // of the encoding: counts restarts
	frame        *truth
	part         int // of the frame
	picture      int64
	tl0, key     int64
	described    bool
	first, final bool // of the picture
}

// encoding is one stream of a simulated publisher.
type encoding struct {
	size      int // usual packets per frame
	seq       uint16
	timestamp uint32
	encoder   encoder
	origin    origin
	numbers   uint16    // of frames: where they begin
	top       int8      // highest spatial layer that is sent
	keyAt     time.Time // zero: no key frame is due
	started   bool
	reports   reporting
	reportAt  time.Time
	ntp       uint64 // of the publisher's clock at the simulation's start

	// What the server keeps.
	receiver    *loss.Receiver
	unwrap      packet.Unwrapper
	newest      packet.Seq
	timestamp64 packet.TimestampUnwrapper
	inForce     *dependency.Structure
	ring        *history.Ring
	origins     map[packet.Seq]*origin
}

type reporting uint8

const (
	honest reporting = iota
	missing
	garbage
)

// camera is a simulated publisher: streams with clocks and numbers of their own, or one microphone.
type camera struct {
	audio     bool
	kind      codec.Kind
	scalable  bool // one stream with several spatial layers
	mode      dependency.Mode
	spatial   int // layers
	temporal  int
	standard  bool // a standard structure rather than a ladder
	described bool // writes dependency descriptors …
	mute      bool // … but not at present
	steady    bool // changes nothing any more
	clock     int64
	rng       *rand.Rand
	number    uint32
	feed      uint16
	style     style
	streams   []*encoding
	muted     bool
	filtered  bool // packets pass loss.Receiver, as in the server
	deaf      float64
}

func newCamera(rng *rand.Rand, number uint32, audio bool) *camera {
	c := &camera{audio: audio, clock: 90000, rng: rng, number: number, filtered: rng.IntN(2) == 0, deaf: 0.3 * rng.Float64()}
	streams := 1
	if audio {
		c.clock, c.kind = 48000, []codec.Kind{codec.Opus, codec.RED}[rng.IntN(2)]
	} else {
		streams = c.dress()
	}
	for range streams {
		c.streams = append(c.streams, &encoding{})
	}
	c.restart(time.Time{})
	return c
}

// dress draws what the camera sends; it returns the number of streams.
func (c *camera) dress() int {
	rng := c.rng
	c.kind = []codec.Kind{codec.VP8, codec.H264, codec.VP9, codec.AV1}[rng.IntN(4)]
	c.spatial, c.temporal = 1+rng.IntN(3), 1+rng.IntN(3)
	c.mode = []dependency.Mode{dependency.Full, dependency.KeyOnly}[rng.IntN(2)]
	c.described = rng.IntN(2) == 0
	c.style = style{picture: true, long: rng.IntN(2) == 0, tid: true}
	switch c.kind {
	case codec.VP8:
		switch rng.IntN(6) {
		case 0:
			c.style = style{}
		case 1:
			c.style = style{picture: true}
		case 2:
			c.style = style{picture: true, long: true}
		default:
			c.style = style{picture: true, long: true, tl0: true, tid: true, keyIndex: rng.IntN(2) == 0}
		}
	case codec.Unknown, codec.Opus, codec.RED, codec.H264:
	case codec.VP9:
		c.scalable = rng.IntN(2) == 0
	case codec.AV1:
		c.scalable = rng.IntN(2) == 0
		c.described = c.described || c.scalable
	}
	if !c.described && !(c.kind == codec.VP8 || c.kind == codec.VP9) || c.kind == codec.VP8 && !c.style.tid && !c.described {
		c.temporal = 1
	}
	c.standard = c.described || c.scalable
	if c.scalable {
		return 1
	}
	return c.spatial
}

func (c *camera) newEncoder() encoder {
	if !c.standard {
		return &ladder{rng: c.rng, up: c.kind == codec.VP9, layers: int8(c.temporal), latest: [3]int64{-1, -1, -1}}
	}
	spatial := 1
	if c.scalable {
		spatial = c.spatial
	}
	return &patterned{pattern: dependency.NewPattern(c.mode, spatial, c.temporal)}
}

// restart gives every stream new numbers and a new clock, as a reload of the page does.
func (c *camera) restart(now time.Time) {
	c.feed++
	ntp := c.rng.Uint64() >> 1
	for i, e := range c.streams {
		life := e.origin.life + 1
		*e = encoding{
			size:      1 + 3*i,
			seq:       nearWrap(c.rng, 16, 300),
			timestamp: uint32(c.rng.Uint64()),
			ntp:       ntp,
			receiver:  loss.NewReceiver(uint32(c.clock)),
			keyAt:     now,
			encoder:   c.newEncoder(),
			numbers:   nearWrap(c.rng, 16, 200),
			top:       int8(c.spatial),
			ring:      history.NewRing(256),
			origins:   map[packet.Seq]*origin{},
		}
		if c.rng.IntN(2) == 0 {
			e.timestamp = -uint32(c.rng.IntN(90000 * 20)) // wraps within 20 s
		}
		e.origin = origin{
			publication: c.number,
			encoding:    e,
			life:        life,
			picture:     int64(nearWrap(c.rng, 15, 100)),
			tl0:         int64(nearWrap(c.rng, 8, 10)),
			key:         int64(c.rng.IntN(32)),
		}
		if !c.style.long {
			e.origin.picture &= 0x7f
		}
		switch c.rng.IntN(5) {
		case 0:
			e.reports = missing
		case 1:
			e.reports = garbage
		}
	}
}

// nearWrap returns a number near its wrap half of the time.
func nearWrap(rng *rand.Rand, bits, near int) uint16 {
	if rng.IntN(2) == 0 {
		return uint16((1 << bits) - 1 - rng.IntN(near))
	}
	return uint16(rng.IntN(1 << bits))
}

// ask is a PLI: it gives key frames on all streams after a while, or is lost.
func (c *camera) ask(now time.Time) {
	if c.rng.Float64() < c.deaf {
		return
	}
	for _, e := range c.streams {
		if c.rng.IntN(8) != 0 && e.keyAt.IsZero() {
			e.keyAt = now.Add(time.Duration(c.rng.IntN(150)) * time.Millisecond)
		}
	}
}

// flight is a packet on its way: its numbers are still those of the wire.
type flight struct {
	at         time.Time
	camera     *camera
	encoding   *encoding
	receiver   *loss.Receiver // of its feed
	seq        uint16
	timestamp  uint32
	descriptor []byte // dependency descriptor
	packet     packet.Packet
	recovered  bool // it is a retransmission
	origin     *origin
}

// frame produces one picture of each stream.
func (c *camera) frame(now, start time.Time) []*flight {
	if c.muted {
		return nil
	}
	if c.audio {
		return c.sound(now, start)
	}
	var out []*flight
	for i, e := range c.streams {
		timestamp := e.timestamp + uint32(packet.Ticks(now.Sub(start), c.clock))
		out = append(out, c.picture(e, int8(i), now, timestamp)...)
		for c.rng.IntN(20) == 0 {
			out = append(out, c.send(e, packet.Packet{Feed: c.feed, Stream: int8(i), Spatial: int8(i)}, timestamp))
		}
		c.jump(e)
	}
	return out
}

// jump leaves numbers out now and then. Without a loss.Receiver a number is read as the nearest one, so that half of
// the cycle ahead would be behind all that came, and for ever.
func (c *camera) jump(e *encoding) {
	if c.rng.IntN(2000) != 0 {
		return
	}
	most := uint16(1 << 15)
	if !c.filtered {
		most = 1 << 13
	}
	e.seq += min(64<<c.rng.IntN(10), most)
}

func (c *camera) picture(e *encoding, stream int8, now time.Time, timestamp uint32) (out []*flight) {
	key := !e.started || !e.keyAt.IsZero() && !now.Before(e.keyAt)
	if key {
		e.started, e.keyAt = true, time.Time{}
		e.origin.key++
	}
	if key && !c.steady && c.rng.IntN(3) == 0 {
		c.mute = c.described && c.kind != codec.AV1 && c.rng.IntN(3) == 0
		if e.top = int8(c.spatial); c.scalable && c.described {
			e.top = int8(c.rng.IntN(c.spatial))
		}
	}
	frames := e.encoder.next(key)
	e.origin.picture++
	if frames[0].temporal == 0 {
		e.origin.tl0++
	}
	for i := range frames {
		if frames[i].spatial > e.top {
			frames = frames[:i] // not sent at present
			break
		}
	}
	for i, f := range frames {
		f.picture, f.top = e.origin.picture, i == len(frames)-1
		f.packets = 1 + c.rng.IntN(2*e.size)
		if c.rng.IntN(300) == 0 {
			f.packets = 1 + c.rng.IntN(200)
		}
		e.origin.frame, e.origin.described = f, c.described && !c.mute
		for n := range f.packets {
			e.origin.part = n
			first, last := n == 0, n == f.packets-1
			e.origin.first, e.origin.final = i == 0 && first, f.top && last
			p := packet.Packet{Feed: c.feed, Stream: stream, Spatial: stream, Marker: f.top && last}
			p.Payload = payload(c.kind, c.style, &e.origin, first, last)
			p.Descriptor, _ = codec.Parse(c.kind, p.Payload)
			fl := c.send(e, p, timestamp)
			if e.origin.described {
				fl.descriptor = c.describe(e, f, first, last)
			}
			out = append(out, fl)
		}
	}
	return out
}

// describe writes the dependency descriptor of a packet.
func (c *camera) describe(e *encoding, f *truth, first, last bool) []byte {
	w := f.wire
	s := e.encoder.(*patterned).pattern.Structure()
	w.Number += e.numbers
	w.First, w.Last, w.Attach = first, last, w.Attach && first
	if int(e.top) < c.spatial-1 && c.scalable {
		w.HasActive, w.Active = first, s.Within(e.top, 7)
	}
	return s.Append(nil, w)
}

// sound produces one packet of a microphone, none while it is silent.
func (c *camera) sound(now, start time.Time) []*flight {
	e := c.streams[0]
	if !e.keyAt.IsZero() && now.Before(e.keyAt) {
		return nil // DTX
	}
	if c.rng.IntN(200) == 0 {
		e.keyAt = now.Add(time.Duration(c.rng.IntN(3000)) * time.Millisecond)
	}
	c.jump(e)
	e.origin.picture++
	e.origin.frame = &truth{id: e.origin.picture, picture: e.origin.picture, key: true, top: true, packets: 1}
	p := packet.Packet{Feed: c.feed, Payload: []byte{0xf8, byte(e.origin.picture), byte(e.origin.picture >> 8)}}
	if c.kind == codec.RED {
		p.Payload = codec.AppendRED(nil, 111, []codec.Block{{Offset: 960, Data: []byte{0xf8, 0}}}, p.Payload)
	}
	p.Descriptor, _ = codec.Parse(c.kind, p.Payload)
	return []*flight{c.send(e, p, e.timestamp+uint32(packet.Ticks(now.Sub(start), c.clock)))}
}

func (c *camera) send(e *encoding, p packet.Packet, timestamp uint32) *flight {
	o := e.origin
	f := &flight{camera: c, encoding: e, receiver: e.receiver, seq: e.seq, timestamp: timestamp, packet: p, origin: &o}
	e.seq++
	return f
}

// report returns a stream's sender report, if one is due.
func (c *camera) report(e *encoding, now, start time.Time) (ntp uint64, rtp uint32, ok bool) {
	if now.Before(e.reportAt) || e.reports == missing || c.muted {
		return 0, 0, false
	}
	e.reportAt = now.Add(time.Duration(200+c.rng.IntN(1000)) * time.Millisecond)
	since := now.Sub(start)
	ntp = e.ntp + uint64(packet.Ticks(since, 1<<32))
	rtp = e.timestamp + uint32(packet.Ticks(since, c.clock))
	if e.reports == garbage {
		rtp = uint32(c.rng.Uint64())
	}
	return ntp, rtp, true
}

// describes says in words what the camera sends.
func (c *camera) describes() string {
	if c.scalable {
		return fmt.Sprintf("%v L%dT%d mode %d, described %v", c.kind, c.spatial, c.temporal, c.mode, c.described)
	}
	return fmt.Sprintf("%v %d streams, T%d, described %v", c.kind, c.spatial, c.temporal, c.described)
}
