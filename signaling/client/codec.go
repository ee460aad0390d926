package client

// BeginsKeyFrame tells whether a payload of video is the first of a key frame. The payload type is the one of the
// packet.
func BeginsKeyFrame(payloadType uint8, payload []byte) bool {
	switch payloadType {
	case vp8Type:
		return vp8BeginsKeyFrame(payload)
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
