package transport

import (
	"encoding/binary"

	"github.com/pion/rtcp"
)

// What the feedback of an ordinary client has room for: twenty a second of it speak of 560 packets, 5 Mbit/s.
const (
	feedbackChunks  = 4
	feedbackSymbols = 56
	feedbackPackets = 28
)

// feedback is a transport-wide feedback in one piece of memory. pion makes one of each packet that it speaks of.
type feedback struct {
	rtcp.TransportLayerCC
	chunks  [feedbackChunks]rtcp.PacketStatusChunk
	runs    [feedbackChunks]rtcp.RunLengthChunk
	vectors [feedbackChunks]rtcp.StatusVectorChunk
	symbols [feedbackSymbols]uint16
	deltas  [feedbackPackets]rtcp.RecvDelta
	places  [feedbackPackets]*rtcp.RecvDelta
}

// readFeedback parses what a header says is transport-wide feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1), as pion does; false if it is none.
func readFeedback(header rtcp.Header, raw []byte) (*rtcp.TransportLayerCC, bool) {
	if n, ok := statuses(raw); ok && n <= feedbackPackets {
		f := &feedback{}
		if f.read(header, raw) {
			return &f.TransportLayerCC, true
		}
	}
	// It is large, or cut off: pion knows.
	f := &rtcp.TransportLayerCC{}
	return f, f.Unmarshal(raw) == nil
}

func (f *feedback) read(header rtcp.Header, raw []byte) bool {
	f.Header = header
	f.SenderSSRC, f.MediaSSRC = binary.BigEndian.Uint32(raw[4:]), binary.BigEndian.Uint32(raw[8:])
	f.BaseSequenceNumber, f.PacketStatusCount = binary.BigEndian.Uint16(raw[12:]), binary.BigEndian.Uint16(raw[14:])
	f.ReferenceTime, f.FbPktCount = binary.BigEndian.Uint32(raw[16:])>>8, raw[19]
	f.PacketChunks, f.RecvDeltas = f.chunks[:0], f.places[:0]
	rest, symbols := raw[20:], f.symbols[:0]
	for left := int(f.PacketStatusCount); left > 0; {
		n := len(f.PacketChunks)
		if n == feedbackChunks || len(rest) <= 2 {
			return false
		}
		chunk := binary.BigEndian.Uint16(rest)
		rest = rest[2:]
		if chunk>>15 == rtcp.TypeTCCRunLengthChunk {
			run := &f.runs[n]
			run.Type, run.PacketStatusSymbol, run.RunLength = rtcp.TypeTCCRunLengthChunk, chunk>>13&3, chunk&0x1fff
			f.PacketChunks = append(f.PacketChunks, run)
			count := min(left, int(run.RunLength))
			for range count {
				f.expect(run.PacketStatusSymbol)
			}
			if left -= count; count == 0 {
				return false // pion says what becomes of it
			}
			continue
		}
		vector := &f.vectors[n]
		vector.Type, vector.SymbolSize = rtcp.TypeTCCStatusVectorChunk, chunk>>14&1
		width, each := 1, 14
		if vector.SymbolSize == rtcp.TypeTCCSymbolSizeTwoBit {
			width, each = 2, 7
		}
		if len(symbols)+each > feedbackSymbols {
			return false
		}
		from := len(symbols)
		for i := range each {
			symbols = append(symbols, chunk>>(14-width*(i+1))&(1<<width-1))
		}
		vector.SymbolList = symbols[from:len(symbols):len(symbols)]
		f.PacketChunks = append(f.PacketChunks, vector)
		count := min(left, each)
		for _, symbol := range vector.SymbolList[:count] {
			f.expect(symbol)
		}
		left -= count
	}
	return f.readDeltas(rest)
}

// expect makes room for the time of a packet, if it has one.
func (f *feedback) expect(symbol uint16) {
	if symbol == rtcp.TypeTCCPacketReceivedSmallDelta || symbol == rtcp.TypeTCCPacketReceivedLargeDelta {
		delta := &f.deltas[len(f.RecvDeltas)]
		delta.Type = symbol
		f.RecvDeltas = append(f.RecvDeltas, delta)
	}
}

func (f *feedback) readDeltas(rest []byte) bool {
	for _, delta := range f.RecvDeltas {
		size := int(delta.Type) // 1 is small, 2 is large
		if len(rest) < size {
			return false
		}
		if size == 1 {
			delta.Delta = rtcp.TypeTCCDeltaScaleFactor * int64(rest[0])
		} else {
			delta.Delta = rtcp.TypeTCCDeltaScaleFactor * int64(int16(binary.BigEndian.Uint16(rest))) //nolint:gosec // it is signed
		}
		rest = rest[size:]
	}
	return true
}
