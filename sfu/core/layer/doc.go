// Package layer chooses what of a publication a slot shows: which stream, and which frames of it.
//
//	wish, tile height ──ForHeight──> target ─┬─> Selector <── packets: which stream (simulcast)
//	                                         │      └──> forward, drop or switch, and why
//	                                         └─> Filter <── its packets: which frames (temporal layers, SVC)
//	                                                └──> forward or drop, and why; marker, active targets
//
// Streams change at key frames and at nothing else. Frames are chosen by the dependency descriptor
// where there is one, else by what the payload descriptor says.
package layer
