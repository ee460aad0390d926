// Package history remembers what was received and what was sent, for resends.
//
//	reader ──Put──> Ring (one per publisher stream: the packet itself, once) <──Get── shards, recorder
//	slot   ─Claim─> Index (one per slot: out number ──> stream, number, what was written, 48 bytes)
//
// A ring has one writer and any number of readers and no lock: it holds atomic pointers
// to immutable packets, and whoever holds a packet keeps it. This is the only place of
// the core with an atomic in it. Whether a resend is allowed is forward's business.
package history
