// Package shed decides what is left out while this machine cannot keep up: pictures first, and sound never.
//
//	shard ──Saw(now, how late packets leave)──> Shedder ──> Level: each step leaves more out
//
// A shard keeps one. What a level means is up to those who send: allocate for sizes, layer for single frames.
package shed
