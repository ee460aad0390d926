package allocate

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

func TestWhatAScreenCostsIsItsAverage(t *testing.T) {
	var s steady
	now := time.Unix(1000, 0)
	layer := func(rate packet.Bitrate, live bool) []Layer {
		return []Layer{{Layer: packet.Layer{Temporal: 0}, Rate: rate / 2, Live: live}, {Layer: packet.Layer{Temporal: 1}, Rate: rate, Live: live}}
	}
	plays := func(rate packet.Bitrate, d time.Duration) (cost packet.Bitrate) {
		for end := now.Add(d); now.Before(end); now = now.Add(500 * time.Millisecond) {
			got := s.take(now, layer(rate, true), nil)
			if cost = got[1].Rate; got[0].Rate < cost/2-1 || got[0].Rate > cost/2+1 {
				t.Fatalf("half of the pictures cost %d of %d", got[0].Rate, cost)
			}
		}
		return cost
	}
	if got := plays(50_000, 20*time.Second); got != 50_000 {
		t.Errorf("what does not change costs %d", got)
	}
	if got := plays(600_000, 2*time.Second); got > 200_000 {
		t.Errorf("a page costs %d", got)
	}
	if got := plays(50_000, 6*time.Second); got > 120_000 {
		t.Errorf("6 s after a page it costs %d", got)
	}
	if got := plays(600_000, 30*time.Second); got < 550_000 {
		t.Errorf("a film costs %d", got)
	}
	if got := s.take(now, layer(600_000, false), nil); got[1].Rate != 600_000 {
		t.Errorf("what does not flow is expected to cost %d", got[1].Rate)
	}
	if got := s.take(now.Add(time.Second), layer(100_000, true), nil); got[1].Rate != 100_000 {
		t.Errorf("what begins anew costs %d", got[1].Rate)
	}
}
