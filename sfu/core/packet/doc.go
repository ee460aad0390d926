// Package packet reads RTP packets once, on arrival, and gives their numbers a type.
//
//	decrypted bytes ──Parse──> Raw ──Unwrapper, codec.Parse──> Packet ──> history ring, shards
//	(hostile)                  aliases the input                immutable, shared by all slots
//
// A Packet is never changed after it was handed on. Sequence numbers and
// timestamps are unwrapped to 64 bits where a packet enters, and nowhere else.
// What a payload means is codec's business; what is missing is loss's.
package packet
