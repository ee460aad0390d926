package client

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// Frame is one encoded picture of one layer, or one audio packet.
type Frame struct {
	// Layer counts from 0, the smallest.
	Layer int
	// Timestamp in the codec's RTP clock, from any origin; the sender adds an offset of its own for each layer.
	Timestamp uint32
	// Payloads are RTP payloads in order, each short enough for a datagram. They are kept for resends: the feed must
	// not touch them again.
	Payloads [][]byte
	// Stamped is how many of the last payloads get a Stamp when they are sent: it is written over their ends, where no
	// decoder may look.
	Stamped int
	// Level of an audio frame in -dBov, 127 is silence.
	Level uint8
}

// Feed makes the frames of one source. Only the upstream's goroutine calls it, so it needs no lock.
type Feed interface {
	// Next returns the frames due at now and how long after them the next ones are due. keyFrame asks that the
	// video frames be key frames, in all layers.
	Next(now time.Time, keyFrame bool) (frames []Frame, interval time.Duration)
}

// Track is one source to publish.
type Track struct {
	Source message.Source
	Feed   Feed
	// Codec of a video source: VP8 if left out, or H264. The feed must speak it.
	Codec message.Codec
	// RIDs name the simulcast layers, smallest first. One layer or audio needs none.
	RIDs []string
	// SSRC of a track without RIDs; 0 picks a random one.
	SSRC uint32
	// Lose, if set, sees each packet before it is first sent; true keeps it from the wire, as a lossy network
	// would. Resends pass.
	Lose func(layer int, sequence uint16) bool
}

func (t Track) audio() bool {
	return t.Source == message.Microphone || t.Source == message.ScreenAudio
}

func (t Track) clock() uint32 {
	if t.audio() {
		return 48000
	}
	return 90000
}
