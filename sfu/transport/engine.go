package transport

import (
	"fmt"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

const audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level" // RFC 6464

// Our payload types matter only where we offer, which we never do: an answer has the client's.
const (
	opusPayload = 111
	vp8Payload  = 96
)

// videoCodecs are what slots and publications speak, first preferred; each has RTX. Other codecs join the list.
var videoCodecs = []webrtc.RTPCodecParameters{{
	RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000},
	PayloadType:        vp8Payload,
}}

// newEngine knows our codecs and, per kind, the header extensions and feedback of one direction.
func newEngine(direction webrtc.RTPTransceiverDirection) (*webrtc.MediaEngine, error) {
	engine := &webrtc.MediaEngine{}
	upstream := direction == webrtc.RTPTransceiverDirectionRecvonly
	opus := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
		},
		PayloadType: opusPayload,
	}
	video := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}}
	if upstream {
		opus.RTCPFeedback = []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBTransportCC}}
		video = append(video, webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBTransportCC})
	}
	if err := engine.RegisterCodec(opus, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, fmt.Errorf("register Opus: %w", err)
	}
	for _, codec := range videoCodecs {
		codec.RTCPFeedback = video
		repair := webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeRTX, ClockRate: codec.ClockRate, SDPFmtpLine: fmt.Sprintf("apt=%d", codec.PayloadType),
			},
			PayloadType: codec.PayloadType + 1,
		}
		for _, c := range []webrtc.RTPCodecParameters{codec, repair} {
			if err := engine.RegisterCodec(c, webrtc.RTPCodecTypeVideo); err != nil {
				return nil, fmt.Errorf("register %s: %w", c.MimeType, err)
			}
		}
	}
	return engine, registerExtensions(engine, upstream, direction)
}

func registerExtensions(engine *webrtc.MediaEngine, upstream bool, direction webrtc.RTPTransceiverDirection) error {
	audio, video := []string{audioLevelURI}, []string(nil)
	if upstream {
		audio = append(audio, sdp.SDESMidURI, sdp.TransportCCURI)
		video = append(video, sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI, sdp.TransportCCURI)
	}
	for kind, uris := range map[webrtc.RTPCodecType][]string{webrtc.RTPCodecTypeAudio: audio, webrtc.RTPCodecTypeVideo: video} {
		for _, uri := range uris {
			if err := engine.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind, direction); err != nil {
				return fmt.Errorf("register %s: %w", uri, err)
			}
		}
	}
	return nil
}
