package prefetch

import "unsafe"

// Of asks for the first n lines, of 64 bytes each, of what is at a place. What lies behind its end does no harm.
func Of[T any](place *T, n int) { lines(unsafe.Pointer(place), n) }
