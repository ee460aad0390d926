package codec

import "encoding/binary"

// NAL unit types (H.264 table 7-1, RFC 6184 §5.2).
const (
	nalSlice     = 1
	nalKeySlice  = 5
	nalSPS       = 7
	nalDelimiter = 9
	nalLast      = 23 // of those that stand alone
	nalSTAPA     = 24
	nalFUA       = 28

	nalTypeMask = 0x1f
	fuStart     = 0x80
	// firstSlice is how the header of a picture's first slice begins: first_mb_in_slice is 0 in exponential Golomb code.
	firstSlice = 0x80
)

// parseH264 reads a packet of packetization mode 0 or 1. A key frame begins at its sequence parameter set: whoever
// begins at the slice behind it can decode nothing. So a slice of a key frame is neither Start nor Key by itself.
// Nothing is numbered and temporal layers do not show: both take the dependency descriptor.
func parseH264(payload []byte) (Descriptor, error) {
	var d Descriptor
	if len(payload) < 2 {
		return d, ErrShort
	}
	switch kind := payload[0] & nalTypeMask; {
	case kind >= 1 && kind <= nalLast:
		d.readNAL(kind, payload[1:])
	case kind == nalSTAPA:
		for rest := payload[1:]; len(rest) > 0; {
			if len(rest) < 2 {
				return Descriptor{}, ErrShort
			}
			size := int(binary.BigEndian.Uint16(rest))
			if rest = rest[2:]; size > len(rest) {
				return Descriptor{}, ErrShort
			}
			if size > 1 {
				d.readNAL(rest[0]&nalTypeMask, rest[1:size])
			}
			rest = rest[size:]
		}
	case kind == nalFUA:
		if len(payload) < 3 {
			return Descriptor{}, ErrShort
		}
		if payload[1]&fuStart != 0 {
			d.readNAL(payload[1]&nalTypeMask, payload[2:])
		}
	default:
		return Descriptor{}, ErrSyntax
	}
	return d, nil
}

// readNAL notes what one NAL unit, or the beginning of one, says of the packet. body is what follows its header.
func (d *Descriptor) readNAL(kind uint8, body []byte) {
	switch kind {
	case nalDelimiter:
		d.Start = true
	case nalSlice:
		d.Start = d.Start || body[0]&firstSlice != 0
	case nalSPS:
		d.Start, d.Key = true, true
		// A set that cannot be read is the decoder's to refuse: the size stays unknown.
		d.Width, d.Height = readSPS(body)
	}
}

// maxSPS bounds what is read of a sequence parameter set.
const maxSPS = 256

// readSPS reads the size of the picture (H.264 §7.3.2.1.1), 0 by 0 if there is none to be had.
func readSPS(body []byte) (width, height uint16) {
	if len(body) < 4 {
		return 0, 0
	}
	var buffer [maxSPS]byte
	b := bits{data: withoutEmulation(buffer[:0], body[3:])}
	b.golomb() // seq_parameter_set_id
	chroma := uint32(1)
	if hasChroma(body[0]) {
		chroma = b.readChroma()
	}
	b.golomb() // log2_max_frame_num_minus4
	b.skipOrder()
	b.golomb() // max_num_ref_frames
	b.take(1)  // gaps_in_frame_num_value_allowed_flag
	columns, rows := b.golomb(), b.golomb()
	fields := uint32(1)
	if !b.flag() {
		fields = 2 // two fields make a frame
		b.take(1)
	}
	b.take(1) // direct_8x8_inference_flag
	var left, right, top, bottom uint32
	if b.flag() {
		left, right, top, bottom = b.golomb(), b.golomb(), b.golomb(), b.golomb()
	}
	const most = 1 << 12 // macroblocks, or pairs of pixels, in one direction
	if b.failed || max(columns, rows, left, right, top, bottom) >= most {
		return 0, 0
	}
	unitX, unitY := uint32(1), fields
	switch chroma {
	case 1: // 4:2:0
		unitX, unitY = 2, 2*fields
	case 2: // 4:2:2
		unitX = 2
	}
	across, down := 16*(columns+1), 16*(rows+1)*fields
	cutX, cutY := unitX*(left+right), unitY*(top+bottom)
	if cutX >= across || cutY >= down || max(across, down) > 0xffff {
		return 0, 0
	}
	return uint16(across - cutX), uint16(down - cutY) //nolint:gosec // checked
}

// hasChroma tells the profiles whose sets describe their chroma.
func hasChroma(profile uint8) bool {
	switch profile {
	case 44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244:
		return true
	}
	return false
}

// readChroma returns chroma_format_idc, 0 as well for planes that are apart.
func (b *bits) readChroma() uint32 {
	format := b.golomb()
	if format == 3 && b.flag() {
		format = 0
	}
	b.golomb() // bit_depth_luma_minus8
	b.golomb() // bit_depth_chroma_minus8
	b.take(1)  // qpprime_y_zero_transform_bypass_flag
	if !b.flag() {
		return format
	}
	lists := 8
	if format == 3 {
		lists = 12
	}
	for i := range lists {
		if !b.flag() {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		last, next := int32(8), int32(8)
		for range size {
			if next != 0 {
				next = (last + b.signed()) & 0xff
			}
			if next != 0 {
				last = next
			}
		}
	}
	return format
}

// skipOrder skips how pictures are ordered.
func (b *bits) skipOrder() {
	switch b.golomb() {
	case 0:
		b.golomb()
	case 1:
		b.take(1)
		b.golomb()
		b.golomb()
		for n := min(b.golomb(), 255); n > 0 && !b.failed; n-- {
			b.golomb()
		}
	}
}

// withoutEmulation copies what fits dst and leaves out the 3 of each 0 0 3 (H.264 §7.4.1).
func withoutEmulation(dst, raw []byte) []byte {
	zeros := 0
	for _, v := range raw {
		if len(dst) == cap(dst) {
			break
		}
		if zeros >= 2 && v == 3 {
			zeros = 0
			continue
		}
		if v == 0 {
			zeros++
		} else {
			zeros = 0
		}
		dst = append(dst, v)
	}
	return dst
}
