//go:build !unix

package metrics

import "time"

// ProcessorTime is not known here.
func ProcessorTime() time.Duration { return 0 }
