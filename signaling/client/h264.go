package client

import (
	"encoding/binary"
	"math/bits"
)

// H264 makes pictures that every decoder takes: an IDR picture that is grey all over, and pictures that repeat it.
// What fills them up to a size are NAL units of type 12, which say nothing.
type h264Picture struct {
	size     Size
	frameNum uint32 // since the last IDR picture
	idr      uint32
}

// NAL unit headers (H.264 §7.4.1), and those of RTP (RFC 6184 §5.2).
const (
	nalSPS    = 0x67
	nalPPS    = 0x68
	nalIDR    = 0x65
	nalSlice  = 0x61
	nalFiller = 0x0c
	rtpStapA  = 0x78
	rtpFuA    = 0x7c
)

// next gives the payloads of the next picture, n bytes together, and how many of them carry picture.
func (p *h264Picture) next(key bool, n, size int) (payloads [][]byte, picture int) {
	if !key {
		p.frameNum++
		slice := p.slice(nalSlice)
		n = max(n, len(slice)+8)
		parts := (n + size - 1) / size
		first := n / parts
		filler := max(0, first-5-len(slice))
		payloads = append(payloads, stapA(slice, fillerNAL(filler)))
		return append(payloads, fillers(n-first, parts-1)...), 0
	}
	p.frameNum = 0
	p.idr ^= 1
	payloads = append(payloads, stapA(p.sps(), p.pps()))
	idr := p.slice(nalIDR)
	payloads = append(payloads, fuA(idr, size)...)
	picture = len(payloads)
	rest := n - len(idr)
	return append(payloads, fillers(rest, (rest+size-1)/size)...), picture
}

// fillers are parts payloads of n bytes together.
func fillers(n, parts int) [][]byte {
	var all [][]byte
	for ; parts > 0 && n > 0; parts-- {
		size := (n + parts - 1) / parts
		all = append(all, fillerNAL(size))
		n -= size
	}
	return all
}

func fillerNAL(n int) []byte {
	b := make([]byte, max(n, 2))
	b[0] = nalFiller
	for i := 1; i < len(b)-1; i++ {
		b[i] = 0xff
	}
	b[len(b)-1] = 0x80
	return b
}

// stapA puts several NAL units into one payload.
func stapA(units ...[]byte) []byte {
	p := []byte{rtpStapA}
	for _, u := range units {
		p = append(binary.BigEndian.AppendUint16(p, uint16(len(u))), u...)
	}
	return p
}

// fuA cuts one NAL unit into payloads.
func fuA(unit []byte, size int) [][]byte {
	if len(unit) <= size {
		return [][]byte{unit}
	}
	var payloads [][]byte
	rest := unit[1:]
	parts := (len(rest) + size - 3) / (size - 2)
	for i := range parts {
		n := (len(rest) + parts - i - 1) / (parts - i)
		header := unit[0] & 0x1f
		if i == 0 {
			header |= 0x80
		}
		if i == parts-1 {
			header |= 0x40
		}
		payloads = append(payloads, append([]byte{rtpFuA, header}, rest[:n]...))
		rest = rest[n:]
	}
	return payloads
}

// sps is the sequence parameter set (§7.3.2.1.1): constrained baseline, one reference, order as sent.
func (p *h264Picture) sps() []byte {
	across, down := p.size.macroblocks()
	level := uint32(31)
	if across*down > 3600 {
		level = 40
	}
	var w bitWriter
	w.bits(66, 8)
	w.bits(0xe0, 8)
	w.bits(level, 8)
	w.exp(0) // id
	w.exp(0) // frame numbers of 4 bits
	w.exp(2) // output in the order of decoding
	w.exp(1) // one reference
	w.bits(0, 1)
	w.exp(uint32(across - 1))
	w.exp(uint32(down - 1))
	w.bits(0b11, 2) // frames only; direct inference
	right, bottom := across*16-p.size.Width, down*16-p.size.Height
	if right+bottom > 0 {
		w.bits(1, 1)
		w.exp(0)
		w.exp(uint32(right / 2))
		w.exp(0)
		w.exp(uint32(bottom / 2))
	} else {
		w.bits(0, 1)
	}
	w.bits(0, 1) // nothing of usability
	return w.unit(nalSPS)
}

// pps is the picture parameter set (§7.3.2.2): variable length codes, nothing else of note.
func (p *h264Picture) pps() []byte {
	var w bitWriter
	w.exp(0)
	w.exp(0)
	w.bits(0, 2)
	w.exp(0) // one slice group
	w.exp(0)
	w.exp(0)
	w.bits(0, 3) // no weights
	w.exp(0)     // quantisers: signed 0 is coded like 0
	w.exp(0)
	w.exp(0)
	w.bits(0, 3)
	return w.unit(nalPPS)
}

// slice is a whole picture (§7.3.3).
func (p *h264Picture) slice(header byte) []byte {
	var w bitWriter
	idr := header == nalIDR
	w.exp(0) // first macroblock
	if idr {
		w.exp(7) // intra
	} else {
		w.exp(5) // predicted
	}
	w.exp(0)
	w.bits(p.frameNum&15, 4)
	if idr {
		w.exp(p.idr)
		w.bits(0, 2) // of earlier pictures
	} else {
		w.bits(0, 3) // references as they are
	}
	w.exp(0) // quantiser
	across, down := p.size.macroblocks()
	if !idr {
		w.exp(uint32(across * down)) // all are skipped
		return w.unit(header)
	}
	for range across * down {
		w.exp(3)     // 16x16, predicted by the mean of the neighbours, no coefficients
		w.exp(0)     // chroma likewise
		w.exp(0)     // quantiser
		w.bits(1, 1) // no DC coefficient either
	}
	return w.unit(header)
}

// bitWriter writes the bits of a NAL unit.
type bitWriter struct {
	out  []byte
	free int // bits left in the last byte
}

func (w *bitWriter) bits(v uint32, n int) {
	for i := n - 1; i >= 0; i-- {
		if w.free == 0 {
			w.out = append(w.out, 0)
			w.free = 8
		}
		w.free--
		w.out[len(w.out)-1] |= byte(v>>i&1) << w.free
	}
}

// exp writes an unsigned Exp-Golomb code (§9.1).
func (w *bitWriter) exp(v uint32) {
	n := bits.Len32(v + 1)
	w.bits(0, n-1)
	w.bits(v+1, n)
}

// unit ends the bits and gives the NAL unit, with what must not occur in it escaped (§7.4.1).
func (w *bitWriter) unit(header byte) []byte {
	w.bits(1, 1)
	u := []byte{header}
	zeros := 0
	for _, b := range w.out {
		if zeros == 2 && b <= 3 {
			u = append(u, 3)
			zeros = 0
		}
		u = append(u, b)
		if b == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return u
}

// h264BeginsKeyFrame looks for a parameter set or an IDR picture at the beginning of a payload.
func h264BeginsKeyFrame(p []byte) bool {
	if len(p) < 4 {
		return false
	}
	switch kind := p[0] & 0x1f; kind {
	case 24:
		kind = p[3] & 0x1f
		return kind == 7 || kind == 5
	case 28:
		return p[1]&0x80 != 0 && p[1]&0x1f == 5
	default:
		return kind == 7 || kind == 5
	}
}
