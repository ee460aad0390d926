package transport

import (
	"fmt"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// Header extensions that the SDP library has no name for.
const (
	dependencyURI   = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
	allocationURI   = "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
	captureTimeURI  = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
	orientationURI  = "urn:3gpp:video-orientation"
	playoutDelayURI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
)

// What is read of a publisher's packets, and what is written to a receiver's.
var (
	upAudio   = []string{sdp.SDESMidURI, sdp.AudioLevelURI, sdp.TransportCCURI, captureTimeURI}
	upVideo   = []string{sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI, sdp.TransportCCURI, dependencyURI, allocationURI, captureTimeURI, orientationURI}
	downAudio = []string{sdp.AudioLevelURI, sdp.TransportCCURI, captureTimeURI}
	downVideo = []string{sdp.TransportCCURI, dependencyURI, playoutDelayURI, orientationURI, captureTimeURI}
)

// A payload type is ours only until it is answered: an answer has the client's, and its order.
var (
	audioCodecs = []webrtc.RTPCodecParameters{
		{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
		}},
		// Its parameters are the payload types inside, which the client chooses.
		{PayloadType: 63, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/red", ClockRate: 48000, Channels: 2}},
	}
	// Each has RTX, one payload type further.
	videoCodecs = []webrtc.RTPCodecParameters{
		{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}},
		{PayloadType: 102, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeH264, ClockRate: 90000,
			SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
		}},
		{PayloadType: 98, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP9, ClockRate: 90000, SDPFmtpLine: "profile-id=0",
		}},
		{PayloadType: 45, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeAV1, ClockRate: 90000, SDPFmtpLine: "profile=0",
		}},
	}

	audioFeedback = []webrtc.RTCPFeedback{{Type: "nack"}, {Type: webrtc.TypeRTCPFBTransportCC}}
	videoFeedback = []webrtc.RTCPFeedback{
		{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: webrtc.TypeRTCPFBTransportCC},
	}
)

// forwarded tells the profiles that every receiver of a codec can decode. Where a client offers nothing else pion takes
// any; of H.264 that is well, since decoders take more than browsers name.
func forwarded(c webrtc.RTPCodecParameters) bool {
	profile := ""
	switch codec.KindOf(c.MimeType) {
	case codec.VP9:
		profile = parameter(c.SDPFmtpLine, "profile-id")
	case codec.AV1:
		profile = parameter(c.SDPFmtpLine, "profile")
	case codec.Unknown, codec.Opus, codec.RED, codec.VP8, codec.H264:
	}
	return profile == "" || profile == "0"
}

// newEngine knows our codecs and, per kind, the header extensions of one direction.
func newEngine(direction webrtc.RTPTransceiverDirection) (*webrtc.MediaEngine, error) {
	engine := &webrtc.MediaEngine{}
	for _, audio := range audioCodecs {
		audio.RTCPFeedback = audioFeedback
		if err := engine.RegisterCodec(audio, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("register %s: %w", audio.MimeType, err)
		}
	}
	for _, video := range videoCodecs {
		video.RTCPFeedback = videoFeedback
		repair := webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeRTX, ClockRate: video.ClockRate, SDPFmtpLine: fmt.Sprintf("apt=%d", video.PayloadType),
			},
			PayloadType: video.PayloadType + 1,
		}
		for _, c := range []webrtc.RTPCodecParameters{video, repair} {
			if err := engine.RegisterCodec(c, webrtc.RTPCodecTypeVideo); err != nil {
				return nil, fmt.Errorf("register %s: %w", c.MimeType, err)
			}
		}
	}
	audio, video := downAudio, downVideo
	if direction == webrtc.RTPTransceiverDirectionRecvonly {
		audio, video = upAudio, upVideo
	}
	for kind, uris := range map[webrtc.RTPCodecType][]string{webrtc.RTPCodecTypeAudio: audio, webrtc.RTPCodecTypeVideo: video} {
		for _, uri := range uris {
			if err := engine.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind, direction); err != nil {
				return nil, fmt.Errorf("register %s: %w", uri, err)
			}
		}
	}
	return engine, nil
}
