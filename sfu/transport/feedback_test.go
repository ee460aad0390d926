package transport

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/pion/rtcp"
)

// feedbackOf is a random feedback of n packets, of which some are lost and some late.
func feedbackOf(dice *rand.Rand, n int) []byte {
	f := &rtcp.TransportLayerCC{
		SenderSSRC: 1, MediaSSRC: dice.Uint32(), BaseSequenceNumber: uint16(dice.Uint32()), //nolint:gosec // wraps
		PacketStatusCount: uint16(n), ReferenceTime: dice.Uint32() >> 8, FbPktCount: uint8(dice.Uint32()), //nolint:gosec // bits
	}
	size := 20
	expect := func(symbol uint16) {
		if symbol != rtcp.TypeTCCPacketReceivedSmallDelta && symbol != rtcp.TypeTCCPacketReceivedLargeDelta {
			return
		}
		delta := &rtcp.RecvDelta{Type: symbol, Delta: 250 * dice.Int64N(256)}
		if size++; symbol == rtcp.TypeTCCPacketReceivedLargeDelta {
			size++
			delta.Delta = 250 * (dice.Int64N(1<<16) - 1<<15)
			if delta.Delta >= 0 && delta.Delta < 250*256 {
				delta.Delta = -250 // pion writes what is small in one byte
			}
		}
		f.RecvDeltas = append(f.RecvDeltas, delta)
	}
	for left := n; left > 0; {
		size += 2
		if dice.IntN(2) == 0 {
			run := min(left, 1+dice.IntN(20))
			symbol := uint16(dice.IntN(3))                                                                                    //nolint:gosec // 0 to 2
			f.PacketChunks = append(f.PacketChunks, &rtcp.RunLengthChunk{PacketStatusSymbol: symbol, RunLength: uint16(run)}) //nolint:gosec // 20 at most
			for range run {
				expect(symbol)
			}
			left -= run
			continue
		}
		vector := &rtcp.StatusVectorChunk{SymbolSize: uint16(dice.IntN(2))} //nolint:gosec // a bit
		each, symbols := 14, 2
		if vector.SymbolSize == rtcp.TypeTCCSymbolSizeTwoBit {
			each, symbols = 7, 3
		}
		for i := range each {
			symbol := uint16(dice.IntN(symbols)) //nolint:gosec // 0 to 2
			vector.SymbolList = append(vector.SymbolList, symbol)
			if i < left {
				expect(symbol)
			}
		}
		f.PacketChunks = append(f.PacketChunks, vector)
		left -= min(left, each)
	}
	f.Header = rtcp.Header{
		Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: uint16((size+3)/4 - 1), Padding: size%4 != 0, //nolint:gosec // a packet
	}
	raw, err := f.Marshal()
	if err != nil {
		panic(err)
	}
	return raw
}

// plainly is a feedback as values: what it says, wherever it lies.
func plainly(f *rtcp.TransportLayerCC) (said []any) {
	said = append(said, f.Header, f.SenderSSRC, f.MediaSSRC, f.BaseSequenceNumber, f.PacketStatusCount, f.ReferenceTime, f.FbPktCount)
	for _, chunk := range f.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			said = append(said, *c)
		case *rtcp.StatusVectorChunk:
			said = append(said, c.Type, c.SymbolSize, append([]uint16(nil), c.SymbolList...))
		}
	}
	for _, delta := range f.RecvDeltas {
		said = append(said, *delta)
	}
	return said
}

// agrees fails unless we read the same as pion.
func agrees(t *testing.T, raw []byte) {
	t.Helper()
	var header rtcp.Header
	if header.Unmarshal(raw) != nil || len(raw) != 4*(int(header.Length)+1) || header.Count != rtcp.FormatTCC ||
		header.Type != rtcp.TypeTransportSpecificFeedback {
		return
	}
	want := &rtcp.TransportLayerCC{}
	understood := want.Unmarshal(raw) == nil
	got, ok := readFeedback(header, raw)
	if ok != understood || ok && !reflect.DeepEqual(plainly(got), plainly(want)) {
		t.Errorf("%x\nis read as %v %v\npion reads %v %v", raw, ok, plainly(got), understood, plainly(want))
	}
}

func TestFeedbackIsReadAsPionReadsIt(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		raw := feedbackOf(dice, 1+dice.IntN(300))
		agrees(t, raw)
		// Cut off, and said to be so long: what is left of it decides.
		short := append([]byte(nil), raw[:20+4*dice.IntN((len(raw)-20)/4+1)]...)
		short[2], short[3] = 0, byte(len(short)/4-1)
		agrees(t, short)
		raw[12+dice.IntN(len(raw)-12)] ^= byte(1 << dice.IntN(8))
		agrees(t, raw)
	}
}

func FuzzFeedback(f *testing.F) {
	dice := rand.New(rand.NewPCG(3, 4))
	for n := 1; n < 200; n += 20 {
		f.Add(feedbackOf(dice, n))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { agrees(t, raw) })
}

func TestFeedbackCostsOneAllocation(t *testing.T) {
	raw := feedbackOf(rand.New(rand.NewPCG(5, 6)), 20)
	var header rtcp.Header
	if err := header.Unmarshal(raw); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { readFeedback(header, raw) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
