package scenario

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Encoding is one simulcast layer that a camera offers.
type Encoding struct {
	Height int
	Rate   packet.Bitrate // of the payload
}

// Usual is what the web client asks of a camera.
var Usual = []Encoding{{180, 150_000}, {360, 500_000}, {720, 1_700_000}}

const (
	frameRate   = 30
	keyFactor   = 4                     // a key frame is so many times an ordinary one
	payOff      = 5                     // of an ordinary frame, that much less until a key frame is paid for
	unevenness  = 0.2                   // frames differ by so much
	mostBytes   = 1150                  // in a payload
	keyFrameIn  = 50 * time.Millisecond // the round trip to the publisher, and its encoder
	ringSize    = 1024
	clockRate   = 90000
	reportEvery = time.Second // sender reports
	firstKey    = 10          // bytes: frame tag, start code and size (RFC 6386 §9.1)
)

// Camera publishes VP8 simulcast. It is at the server: its packets arrive as it makes them.
type Camera struct {
	world     *World
	number    uint32
	random    *rand.Rand
	encodings []*encoding
	slots     []*slot
	stopped   bool
}

type encoding struct {
	Encoding
	// rate is what the encoder aims for at each frame.
	rate    func() packet.Bitrate
	ring    *history.Ring
	seq     packet.Seq
	picture uint16
	tl0     uint8
	keys    uint8
	debt    float64 // bytes
	keyDue  time.Time
	sent    [30]int // bytes of the latest frames
	frame   int
}

// NewCamera begins to publish.
func (w *World) NewCamera(number uint32, offered ...Encoding) *Camera {
	c := &Camera{world: w, number: number, random: rand.New(rand.NewPCG(w.seed, uint64(number)))} //nolint:gosec // a simulation is to be repeatable
	for _, o := range offered {
		rate := o.Rate
		c.encodings = append(c.encodings, &encoding{
			Encoding: o, rate: func() packet.Bitrate { return rate }, ring: history.NewRing(ringSize),
			seq: 1 << 16, keyDue: w.Now(),
		})
	}
	w.Every(reportEvery, func() {
		for _, s := range c.slots {
			c.report(s)
		}
	})
	// Cameras do not tick together.
	w.After(time.Duration(c.random.Int64N(int64(time.Second/frameRate))), c.tick)
	return c
}

// Stop mutes the camera, Start goes on with a key frame.
func (c *Camera) Stop() { c.stopped = true }

// Start ends a Stop.
func (c *Camera) Start() {
	c.stopped = false
	for _, e := range c.encodings {
		e.keyDue = c.world.Now()
	}
}

// KeyFrame is a request, answered with the next frame after a round trip.
func (c *Camera) KeyFrame(stream int8) {
	e := c.encodings[max(0, int(stream))]
	if e.keyDue.IsZero() {
		e.keyDue = c.world.Now().Add(keyFrameIn)
	}
}

func (c *Camera) tick() {
	c.world.After(time.Second/frameRate, c.tick)
	if c.stopped {
		return
	}
	for i, e := range c.encodings {
		c.encode(int8(i), e) //nolint:gosec // a handful
	}
}

// encode makes one frame and shows its packets to every slot.
func (c *Camera) encode(stream int8, e *encoding) {
	usual := float64(e.rate()) / 8 / frameRate
	size := usual * (1 + unevenness*(2*c.random.Float64()-1))
	key := !e.keyDue.IsZero() && !e.keyDue.After(c.world.Now())
	if key {
		e.keyDue = time.Time{}
		e.keys++
		size *= keyFactor
		e.debt += size - usual
	} else if e.debt > 0 {
		paid := min(e.debt, usual/payOff)
		e.debt -= paid
		size -= paid
	}
	e.picture++
	e.tl0++
	e.frame++
	e.sent[e.frame%len(e.sent)] = int(size)
	parts := max(1, (int(size)+mostBytes-1)/mostBytes)
	part := max(int(size)/parts, firstKey+codec.MaxVP8Descriptor+1)
	for i := range parts {
		p := &packet.Packet{
			Arrival: c.world.Now(), Feed: 1, Seq: e.seq, Timestamp: packet.Timestamp(packet.Ticks(c.world.Since(), clockRate)),
			Marker: i == parts-1, Payload: e.payload(part, i == 0, key), Stream: stream, Spatial: stream,
		}
		p.Descriptor, _ = codec.Parse(codec.VP8, p.Payload) // our own bytes parse
		e.seq++
		e.ring.Put(p)
		for _, s := range c.slots {
			s.offer(p)
		}
	}
}

// report tells a slot what the layers' clocks show now.
func (c *Camera) report(s *slot) {
	since := c.world.Since()
	ntp := uint64(since.Seconds() * (1 << 32)) //nolint:gosec // minutes
	for i := range c.encodings {
		s.forward.SenderReport(c.number, int8(i), ntp, uint32(packet.Ticks(since, clockRate)), c.world.Now()) //nolint:gosec // a handful
	}
}

// payload is a VP8 payload with all of its descriptor (RFC 7741 §4.2).
func (e *encoding) payload(size int, start, key bool) []byte {
	b := make([]byte, size)
	b[0], b[1] = 0x80, 0xf0
	if start {
		b[0] |= 0x10
	}
	binary.BigEndian.PutUint16(b[2:], e.picture|0x8000)
	b[4], b[5] = e.tl0, e.keys&0x1f
	b[6] = 1
	if start && key {
		b[6] = 0
		copy(b[9:], []byte{0x9d, 0x01, 0x2a})
		binary.LittleEndian.PutUint16(b[12:], uint16(e.Height*16/9)) //nolint:gosec // pixels
		binary.LittleEndian.PutUint16(b[14:], uint16(e.Height))      //nolint:gosec // pixels
	}
	return b
}

// measured is what a layer costs on the wire, over the last second.
func (e *encoding) measured() packet.Bitrate {
	bytes, frames := 0, min(e.frame, len(e.sent))
	for _, size := range e.sent {
		bytes += size + overhead*max(1, (size+mostBytes-1)/mostBytes)
	}
	if frames == 0 {
		return e.Rate
	}
	return packet.Bitrate(bytes * 8 * frameRate / frames)
}

// source is the camera as a slot's forwarder sees it.
func (c *Camera) source() forward.Source {
	return forward.Source{
		Publication: c.number, Clock: clockRate, Codec: codec.VP8, Layers: int8(len(c.encodings)), //nolint:gosec // a handful
		Live: uint8(1<<len(c.encodings) - 1), //nolint:gosec // a handful
	}
}
