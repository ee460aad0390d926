package codec

import (
	"errors"
	"strings"
)

// Kind is a codec that slots can carry.
type Kind uint8

// The codecs. Unknown is refused where it is negotiated.
const (
	Unknown Kind = iota
	Opus
	RED // RFC 2198 around Opus
	VP8
	H264
	VP9
	AV1
)

// KindOf returns the codec of a MIME type such as "video/VP8", in any case.
func KindOf(mime string) Kind {
	switch {
	case strings.EqualFold(mime, "audio/opus"):
		return Opus
	case strings.EqualFold(mime, "audio/red"):
		return RED
	case strings.EqualFold(mime, "video/VP8"):
		return VP8
	case strings.EqualFold(mime, "video/H264"):
		return H264
	case strings.EqualFold(mime, "video/VP9"):
		return VP9
	case strings.EqualFold(mime, "video/AV1"):
		return AV1
	}
	return Unknown
}

// String returns the codec's name as the registry of media types spells it.
func (k Kind) String() string {
	switch k {
	case Opus:
		return "opus"
	case RED:
		return "red"
	case VP8:
		return "VP8"
	case H264:
		return "H264"
	case VP9:
		return "VP9"
	case AV1:
		return "AV1"
	case Unknown:
	}
	return "unknown"
}

// Video reports whether the codec carries pictures.
func (k Kind) Video() bool { return k >= VP8 }

// Clock is the RTP clock rate in Hz, 0 for an unknown codec.
func (k Kind) Clock() uint32 {
	switch k {
	case Opus, RED:
		return 48000
	case VP8, H264, VP9, AV1:
		return 90000
	case Unknown:
	}
	return 0
}

// Descriptor is what one packet's payload header says.
type Descriptor struct {
	Size          uint8 // bytes of the payload descriptor that a slot replaces; 0 where the payload goes out as it is
	Start         bool  // first packet of a frame
	Key           bool  // first packet of a key frame
	HasPictureID  bool
	LongPictureID bool // 15 bits rather than 7
	PictureID     uint16
	HasTL0        bool
	TL0           uint8
	HasTID        bool
	TID           uint8
	Sync          bool // temporal layers can be added here: VP8 Y, VP9 U
	HasLayers     bool // VP9: TID and what follows are there
	SID           uint8
	InterLayer    bool // VP9 D: the spatial layer below is needed
	InterPicture  bool // VP9 P: former pictures are needed
	EndOfLayer    bool // VP9 E: last packet of the layer's frame
	HasKeyIndex   bool
	KeyIndex      uint8  // 5 bits
	Width, Height uint16 // of key frames, else 0; of VP9 that of the lowest spatial layer, of AV1 that of the highest
	HasSizes      bool   // VP9: VP9Sizes knows the size of each spatial layer
}

// Why a payload was refused.
var (
	ErrShort   = errors.New("payload is too short")
	ErrSyntax  = errors.New("payload header is malformed")
	ErrUnknown = errors.New("codec is unknown")
)

// Parse reads the payload header of one packet. It does not keep payload.
func Parse(kind Kind, payload []byte) (Descriptor, error) {
	switch kind {
	case Opus:
		return parseOpus(payload)
	case RED:
		return parseRED(payload)
	case VP8:
		return parseVP8(payload)
	case H264:
		return parseH264(payload)
	case VP9:
		return parseVP9(payload)
	case AV1:
		return parseAV1(payload)
	case Unknown:
	}
	return Descriptor{}, ErrUnknown
}
