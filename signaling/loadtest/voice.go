package loadtest

import (
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
)

// voice is a tone whose level changes.
type voice struct {
	tone  *client.Tone
	level atomic.Uint32
}

func newVoice(level uint8) *voice {
	v := &voice{tone: client.NewStampedTone(level)}
	v.level.Store(uint32(level))
	return v
}

// Next makes one packet.
func (v *voice) Next(now time.Time, key bool) ([]client.Frame, time.Duration) {
	frames, interval := v.tone.Next(now, key)
	for i := range frames {
		frames[i].Level = uint8(v.level.Load())
	}
	return frames, interval
}
