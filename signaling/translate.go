package signaling

import (
	"maps"
	"math/bits"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/message"
)

// The words of the media server in the words of the wire, and back.

var sourcesOut = map[sfu.Source]message.Source{
	sfu.Camera: message.Camera, sfu.Microphone: message.Microphone,
	sfu.Screen: message.Screen, sfu.ScreenAudio: message.ScreenAudio,
}

var sourcesIn = map[message.Source]sfu.Source{
	message.Camera: sfu.Camera, message.Microphone: sfu.Microphone,
	message.Screen: sfu.Screen, message.ScreenAudio: sfu.ScreenAudio,
}

var kindsIn = map[message.SlotKind]sfu.SlotKind{
	message.AudioSlot: sfu.AudioSlot, message.VideoSlot: sfu.VideoSlot,
	message.ScreenSlot: sfu.ScreenSlot, message.ScreenAudioSlot: sfu.ScreenAudioSlot,
}

func slotsAssigned(e sfu.SlotsAssigned) message.SlotsAssigned {
	out := message.SlotsAssigned{Version: e.Version, Slots: make([]message.SlotAssignment, len(e.Slots))}
	for i, a := range e.Slots {
		out.Slots[i] = message.SlotAssignment{MID: a.MID, Number: a.Number}
		if a.Number != 0 {
			out.Slots[i].Participant, out.Slots[i].Source = a.Participant, sourcesOut[a.Source]
		}
	}
	return out
}

var codecsOut = map[string]message.Codec{
	"VP8": message.VP8, "H264": message.H264, "VP9": message.VP9, "AV1": message.AV1,
}

func layersWanted(e sfu.LayersWanted) message.LayersWanted {
	out := message.LayersWanted{
		Source: sourcesOut[e.Source], Codec: codecsOut[e.Codec.String()], Layers: make([]bool, bits.Len8(e.Layers)),
	}
	for i := range out.Layers {
		out.Layers[i] = e.Layers&(1<<i) != 0
	}
	return out
}

func slotsClock(e sfu.SlotsClocked) message.SlotsClock {
	out := message.SlotsClock{Clocks: make([]message.SlotClock, len(e.Clocks))}
	for i, c := range e.Clocks {
		out.Clocks[i] = message.SlotClock{MID: c.MID, NTP: unixMilliseconds(c.NTP), RTP: c.RTP}
	}
	return out
}

// unixMilliseconds turns 32.32 bit seconds since 1900 into milliseconds since 1970, rounded to microseconds. The seconds
// begin again at 0 in February 2036 (RFC 5905 §6).
func unixMilliseconds(ntp uint64) float64 {
	const from1900to1970 = 2208988800
	seconds := int64(ntp>>32) - from1900to1970
	if seconds < 0 {
		seconds += 1 << 32
	}
	microseconds := (ntp&0xffffffff*1e6 + 1<<31) >> 32
	return float64(seconds*1e6+int64(microseconds)) / 1e3
}

func qualityChanged(e sfu.QualityChanged) message.QualityChanged {
	out := message.QualityChanged{
		Up: e.Up, Down: e.Down, Estimate: e.Estimate, Slots: make([]message.SlotQuality, len(e.Slots)),
		Others: map[string]int{},
	}
	for i, q := range e.Slots {
		out.Slots[i] = message.SlotQuality(q)
	}
	maps.Copy(out.Others, e.Others)
	return out
}
