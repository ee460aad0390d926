// Package demand finds out what a publisher has to send: what nobody watches, nobody sends.
//
//	receivers, other nodes ──Set──> Layers ──> the publisher is told
//	                     (raised at once, lowered late)
//	next pages ─────────Warm──> the lowest layer alone, for nobody yet
//
// One Demand is kept per publication and codec. What a receiver wants is allocate's business.
package demand
