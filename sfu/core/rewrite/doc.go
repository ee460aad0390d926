// Package rewrite gives the packets of changing sources the numbers of one slot.
//
//	source numbers ──> Sequence, Clock, VP8 ──> slot numbers, strictly continuous
package rewrite
