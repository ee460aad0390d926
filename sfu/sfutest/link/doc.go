// Package link says what a network path does to packets, on paper: no clock, no socket, no goroutine.
//
//	Profile ── Plan per direction ──┐
//	                                v
//	Send(now, size) ─> MTU, hole ─> queue at a rate ─> loss ─> delay, jitter ─> zero, one or two times of delivery
//	                                └ full: dropped    └ independent or in bursts        └ held back, doubled
//
// A Link is one direction of a path. The same seed gives the same fates: each packet takes the same number of random
// draws whatever the knobs say, so packet n meets the same luck in every profile. Whoever has a clock (package scenario
// in virtual time, package bridge in real time) delivers at the times that Send returns.
package link
