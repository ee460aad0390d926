// Package sfutest stands in for browsers and networks in tests of the SFU.
//
//	test ── Publisher.Video, Audio ──> sfu.Ingress … shard ── Slot.Packets ──> test
//
// Transport implements sfu.Transport without sockets: what a test sends arrives at once, and what the SFU sends is kept
// for the test to look at.
package sfutest
