package transport

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/transport/v5/packetio"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

func TestABudgetLetsAnHonestPublisherThrough(t *testing.T) {
	b, now := newBudget(), time.Unix(0, 0)
	for i := range 60_000 {
		now = now.Add(time.Second / 1000) // 1000 packets of 1200 bytes a second: 9.6 Mbit/s
		if got := b.spend(now, 1200); got != spendAllowed {
			t.Fatalf("packet %d was refused", i)
		}
	}
}

func TestABudgetDropsAFloodAndThenEndsIt(t *testing.T) {
	b, now := newBudget(), time.Unix(0, 0)
	allowed, exhausted := 0, time.Duration(0)
	for exhausted == 0 && now.Before(time.Unix(60, 0)) {
		now = now.Add(time.Second / 20_000)
		switch b.spend(now, 100) {
		case spendAllowed:
			allowed++
		case spendExhausted:
			exhausted = now.Sub(time.Unix(0, 0))
		case spendDropped:
		}
	}
	if exhausted < budgetPatience || exhausted > 12*time.Second {
		t.Errorf("a flood of 20 000 packets/s ended after %v", exhausted)
	}
	if most := 12 * budgetPackets; allowed > most {
		t.Errorf("%d packets passed, at most %d may", allowed, most)
	}
}

type counter struct {
	packets int
	reasons []string
}

func (c *counter) rtp(time.Time, uint32, []byte)  { c.packets++ }
func (c *counter) rtcp(time.Time, uint32, []byte) {}
func (c *counter) connected()                     {}
func (c *counter) ended(reason string)            { c.reasons = append(c.reasons, reason) }
func (c *counter) panicked(any)                   { c.ended("panicked") }

func TestAFloodOfStreamsEndsTheConnectionOnce(t *testing.T) {
	c := &counter{}
	b := newBuffers(c)
	for ssrc := range uint32(2000) {
		buffer := b.get(packetio.RTPBufferPacket, ssrc)
		if _, err := buffer.Write([]byte{0x80}); err != nil {
			t.Fatal(err)
		}
		if n, err := buffer.Read(make([]byte, 10)); n != 0 || !errors.Is(err, io.EOF) {
			t.Fatalf("reading gave %d, %v: pion would keep a goroutine there", n, err)
		}
	}
	if len(c.reasons) != 1 || c.reasons[0] != sfu.ReasonTooManyStreams {
		t.Errorf("ended with %v", c.reasons)
	}
	if c.packets != maxUnknownStreams {
		t.Errorf("%d streams got through, %d may", c.packets, maxUnknownStreams)
	}
}

func TestAnnouncedStreamsAreNoFlood(t *testing.T) {
	c := &counter{}
	b := newBuffers(c)
	for ssrc := range uint32(200) {
		b.announce(ssrc)
		b.get(packetio.RTPBufferPacket, ssrc)
		b.get(packetio.RTCPBufferPacket, ssrc)
	}
	if len(c.reasons) != 0 {
		t.Errorf("ended with %v", c.reasons)
	}
}

// counted counts what gets through to the shard.
type counted struct{ nacks, keyFrames, feedback, reports, senderReports int }

func (c *counted) Ready(string, egress.Line)            {}
func (c *counted) Nack(_ packet.SSRC, numbers []uint16) { c.nacks += len(numbers) }
func (c *counted) KeyFrame(packet.SSRC)                 { c.keyFrames++ }
func (c *counted) Feedback(_ time.Time, f *rtcp.TransportLayerCC) {
	c.feedback += int(f.PacketStatusCount)
}
func (c *counted) Report(_ time.Time, reports []rtcp.ReceptionReport)  { c.reports += len(reports) }
func (c *counted) Stream(sfu.StreamID) sfu.Stream                      { return nil }
func (c *counted) Arrived(time.Time, packet.SSRC, uint16)              {}
func (c *counted) SenderReport(time.Time, packet.SSRC, uint64, uint32) { c.senderReports++ }
func (c *counted) Ended(string)                                        {}

func TestAFloodOfRTCPIsCutToItsBudget(t *testing.T) {
	feedback := func(statuses uint16) *rtcp.TransportLayerCC {
		return &rtcp.TransportLayerCC{
			Header:    rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 5},
			MediaSSRC: 1, PacketStatusCount: statuses,
			PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketNotReceived, RunLength: statuses}},
		}
	}
	tests := []struct {
		name   string
		packet rtcp.Packet
		times  int
		want   counted
	}{
		{"feedback as it comes from a link of 20 Mbit/s", feedback(125), 20, counted{feedback: 2500}},
		{"a flood of feedback", feedback(8000), 10, counted{feedback: 16_000}},
		{
			"a flood of requests", &rtcp.TransportLayerNack{MediaSSRC: 1, Nacks: []rtcp.NackPair{{PacketID: 7, LostPackets: 0xffff}}},
			1000,
			counted{nacks: nackBudget},
		},
		{"a flood of key frame requests", &rtcp.PictureLossIndication{MediaSSRC: 1}, 5000, counted{keyFrames: nackBudget}},
		{"a flood of reports", &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 1}}}, 5000, counted{reports: rtcpBudget}},
		{"reports of streams that are somebody else's", &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 2}, {SSRC: 1}}}, 1, counted{}},
		{"feedback on somebody else's stream", &rtcp.TransportLayerNack{MediaSSRC: 2, Nacks: []rtcp.NackPair{{PacketID: 7}}}, 1, counted{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got counted
			d := &downstream{egress: &got, told: rate{budget: rtcpBudget}, asked: rate{budget: nackBudget}, seen: rate{budget: feedbackBudget}}
			raw, err := test.packet.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			now := time.Unix(0, 0)
			for range test.times {
				d.rtcp(now, 1, raw)
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
	t.Run("what costs much to parse", func(t *testing.T) {
		// 65 535 packets arrived, say 40 bytes: each would become an object.
		raw := slices.Concat([]byte{0x8f, 205, 0, 9}, make([]byte, 36))
		binary.BigEndian.PutUint32(raw[8:], 1)
		binary.BigEndian.PutUint16(raw[14:], 65535)
		for at := 20; at < 38; at += 2 {
			binary.BigEndian.PutUint16(raw[at:], 0x3fff)
		}
		var got counted
		d := &downstream{egress: &got, told: rate{budget: rtcpBudget}, asked: rate{budget: nackBudget}, seen: rate{budget: feedbackBudget}}
		u := &upstream{ingress: &got, told: rate{budget: rtcpBudget}}
		if n := testing.AllocsPerRun(10, func() {
			d.rtcp(time.Unix(0, 0), 1, raw)
			u.rtcp(time.Unix(0, 0), 1, raw)
		}); n > 10 {
			t.Errorf("%v allocations", n)
		}
	})
	t.Run("a flood of sender reports", func(t *testing.T) {
		var got counted
		u := &upstream{ingress: &got, told: rate{budget: rtcpBudget}}
		raw, err := (&rtcp.SenderReport{SSRC: 1}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		for range 5000 {
			u.rtcp(time.Unix(0, 0), 1, raw)
		}
		u.rtcp(time.Unix(1, 0), 1, raw)
		if got.senderReports != rtcpBudget+1 {
			t.Errorf("%d sender reports got through", got.senderReports)
		}
	})
}

// FuzzRTCP checks that nothing a peer says as RTCP panics, on either connection.
func FuzzRTCP(f *testing.F) {
	for _, p := range []rtcp.Packet{
		&rtcp.TransportLayerNack{MediaSSRC: 1, Nacks: []rtcp.NackPair{{PacketID: 7, LostPackets: 0xffff}}},
		&rtcp.PictureLossIndication{MediaSSRC: 1},
		&rtcp.FullIntraRequest{MediaSSRC: 1, FIR: []rtcp.FIREntry{{SSRC: 1}}},
		&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 1}}},
		&rtcp.SenderReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 1}}},
		&rtcp.CCFeedbackReport{},
		&rtcp.ReceiverEstimatedMaximumBitrate{SSRCs: []uint32{1}},
	} {
		raw, err := p.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add(slices.Concat(raw, raw, raw[:5]))
	}
	f.Add(slices.Concat([]byte{0x8f, 205, 0, 5}, make([]byte, 20)))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		var told counted
		d := &downstream{egress: &told, told: rate{budget: rtcpBudget}, asked: rate{budget: nackBudget}, seen: rate{budget: feedbackBudget}}
		d.rtcp(time.Unix(0, 0), 1, raw)
		u := &upstream{ingress: &told, told: rate{budget: rtcpBudget}}
		u.rtcp(time.Unix(0, 0), 1, raw)
	})
}
