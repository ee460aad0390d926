//go:build race

package seeds

// Of is a fifth of n, and at least one.
func Of(n uint64) uint64 { return max(1, n/5) }
