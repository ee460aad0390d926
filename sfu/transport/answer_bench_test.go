package transport

import (
	"strconv"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
)

// BenchmarkAnswer reports the bytes of the answer to the pool of a page: 4 voices, 9 tiles, and 2 screens with sound.
func BenchmarkAnswer(b *testing.B) {
	var bytes int
	for b.Loop() {
		c := newClient(b)
		var slots []sfu.SlotSpec
		add := func(n int, kind webrtc.RTPCodecType, slot sfu.SlotKind, codecs ...string) {
			for range n {
				c.add(kind, webrtc.RTPTransceiverDirectionRecvonly, codecs...)
				slots = append(slots, sfu.SlotSpec{MID: strconv.Itoa(len(slots)), Kind: slot})
			}
		}
		add(4, webrtc.RTPCodecTypeAudio, sfu.AudioSlot)
		add(9, webrtc.RTPCodecTypeVideo, sfu.VideoSlot, vp8, vp9, h264, av1)
		add(2, webrtc.RTPCodecTypeVideo, sfu.ScreenSlot, vp8, vp9, h264, av1)
		add(1, webrtc.RTPCodecTypeAudio, sfu.ScreenAudioSlot)
		down, err := newTransport(b).NewDownstream(&egressRecorder{})
		if err != nil {
			b.Fatal(err)
		}
		c.exchange(func(offer string) (string, error) {
			answer, err := down.Answer(offer, slots)
			bytes = len(answer)
			return answer, err
		})
		down.Close()
	}
	b.ReportMetric(float64(bytes), "bytes/answer")
}
