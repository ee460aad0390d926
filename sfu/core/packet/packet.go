package packet

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
)

// SSRC names one RTP stream on the wire.
type SSRC uint32

// Seq is a sequence number unwrapped to 64 bits.
type Seq int64

// Timestamp is an RTP timestamp unwrapped to 64 bits, in ticks of the codec's clock.
type Timestamp int64

// Bitrate is in bit/s.
type Bitrate int64

// Layer is one encoding of a publication: spatial and temporal index from 0, none is -1.
type Layer struct{ Spatial, Temporal int8 }

// None is the layer of a slot that shows nothing.
var None = Layer{Spatial: -1, Temporal: -1}

// Silent is the audio level of silence, in -dBov (RFC 6464).
const Silent = 127

// Packet is one RTP packet of one layer as all its readers share it. It is immutable.
type Packet struct {
	Arrival time.Time
	// Feed counts the breaks in a layer's life: a new SSRC after a reload, the end of a
	// mute. Packets of different feeds share neither numbers nor clock.
	Feed        uint16
	Seq         Seq
	Timestamp   Timestamp
	Marker      bool
	Payload     []byte // without padding
	Stream      int8   // the encoding it belongs to, with numbers and a ring of its own
	Spatial     int8   // layer; of simulcast the same as Stream
	Temporal    int8   // layer, 0 where it is not known
	Descriptor  codec.Descriptor
	Dependency  *dependency.Descriptor // nil if the packet has none
	Rotation    uint8                  // header extension 3gpp:video-orientation as received
	HasRotation bool
	CaptureTime uint64 // header extension abs-capture-time on the server's timeline, NTP 32.32; 0 if absent
	Level       uint8  // -dBov, 127 is silent
	HasLevel    bool
	Voice       bool
	Overtaken   bool // a later one of its stream came out of the reader before it
}

// PaddingOnly reports whether p carries no media. Such packets are neither forwarded nor lost.
func (p *Packet) PaddingOnly() bool { return len(p.Payload) == 0 }
