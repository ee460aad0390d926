// Package pace spreads what a peer is sent, so that a key frame does not arrive as a burst that
// fills the link's queue.
//
//	source packets ──Push──> audio ──────────────────────────────────────> Pop ──> forward: numbers
//	                         repair, video by turns of the lanes, padding ──┘        │
//	                              ↑ up to 2.5 × estimate                           │
//	                              └──────────── Settle: what was not sent after all ─┘
//
// It is the only queue on a packet's way, and it comes before the numbering: what is dropped
// here never existed for the receiver. ALGORITHM.md has the rules.
package pace
