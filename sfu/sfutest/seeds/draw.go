package seeds

import (
	"flag"
	"math/rand/v2"
	"slices"
)

// go test ./sfu/core/speaker -run Conversation -args -random -seeds 500
var (
	alone  = flag.Uint64("seed", 0, "try this seed alone")
	random = flag.Bool("random", false, "draw the seeds: else each run is the same")
	count  = flag.Uint64("seeds", 0, "how many seeds to try, in place of the usual number")
)

// Draw returns the seeds to try: those that failed once and others, n in all. They are the same in each run unless -random
// asks for fresh ones or -seed for one alone.
func Draw(n uint64, failed ...uint64) []uint64 {
	if *alone != 0 {
		return []uint64{*alone}
	}
	if n = Of(n); *count != 0 {
		n = *count
	}
	list := slices.Clone(failed)
	for next := uint64(1); uint64(len(list)) < n; next++ {
		switch {
		case *random:
			list = append(list, rand.Uint64()) //nolint:gosec // what is tried is no secret
		case !slices.Contains(failed, next):
			list = append(list, next)
		}
	}
	return list
}

// One is the only seed of a test that takes one.
func One() uint64 { return Draw(1)[0] }
