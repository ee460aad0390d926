// Package egress is the one way out for media: shards that own the sending side of peers, and the UDP socket.
//
//	Publication ── Media, by reference ──> Shard ── per peer, per slot: forward decides and renumbers
//	Peer        ── Show, SetLink, Nack ──>   │        │
//	                                         │        ├── Route:  equal lengths, Cipher, into the Batch ── sendmmsg, GSO ──> Socket
//	                                         │        └── Writer: packet by packet through pion ───────────────────────────> Socket
//	                                         └── key frame requests, sender reports
//
//	Socket ── recvmmsg, GRO ──┬── RTCP of an address with a Taker ──> its connection
//	                          └── all else ──> pion's mux
//
// Of relays beside it, behind a NAT, a socket speaks by the address before the NAT (Front).
//
// A shard is one goroutine. Each peer belongs to one shard for life, so whatever belongs to a slot (forward state,
// resend index, RTX numbers) is plain data with one owner. Which publication a slot shows is decided in package sfu;
// which packet it sends is decided in core/forward; where keys come from is the transport's affair. A peer has a Route or
// a Writer from its first packet on. ALGORITHM.md says why, and what it costs.
package egress
