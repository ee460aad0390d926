package packet

import "time"

// Ticks converts a duration to a clock of the given rate in Hz.
func Ticks(d time.Duration, clock int64) int64 {
	// Seconds apart from the rest, so that days do not overflow.
	return int64(d/time.Second)*clock + int64(d%time.Second)*clock/int64(time.Second)
}
