// Package receive makes of what arrives the packets that everybody shares: the one copy of each payload, with its layer
// and what it depends on.
//
//	packet.Raw, 64 bit number ──> Reader ──> *packet.Packet, in order of arrival
//	                                │        (held back while the structure they refer to is missing)
//	                                └──────> how many spatial layers there are, and how tall
//
//	packet.Raw of its retransmissions ──> Early ──> the same, once the stream itself has begun
//
// One Reader per stream. What was lost, and what is asked for again, is package loss's business.
package receive
