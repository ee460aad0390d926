package packet

import "time"

// A day of a clock of 100 kHz, in nanoseconds, fits into 64 bits.
const (
	day  = 24 * time.Hour
	fast = 100_000
)

// Ticks converts a duration to a clock of the given rate in Hz.
func Ticks(d time.Duration, clock int64) int64 {
	if -day < d && d < day && clock <= fast {
		return int64(d) * clock / int64(time.Second)
	}
	// Seconds apart from the rest, so that days do not overflow.
	return int64(d/time.Second)*clock + int64(d%time.Second)*clock/int64(time.Second)
}
