package codec

// parseOpus reads an Opus packet (RFC 7587 §4.2): it has no descriptor, and every
// packet can be decoded from. DTX shows as packets of one or two bytes.
func parseOpus(payload []byte) (Descriptor, error) {
	if len(payload) == 0 {
		return Descriptor{}, ErrShort
	}
	return Descriptor{Start: true, Key: true}, nil
}
