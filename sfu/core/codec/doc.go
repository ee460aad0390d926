// Package codec reads the payload headers that a forwarding server needs, and writes
// new ones where a slot has numbers of its own.
//
//	payload ──Parse──> Descriptor ──(rewrite)──> VP8IDs ──PatchVP8──> new descriptor bytes
//	                   start, key frame,                               go before the payload,
//	                   picture ids, size                               which is never copied
//
//	RED ──SplitRED──> Opus frames ──AppendRED──> RED with a receiver's payload types
//
// A codec is a file: vp8.go, h264.go, vp9.go, av1.go, opus.go, red.go. Each has parse<Codec>, and Patch<Codec> if
// its payload header carries numbers. Payloads are hostile input.
package codec
