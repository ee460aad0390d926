// Package allocate shares what a peer's link carries among the peer's slots.
//
//	estimate ─┐
//	wishes ───┼──Plan──> per slot a target layer, its reason, what to ask of the publisher
//	layers ───┘          and the rate at which more becomes possible, which is the probe's goal
//
// ALGORITHM.md has the rules. The Allocator holds nothing but the hysteresis: what every slot
// was given, since when, and what the link carried lately. What a layer costs is measured
// elsewhere; going over to it is forward's business.
package allocate
