package codec

// Bits of the aggregation header (AV1 RTP specification §4.4) and of an OBU header (AV1 §5.3.2).
const (
	av1Continues   = 0x80 // Z: the first element continues one of the packet before
	av1Count       = 0x30 // W: number of elements, 0 if each has a length
	av1NewSequence = 0x08 // N

	obuTypeShift     = 3
	obuTypeMask      = 0x0f
	obuHasExtension  = 0x04
	obuHasSize       = 0x02
	obuSequence      = 1
	obuFrameHeader   = 3
	obuFrame         = 6
	maxLEB128        = 8
	av1CountOfOneBit = 0x10
)

// parseAV1 reads the aggregation header and the first element. Layers and references are the dependency descriptor's
// business. A frame begins where an element begins with a sequence header, a frame or its header.
func parseAV1(payload []byte) (Descriptor, error) {
	var d Descriptor
	if len(payload) < 2 {
		return d, ErrShort
	}
	first, rest := payload[0], payload[1:]
	if first&av1Count != av1CountOfOneBit {
		size, n := leb128(rest)
		if n == 0 || size > uint64(len(rest)-n) {
			return Descriptor{}, ErrShort
		}
		rest = rest[n : n+int(size)] //nolint:gosec // checked
	}
	continues, key := first&av1Continues != 0, first&av1NewSequence != 0
	switch {
	case continues && key:
		return Descriptor{}, ErrSyntax
	case continues || len(rest) == 0:
		return d, nil
	}
	d.Key = key
	header := rest[0]
	switch header >> obuTypeShift & obuTypeMask {
	case obuSequence:
		d.Start = true
		if key {
			d.Width, d.Height = readSequenceHeader(behindHeader(rest))
		}
	case obuFrame, obuFrameHeader:
		d.Start = true
	}
	d.Start = d.Start || key
	return d, nil
}

// behindHeader is what follows the header of an OBU, its size field included.
func behindHeader(obu []byte) []byte {
	at := 1
	if obu[0]&obuHasExtension != 0 {
		at++
	}
	if at > len(obu) {
		return nil
	}
	if obu[0]&obuHasSize != 0 {
		_, n := leb128(obu[at:])
		at += n
	}
	return obu[at:]
}

// leb128 reads a number in groups of 7 bits (AV1 §4.10.5). n is 0 if there is none.
func leb128(data []byte) (v uint64, n int) {
	for i := 0; i < len(data) && i < maxLEB128; i++ {
		v |= uint64(data[i]&0x7f) << (7 * i)
		if data[i]&0x80 == 0 {
			return v, i + 1
		}
	}
	return 0, 0
}

// readSequenceHeader reads the largest size of the sequence's frames (AV1 §5.5.1), 0 by 0 if it is not to be had.
func readSequenceHeader(obu []byte) (width, height uint16) {
	b := bits{data: obu}
	b.take(3) // seq_profile
	b.take(1) // still_picture
	if b.flag() {
		b.take(5) // reduced_still_picture_header: a level and no more
	} else {
		b.skipOperatingPoints()
	}
	across, down := int(b.take(4))+1, int(b.take(4))+1
	w, h := b.take(across)+1, b.take(down)+1
	if b.failed || w > 0xffff || h > 0xffff {
		return 0, 0
	}
	return uint16(w), uint16(h) //nolint:gosec // checked
}

func (b *bits) skipOperatingPoints() {
	var decoderModel bool
	var delayBits int
	if b.flag() { // timing_info
		b.skip(64)
		if b.flag() {
			b.golomb() // num_ticks_per_picture_minus_1
		}
		if decoderModel = b.flag(); decoderModel {
			delayBits = int(b.take(5)) + 1
			b.skip(32 + 5 + 5)
		}
	}
	displayDelay := b.flag()
	for n := b.take(5) + 1; n > 0 && !b.failed; n-- {
		b.take(12) // operating_point_idc
		if level := b.take(5); level > 7 {
			b.take(1)
		}
		if decoderModel && b.flag() {
			b.skip(2*delayBits + 1)
		}
		if displayDelay && b.flag() {
			b.take(4)
		}
	}
}
