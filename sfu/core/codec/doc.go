// Package codec reads the payload headers that a forwarding server needs, and writes
// new ones where a slot has numbers of its own.
//
//	payload ──Parse──> Descriptor ──(rewrite)──> VP8IDs ──PatchVP8──> new descriptor bytes
//	                   start, key frame,                               go before the payload,
//	                   picture ids, size                               which is never copied
//
// A codec is a file: vp8.go, opus.go. Each has parse<Codec>, and Patch<Codec> if its
// payload header carries numbers. Payloads are hostile input.
package codec
