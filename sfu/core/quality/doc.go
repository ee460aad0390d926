// Package quality says how good a participant's two directions are, and whose fault it is.
//
//	loss, round trip, jitter, rate, layers ──Update──> Score 0…100, one up and one down
//	                                                   └─ Blame ──> "your connection"
package quality
