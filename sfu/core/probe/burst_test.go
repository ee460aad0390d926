package probe

import (
	"testing"
	"time"
)

// TestABurstIsFilledUp sends clusters on a wire of which media fills a part, and looks what padding has to be added.
func TestABurstIsFilledUp(t *testing.T) {
	const packet = 280
	one := Cluster{ID: 1, Rate: 2_000_000, Packets: 5, Bytes: 10_000, Duration: 40 * time.Millisecond}
	two := Cluster{ID: 2, Rate: 1_000_000, Packets: 5, Bytes: 5000, Duration: 40 * time.Millisecond}
	for name, test := range map[string]struct {
		media, room int // bytes each pulse; packets of padding each pulse
		least, most int // bytes of padding in both
		last        time.Duration
	}{
		"no media":        {0, 100, 15_000, 15_600, 90 * time.Millisecond},
		"half of it":      {700, 100, 3000, 9000, 90 * time.Millisecond},
		"enough":          {2500, 100, 0, 0, 90 * time.Millisecond},
		"nothing to send": {0, 0, 0, 0, 600 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			var b Burst
			for _, c := range []Cluster{one, two} {
				b.Add(c)
			}
			now := time.Unix(1000, 0)
			padding, idle, before := 0, false, uint16(0)
			for end := now.Add(test.last); !idle && now.Before(end); now = now.Add(Pulse) {
				if !b.Begin(now) {
					t.Fatal("it ended without saying so")
				}
				if b.Cluster() < before {
					t.Fatalf("cluster %d after %d", b.Cluster(), before)
				}
				before = b.Cluster()
				if test.media > 0 {
					b.Sent(test.media)
				}
				for i := 0; i < test.room && b.Pads(now); i++ {
					b.Sent(packet)
					padding += packet
				}
				idle = b.End(now)
			}
			if !idle || b.Cluster() != 0 || b.Begin(now) || b.Pads(now) {
				t.Errorf("still sends cluster %d", b.Cluster())
			}
			if padding < test.least || padding > test.most {
				t.Errorf("%d bytes of padding, want %d to %d", padding, test.least, test.most)
			}
		})
	}
	var b Burst
	for range 100 {
		b.Add(one)
	}
	if len(b.waiting) > mostBursts {
		t.Errorf("%d clusters wait", len(b.waiting))
	}
}
