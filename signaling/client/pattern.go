package client

import (
	"math/rand/v2"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// payloadSize is the largest payload of the synthetic feeds: with headers, SRTP tag and IP it fits every path.
const payloadSize = 1100

// Size of a picture.
type Size struct{ Width, Height int }

// Layer is one encoding of a Video.
type Layer struct {
	Size Size
	// Bitrate in bit/s; 0 is a tenth of a bit for each pixel.
	Bitrate int
}

// Video says what a Pattern sends.
type Video struct {
	// Codec is VP8 if left out, or H264.
	Codec message.Codec
	FPS   int
	// Layers, smallest first.
	Layers []Layer
	// Payload is the largest payload in bytes; 0 is 1100.
	Payload int
	// Vary is the share by which frames differ in size, as those of encoders do: 0.25 is up to a quarter more or less.
	Vary float64
	// KeyFrame is how many times the size of another frame a key frame has; 0 is 2.
	KeyFrame int
	// Seed of the frames' sizes.
	Seed uint64
	// Stamped puts a Stamp into each payload.
	Stamped bool
}

// Pattern is a Feed of grey frames that decoders take, filled up to the size of a real camera's. Servers and tests can
// tell layers apart by the size in the key frames.
type Pattern struct {
	video    Video
	interval time.Duration
	ticks    uint32 // per frame
	frame    uint32
	dice     *rand.Rand
	layers   []patternLayer
}

type patternLayer struct {
	size    Size
	bytes   int // of a frame between key frames
	h264    h264Picture
	picture uint16
	tl0     uint8
	key     uint8
}

// NewPattern makes a feed of fps frames a second in the given sizes, smallest first. Each pixel costs about a
// tenth of a bit, a third of a good encoder's rate.
func NewPattern(fps int, sizes ...Size) *Pattern {
	v := Video{FPS: fps}
	for _, s := range sizes {
		v.Layers = append(v.Layers, Layer{Size: s})
	}
	return NewVideo(v)
}

// NewVideo makes a feed as it is described.
func NewVideo(v Video) *Pattern {
	if v.Payload == 0 {
		v.Payload = payloadSize
	}
	if v.KeyFrame == 0 {
		v.KeyFrame = 2
	}
	p := &Pattern{
		video: v, interval: time.Second / time.Duration(v.FPS), ticks: uint32(90000 / v.FPS),
		dice: rand.New(rand.NewPCG(v.Seed, 0)), //nolint:gosec // sizes of frames are no secret
	}
	for i, l := range v.Layers {
		bytes := l.Size.Width * l.Size.Height / 80
		if l.Bitrate > 0 {
			bytes = l.Bitrate / 8 / v.FPS
		}
		p.layers = append(p.layers, patternLayer{
			size: l.Size, bytes: max(100, bytes), h264: h264Picture{size: l.Size},
			// Each layer counts from elsewhere, as encoders do.
			picture: uint16(7919 * (i + 1)), tl0: uint8(61 * (i + 1)), key: uint8(3 * i),
		})
	}
	return p
}

// Next makes one frame of each layer. The first is a key frame.
func (p *Pattern) Next(_ time.Time, keyFrame bool) ([]Frame, time.Duration) {
	keyFrame = keyFrame || p.frame == 0
	vary := 1 + p.video.Vary*(2*p.dice.Float64()-1)
	frames := make([]Frame, len(p.layers))
	for i := range p.layers {
		f := Frame{Layer: i, Timestamp: p.frame * p.ticks}
		var picture int
		f.Payloads, picture = p.layers[i].next(keyFrame, vary, p.video)
		if p.video.Stamped {
			f.Stamped = len(f.Payloads) - picture
		}
		frames[i] = f
	}
	p.frame++
	return frames, p.interval
}

// next gives the payloads of the next frame, and how many of them have no room for a stamp.
func (l *patternLayer) next(key bool, vary float64, video Video) (payloads [][]byte, picture int) {
	n := int(float64(l.bytes) * vary)
	if key {
		n *= video.KeyFrame
	}
	if video.Codec == message.H264 {
		return l.h264.next(key, n, video.Payload)
	}
	l.picture = (l.picture + 1) & 0x7fff
	l.tl0++
	grey := greyOf(l.size)
	frame := grey.same
	if key {
		l.key = (l.key + 1) & 0x1f
		frame = grey.key
	}
	picture = len(frame)
	frame = append(make([]byte, 0, max(n, len(frame))), frame...)
	frame = frame[:cap(frame)]
	v := VP8{PictureID: l.picture, TL0: l.tl0, KeyIndex: l.key}
	payloads = vp8Payloads(v, frame, video.Payload)
	return payloads, withPicture(payloads, picture)
}

// withPicture counts the payloads whose end belongs to the first n bytes of the frame: a stamp would spoil the picture.
func withPicture(payloads [][]byte, n int) (count int) {
	for _, p := range payloads {
		if n <= 0 || len(p)-vp8Descriptor-stampSize >= n {
			return count
		}
		n -= len(p) - vp8Descriptor
		count++
	}
	return count
}

// Tone is a Feed of Opus packets of 20 ms with a chosen loudness.
type Tone struct {
	level   uint8
	frame   uint32
	stamped bool
}

// NewTone makes a feed with a level in -dBov: 20 is a loud voice, 127 is silence.
func NewTone(level uint8) *Tone { return &Tone{level: level} }

// NewStampedTone is NewTone with a Stamp in each payload.
func NewStampedTone(level uint8) *Tone { return &Tone{level: level, stamped: true} }

// opusSilence is a packet of 20 ms (CELT, fullband, mono), of a length that voices have: one frame of two bytes that
// decoders take for silence, and padding (RFC 6716 §3.2.5).
var opusSilence = [60]byte{0xfb, 0x41, 60 - 5, 0xff, 0xfe}

// Next makes one packet.
func (t *Tone) Next(time.Time, bool) ([]Frame, time.Duration) {
	p := opusSilence
	f := Frame{Timestamp: t.frame * 960, Payloads: [][]byte{p[:]}, Level: t.level}
	if t.stamped {
		f.Stamped = 1
	}
	t.frame++
	return []Frame{f}, 20 * time.Millisecond
}
