// Package layer chooses which spatial layer of which publication a slot shows.
//
//	wish, tile height ──ForHeight──> target ──> Selector <── packets
//	                                            └──> forward, drop or switch, and why
//
// Layers change at key frames and at nothing else.
package layer
