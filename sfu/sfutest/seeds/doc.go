// Package seeds says how many random scripts a long property is tried with: all of them without the race detector, a few
// with it. The detector makes arithmetic five times slower, and what has one goroutine holds no race for it to find;
// `task test:go` runs such packages both ways.
//
// Draw says which: the same in each run, so that no build fails by luck. Fresh ones are tried by
//
//	go test ./sfu/core/speaker -args -random -seeds 500
//
// and the one that a failure tells by -args -seed N.
package seeds
