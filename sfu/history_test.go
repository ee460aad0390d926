package sfu_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
)

// floods sends a second of 100 Mbit/s on three streams.
func (f *filmed) floods() {
	payload := append(pictureOf(f.layers[0].id.Codec, false), make([]byte, 1300)...)
	for range 3000 {
		for _, l := range f.layers {
			l.packet(payload, nil)
		}
	}
	f.call.settle(time.Second)
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	for _, test := range []struct {
		name   string
		others int
		most   int64
	}{
		{"alone", 0, 8 << 20},
		{"one of 64 cameras", 63, 4 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				ada := c.filmed()
				for n := range test.others {
					c.join("p"+strconv.Itoa(n)).publishes(100+uint32(n), sfu.Camera) //nolint:gosec // a handful
				}
				c.settle(0)
				ada.floods()
				if kept := c.publication(7).Kept; kept > test.most || kept < test.most-10_000 {
					c.t.Errorf("%d bytes are kept, want %d", kept, test.most)
				}
				c.settle(10 * time.Second)
				if kept := c.publication(7).Kept; kept > 3*2000 {
					c.t.Errorf("%d bytes are kept of a camera that stands still", kept)
				}
			})
		})
	}
}
