//go:build unix

package metrics

import (
	"time"

	"golang.org/x/sys/unix"
)

// ProcessorTime is what this process has used since it started.
func ProcessorTime() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
