//go:build amd64 || arm64

package prefetch

import "unsafe"

// Lines asks for the first n lines, of 64 bytes each, of what is at a place. What lies behind its end does no harm.
//
//go:noescape
func Lines(place unsafe.Pointer, n int)
