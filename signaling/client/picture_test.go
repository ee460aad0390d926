package client

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// unpacked is a frame as decoders get it: without descriptors, or as NAL units behind start codes.
func unpacked(codec message.Codec, payloads [][]byte) []byte {
	var whole []byte
	start := []byte{0, 0, 0, 1}
	for _, p := range payloads {
		switch {
		case codec == message.VP8:
			whole = append(whole, p[vp8Descriptor:]...)
		case p[0] == rtpStapA:
			for rest := p[1:]; len(rest) > 0; {
				n := int(binary.BigEndian.Uint16(rest))
				whole = append(append(whole, start...), rest[2:2+n]...)
				rest = rest[2+n:]
			}
		case p[0] == rtpFuA:
			if p[1]&0x80 != 0 {
				whole = append(append(whole, start...), p[0]&0x60|p[1]&0x1f)
			}
			whole = append(whole, p[2:]...)
		default:
			whole = append(append(whole, start...), p...)
		}
	}
	return whole
}

// The checksums are of pictures that libvpx and ffmpeg have decoded without complaint, and to the same grey. Whoever
// changes them has to let a decoder see them again.
func TestPicturesAreThoseThatDecodersTook(t *testing.T) {
	for _, c := range []struct {
		size                     Size
		vp8Key, vp8Same, h264Key uint32
	}{
		{Size{320, 180}, 0x428cc9da, 0x2578c342, 0x4b38bf08},
		{Size{1280, 720}, 0xb12b454c, 0xfe32d820, 0x9411ec9e},
		{Size{16, 16}, 0xe7fa68ab, 0x64f2a9d2, 0xca22ae63},
	} {
		grey := greyOf(c.size)
		picture := h264Picture{size: c.size}
		key := append(append(picture.sps(), picture.pps()...), picture.slice(nalIDR)...)
		got := [3]uint32{crc32.ChecksumIEEE(grey.key), crc32.ChecksumIEEE(grey.same), crc32.ChecksumIEEE(key)}
		if want := [3]uint32{c.vp8Key, c.vp8Same, c.h264Key}; got != want {
			t.Errorf("%v: %#08x, want %#08x", c.size, got, want)
		}
	}
}

func TestFramesHaveTheirRateAndRoomForStamps(t *testing.T) {
	for _, codec := range []message.Codec{message.VP8, message.H264} {
		t.Run(string(codec), func(t *testing.T) {
			const rate, fps, payload = 1_500_000, 30, 1070
			p := NewVideo(Video{
				Codec: codec, FPS: fps, Layers: []Layer{{Size: Size{1280, 720}, Bitrate: rate}}, Vary: 0.25, KeyFrame: 4,
				Payload: payload, Stamped: true,
			})
			sum := 0
			now := time.Unix(1000, 5000)
			for n := range 301 {
				frames, _ := p.Next(now, n == 150)
				f := frames[0]
				before := unpacked(codec, f.Payloads)
				for i, b := range f.Payloads {
					if len(b) > payload {
						t.Errorf("frame %d: payload %d has %d bytes", n, i, len(b))
					}
					if i >= len(f.Payloads)-f.Stamped {
						writeStamp(b, 2, now)
						if s, ok := ReadStamp(b); !ok || !s.Here || s.Layer != 2 || !s.Sent.Equal(now) {
							t.Fatalf("frame %d: payload %d is stamped %+v, %v", n, i, s, ok)
						}
					}
					if n > 0 && n != 150 {
						sum += len(b)
					}
				}
				if f.Stamped == 0 {
					t.Errorf("frame %d has no room for a stamp", n)
				}
				if key := BeginsKeyFrame(map[message.Codec]uint8{message.VP8: vp8Type, message.H264: h264Type}[codec], f.Payloads[0]); key != (n == 0 || n == 150) {
					t.Errorf("frame %d: key frame %v", n, key)
				}
				// What decoders read of a frame is what was there before the stamps.
				if after := unpacked(codec, f.Payloads); !bytes.Equal(pictureOf(codec, before, n == 0 || n == 150), pictureOf(codec, after, n == 0 || n == 150)) {
					t.Errorf("frame %d: a stamp lies in the picture", n)
				}
			}
			if got := float64(sum) * 8 / (299.0 / fps); got < 0.95*rate || got > 1.05*rate {
				t.Errorf("%.0f bit/s, want %d", got, rate)
			}
		})
	}
}

// pictureOf is the part of a frame that decoders read.
func pictureOf(codec message.Codec, frame []byte, key bool) []byte {
	if codec == message.VP8 {
		grey := greyOf(Size{1280, 720})
		if key {
			return frame[:len(grey.key)]
		}
		return frame[:len(grey.same)]
	}
	var picture []byte
	for _, unit := range bytes.Split(frame, []byte{0, 0, 0, 1}) {
		if len(unit) > 0 && unit[0] != nalFiller {
			picture = append(picture, unit...)
		}
	}
	return picture
}

func TestStampsAreFoundWhereTheyAreAlone(t *testing.T) {
	for name, payload := range map[string][]byte{"nothing": nil, "short": make([]byte, stampSize-1), "no stamp": make([]byte, 100)} {
		if _, ok := ReadStamp(payload); ok {
			t.Errorf("%s: a stamp was found", name)
		}
	}
	short := make([]byte, 3)
	writeStamp(short, 0, time.Unix(1, 0))
	if !bytes.Equal(short, make([]byte, 3)) {
		t.Error("a stamp was written where there is no room")
	}
	p := make([]byte, 40)
	writeStamp(p, 1, time.Unix(1, 0))
	p[len(p)-stampSize+4] ^= 1 // another machine
	if s, ok := ReadStamp(p); !ok || s.Here {
		t.Errorf("%+v, %v", s, ok)
	}
}

func TestSoundIsSilenceOfTheLengthOfAVoice(t *testing.T) {
	tone := NewStampedTone(30)
	frames, _ := tone.Next(time.Time{}, false)
	p := frames[0].Payloads[0]
	// Code 3, one frame, padded: what is left behind header and padding is the frame.
	if p[0]&3 != 3 || p[1] != 0x41 || len(p)-3-int(p[2]) != 2 || int(p[2]) < stampSize {
		t.Errorf("% x", p[:8])
	}
}

func TestH264KeyFramesAreTold(t *testing.T) {
	for _, c := range []struct {
		name string
		p    []byte
		key  bool
	}{
		{"parameter sets", stapA([]byte{nalSPS, 1}, []byte{nalPPS, 1}), true},
		{"IDR", []byte{nalIDR, 1, 2, 3}, true},
		{"beginning of an IDR", []byte{rtpFuA, 0x85, 1, 2}, true},
		{"rest of an IDR", []byte{rtpFuA, 0x05, 1, 2}, false},
		{"slice", []byte{nalSlice, 1, 2, 3}, false},
		{"slice and filler", stapA([]byte{nalSlice, 1}, fillerNAL(4)), false},
		{"nothing", nil, false},
	} {
		if BeginsKeyFrame(h264Type, c.p) != c.key {
			t.Errorf("%s: %v", c.name, !c.key)
		}
	}
}
