package packet_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		d     time.Duration
		clock int64
		want  int64
	}{
		{0, 90000, 0},
		{time.Second, 90000, 90000},
		{20 * time.Millisecond, 48000, 960},
		{-33 * time.Millisecond, 90000, -2970},
		{11111 * time.Nanosecond, 90000, 0}, // less than a tick, on either side
		{-11111 * time.Nanosecond, 90000, 0},
		{24*time.Hour - 1, 90000, 86400*90000 - 1},
		{24 * time.Hour, 90000, 86400 * 90000},
		{-24 * time.Hour, 90000, -86400 * 90000},
		{100 * 365 * 24 * time.Hour, 90000, 100 * 365 * 86400 * 90000},
		{3 * time.Second, 1 << 32, 3 << 32}, // of NTP
		{-90 * time.Minute, 1 << 32, -5400 << 32},
	} {
		if got := packet.Ticks(test.d, test.clock); got != test.want {
			t.Errorf("%v at %d Hz: %d ticks, want %d", test.d, test.clock, got, test.want)
		}
	}
}
