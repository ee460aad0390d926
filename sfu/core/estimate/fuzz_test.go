package estimate_test

import (
	"math"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/probe"
)

// FuzzMatch feeds bytes as a sequence of feedback to a history, an estimator and a probe
// controller while packets are sent. Nothing panics, no packet is reported twice, and
// the estimate stays within its bounds.
func FuzzMatch(f *testing.F) {
	seed := func(packets ...*rtcp.TransportLayerCC) {
		var bytes []byte
		for _, p := range packets {
			p.Header.Length = uint16(p.MarshalSize()/4 - 1)
			p.Header.Padding = p.MarshalSize()%4 != 0
			raw, err := p.Marshal()
			if err != nil {
				f.Fatal(err)
			}
			bytes = append(bytes, uint8(len(raw)))
			bytes = append(bytes, raw...)
		}
		f.Add(bytes)
	}
	seed(came(0, 29, 0, 3, 4), came(30, 59, 1))
	seed(came(0, 29, 0), came(0, 29, 0), came(60, 89, 2, 61, 62, 63, 64, 65, 66, 67, 68), came(30, 59, 1))
	seed(came(65_530, 65_560, 255), came(0, 5, 0))
	seed(&rtcp.TransportLayerCC{
		Header:             rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback},
		BaseSequenceNumber: 65_000, PacketStatusCount: 65_535,
		PacketChunks: []rtcp.PacketStatusChunk{
			&rtcp.RunLengthChunk{RunLength: 8191}, &rtcp.RunLengthChunk{RunLength: 8191}, &rtcp.RunLengthChunk{RunLength: 8191},
			&rtcp.RunLengthChunk{RunLength: 8191}, &rtcp.RunLengthChunk{RunLength: 8191}, &rtcp.RunLengthChunk{RunLength: 8191},
			&rtcp.RunLengthChunk{RunLength: 8191}, &rtcp.RunLengthChunk{RunLength: 8191}, &rtcp.RunLengthChunk{RunLength: 7},
		},
	})
	f.Fuzz(func(t *testing.T, bytes []byte) {
		h, e, c := estimate.NewHistory(), estimate.New(estimate.Default()), probe.New()
		now, sent := epoch, 0
		received, lost := map[int64]bool{}, map[int64]bool{}
		for len(bytes) > 1 {
			n := min(int(bytes[0]), len(bytes)-1)
			raw := bytes[1 : 1+n]
			bytes = bytes[1+n:]
			now = now.Add(time.Duration(n%50) * 50 * time.Millisecond) // a silence
			for range 1 + n%30 {
				h.Put(now, 1000, estimate.Media, uint16(sent/10))
				now = now.Add(time.Millisecond)
				sent++
			}
			var fb rtcp.TransportLayerCC
			if fb.Unmarshal(raw) != nil {
				continue
			}
			results := h.Match(now, &fb)
			if len(results) > sent {
				t.Fatalf("%d results of %d packets", len(results), sent)
			}
			for _, r := range results {
				switch {
				case r.Number < 1<<16 || r.Number >= 1<<16+int64(sent):
					t.Fatalf("%d was never sent", r.Number)
				case received[r.Number] || lost[r.Number] && !r.Received:
					t.Fatalf("%d twice", r.Number)
				case r.Again != lost[r.Number]:
					t.Fatalf("again: %v, lost before: %v", r.Again, lost[r.Number])
				}
				received[r.Number], lost[r.Number] = r.Received, !r.Received
			}
			e.Feedback(now, results)
			c.Update(now, probe.Input{Estimate: e.Rate(), Goal: 1_000_000})
			c.Next(now)
			if o, ok := c.Feedback(now, results); ok {
				e.Probed(now, o)
			}
			e.Unanswered(now, h.Unanswered(now))
			d := estimate.Default()
			if e.Rate() < d.Min || e.Rate() > d.Max || math.IsNaN(e.Loss()) || e.Loss() < 0 || e.Loss() > 1 || e.RTT() < 0 {
				t.Fatalf("rate %d, loss %v, round trip %v", e.Rate(), e.Loss(), e.RTT())
			}
		}
	})
}
