package client

import (
	"fmt"

	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/message"
)

// Payload types that this client offers. RTX of each video codec is one further.
const (
	opusType = 111
	vp8Type  = 96
	h264Type = 102
)

// videoCodecs in the order of the offer.
var videoCodecs = []webrtc.RTPCodecParameters{
	{PayloadType: vp8Type, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}},
	{PayloadType: h264Type, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: 90000,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
	}},
}

// repaired is the payload type of what a payload type of RTX repairs, 0 if it is none.
func repaired(rtx uint8) uint8 {
	for _, c := range videoCodecs {
		if uint8(c.PayloadType)+1 == rtx {
			return uint8(c.PayloadType)
		}
	}
	return 0
}

// mimeType of a track: Opus, or the codec that was asked for.
func (t Track) mimeType() string {
	switch {
	case t.audio():
		return webrtc.MimeTypeOpus
	case t.Codec == message.H264:
		return webrtc.MimeTypeH264
	default:
		return webrtc.MimeTypeVP8
	}
}

// registerCodecs makes an engine know Opus, and each video codec with its RTX.
func registerCodecs(e *webrtc.MediaEngine) error {
	transportCC := webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBTransportCC}
	opus := webrtc.RTPCodecParameters{
		PayloadType: opusType,
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			SDPFmtpLine: "minptime=10;useinbandfec=1", RTCPFeedback: []webrtc.RTCPFeedback{transportCC},
		},
	}
	if err := e.RegisterCodec(opus, webrtc.RTPCodecTypeAudio); err != nil {
		return fmt.Errorf("register codec: %w", err)
	}
	for _, video := range videoCodecs {
		video.RTCPFeedback = []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}, transportCC}
		repair := webrtc.RTPCodecParameters{
			PayloadType: video.PayloadType + 1,
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", video.PayloadType),
			},
		}
		for _, c := range []webrtc.RTPCodecParameters{video, repair} {
			if err := e.RegisterCodec(c, webrtc.RTPCodecTypeVideo); err != nil {
				return fmt.Errorf("register codec: %w", err)
			}
		}
	}
	return nil
}

// BeginsKeyFrame tells whether a payload of video is the first of a key frame. The payload type is the one of the
// packet.
func BeginsKeyFrame(payloadType uint8, payload []byte) bool {
	switch payloadType {
	case vp8Type:
		return vp8BeginsKeyFrame(payload)
	case h264Type:
		return h264BeginsKeyFrame(payload)
	default:
		return false
	}
}

// vp8BeginsKeyFrame is ParseVP8 for those in a hurry.
func vp8BeginsKeyFrame(payload []byte) bool {
	if len(payload) < 2 || payload[0]&0x17 != 0x10 {
		return false
	}
	v, ok := ParseVP8(payload)
	return ok && v.Key
}
