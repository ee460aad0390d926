// Package rewrite gives the packets of changing sources the numbers of one slot.
//
//	source numbers ──> Sequence, Timeline ──────────> RTP header    ┐
//	                   VP8, VP9 ────────────────────> picture ids   ├ strictly continuous
//	                   Frames ──> frame number of the descriptor    ┘
package rewrite
