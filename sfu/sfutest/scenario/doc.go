// Package scenario puts the real core between simulated cameras and viewers, in virtual time: minutes of congestion in a
// second, and the same to the bit each time.
//
//	Camera ── packets ──> Viewer: pace ─> forward ─> estimate.History ──> Way (package link) ──> receiver ──> player
//	                         ^  probe <── estimate <── transport feedback, NACK ── Way back ─────────┘
//	                         └─ allocate                        TCP and other viewers share the ways
//
// The decisions are the core's own: estimate, probe, allocate, pace, forward, and loss for what a browser asks again.
// What surrounds them here is as thin as the shard and the peer around them in the server. A Case sets up a World and
// gives a Result: a row of a table, and a plot for people to look at. Cases names them all: those of RFC 8867, and ours.
package scenario
