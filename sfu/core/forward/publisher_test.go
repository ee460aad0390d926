package forward_test

import (
	"math/rand/v2"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// origin is the truth about a packet, which only the publisher knows.
type origin struct {
	publication uint32
	frame       int64 // counts through the layer's life
	picture     int64
	tl0, key    int64
}

// style is what a publisher writes into its VP8 descriptors.
type style struct{ picture, long, tl0, tid, keyIndex bool }

// encoding is one layer of a simulated publisher.
type encoding struct {
	size      int // usual packets per frame
	seq       uint16
	timestamp uint32
	origin    origin
	keyAt     time.Time // zero: no key frame is due
	started   bool
	reports   reporting
	reportAt  time.Time
	ntp       uint64 // of the publisher's clock at the simulation's start

	receiver    *loss.Receiver
	unwrap      packet.Unwrapper
	timestamp64 packet.TimestampUnwrapper
}

type reporting uint8

const (
	honest reporting = iota
	missing
	garbage
)

// camera is a simulated publisher: simulcast layers with clocks and numbers of their own,
// or one microphone.
type camera struct {
	audio    bool
	clock    int64
	rng      *rand.Rand
	number   uint32
	feed     uint16
	style    style
	layers   []*encoding
	muted    bool
	filtered bool // packets pass loss.Receiver, as in the server
	deaf     float64
}

func newCamera(rng *rand.Rand, number uint32, audio bool) *camera {
	c := &camera{audio: audio, clock: 90000, rng: rng, number: number, filtered: rng.IntN(2) == 0, deaf: 0.3 * rng.Float64()}
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
	layers := 1 + rng.IntN(3)
	if audio {
		c.clock, layers = 48000, 1
	}
	for range layers {
		c.layers = append(c.layers, &encoding{})
	}
	c.restart(time.Time{})
	return c
}

// restart gives every layer new numbers and a new clock, as a reload of the page does.
func (c *camera) restart(now time.Time) {
	c.feed++
	ntp := c.rng.Uint64() >> 1
	for i, e := range c.layers {
		*e = encoding{
			size:      1 + 3*i,
			seq:       nearWrap(c.rng, 16, 300),
			timestamp: uint32(c.rng.Uint64()),
			ntp:       ntp,
			receiver:  loss.NewReceiver(uint32(c.clock)),
			keyAt:     now,
		}
		if c.rng.IntN(2) == 0 {
			e.timestamp = -uint32(c.rng.IntN(90000 * 20)) // wraps within 20 s
		}
		e.origin = origin{
			publication: c.number,
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

// ask is a PLI: it gives key frames on all layers after a while, or is lost.
func (c *camera) ask(now time.Time) {
	if c.rng.Float64() < c.deaf {
		return
	}
	for _, e := range c.layers {
		if c.rng.IntN(8) != 0 && e.keyAt.IsZero() {
			e.keyAt = now.Add(time.Duration(c.rng.IntN(150)) * time.Millisecond)
		}
	}
}

// flight is a packet on its way: its numbers are still those of the wire.
type flight struct {
	at        time.Time
	camera    *camera
	encoding  *encoding
	receiver  *loss.Receiver // of its feed
	seq       uint16
	timestamp uint32
	packet    packet.Packet
	origin    origin
}

// frame produces one frame of each layer.
func (c *camera) frame(now, start time.Time) []flight {
	if c.muted {
		return nil
	}
	if c.audio {
		return c.sound(now, start)
	}
	var out []flight
	for i, e := range c.layers {
		elapsed := packet.Ticks(now.Sub(start), c.clock)
		key := !e.started || !e.keyAt.IsZero() && !now.Before(e.keyAt)
		if key {
			e.started, e.keyAt = true, time.Time{}
			e.origin.key++
		}
		tid := []uint8{0, 2, 1, 2}[e.origin.frame%4]
		if key || tid == 0 {
			tid = 0
			e.origin.tl0++
		}
		e.origin.frame++
		e.origin.picture++

		count := 1 + c.rng.IntN(2*e.size)
		if c.rng.IntN(300) == 0 {
			count = 1 + c.rng.IntN(200)
		}
		for n := range count {
			p := packet.Packet{Feed: c.feed, Stream: int8(i), Spatial: int8(i), Marker: n == count-1}
			p.Payload = c.payload(e.origin, key, n == 0, tid)
			p.Descriptor, _ = codec.Parse(codec.VP8, p.Payload)
			out = append(out, c.send(e, p, e.timestamp+uint32(elapsed)))
		}
		for c.rng.IntN(20) == 0 {
			out = append(out, c.send(e, packet.Packet{Feed: c.feed, Stream: int8(i), Spatial: int8(i)}, e.timestamp+uint32(elapsed)))
		}
		if c.rng.IntN(2000) == 0 {
			e.seq += 64 << c.rng.IntN(10)
		}
	}
	return out
}

// sound produces one packet of a microphone, none while it is silent.
func (c *camera) sound(now, start time.Time) []flight {
	e := c.layers[0]
	if !e.keyAt.IsZero() && now.Before(e.keyAt) {
		return nil // DTX
	}
	if c.rng.IntN(200) == 0 {
		e.keyAt = now.Add(time.Duration(c.rng.IntN(3000)) * time.Millisecond)
	}
	if c.rng.IntN(2000) == 0 {
		e.seq += 64 << c.rng.IntN(10)
	}
	e.origin.frame++
	p := packet.Packet{Feed: c.feed, Payload: []byte{0xf8, byte(e.origin.frame), byte(e.origin.frame >> 8)}}
	p.Descriptor, _ = codec.Parse(codec.Opus, p.Payload)
	return []flight{c.send(e, p, e.timestamp+uint32(packet.Ticks(now.Sub(start), c.clock)))}
}

func (c *camera) send(e *encoding, p packet.Packet, timestamp uint32) flight {
	f := flight{camera: c, encoding: e, receiver: e.receiver, seq: e.seq, timestamp: timestamp, packet: p, origin: e.origin}
	e.seq++
	return f
}

func (c *camera) payload(o origin, key, start bool, tid uint8) []byte {
	first, flags := byte(0), byte(0)
	if start {
		first |= 0x10
	}
	var rest []byte
	if c.style.picture {
		flags |= 0x80
		if c.style.long {
			rest = append(rest, 0x80|byte(o.picture>>8), byte(o.picture))
		} else {
			rest = append(rest, byte(o.picture)&0x7f)
		}
	}
	if c.style.tl0 {
		flags |= 0x40
		rest = append(rest, byte(o.tl0))
	}
	if c.style.tid || c.style.keyIndex {
		b := byte(0)
		if c.style.tid {
			flags |= 0x20
			b |= tid << 6
		}
		if c.style.keyIndex {
			flags |= 0x10
			b |= byte(o.key) & 0x1f
		}
		rest = append(rest, b)
	}
	out := []byte{first}
	if flags != 0 {
		out = append([]byte{first | 0x80, flags}, rest...)
	}
	if key && start {
		return append(out, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, byte(o.frame))
	}
	return append(out, 0x11, byte(o.frame), byte(o.frame>>8))
}

// report returns a layer's sender report, if one is due.
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
