// Package egress is the one way out for media: shards that own the sending side of peers, and the UDP socket.
//
//	Publication ── Media, by reference ──> Shard ── forward decides and renumbers ──> Writer (SRTP) ──> Socket
//	Peer        ── Show, Target, Nack  ──>   │
//	                                         └── key frame requests, sender reports
//
// A shard is one goroutine. Each peer belongs to one shard for life, so whatever belongs to a slot (forward state,
// resend index, RTX numbers) is plain data with one owner. Which publication a slot shows is decided in package sfu;
// which packet it sends is decided in core/forward; encryption is behind Writer.
package egress
