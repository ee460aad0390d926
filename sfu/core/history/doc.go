// Package history remembers what was received and what was sent, for resends.
//
//	reader ──Put──> Ring (one per publisher stream: the packet itself, once) <──Get── shards, recorder
//	slot   ─Claim─> Index (one per slot: out number ──> stream, number, what was written, 48 bytes)
//
// What a ring holds is bounded three ways: by its places, by time (Expire), and, all rings of a publication together, by
// bytes (Bound). The oldest packets go first.
//
// A ring has one writer and any number of readers and no lock: it holds atomic pointers
// to immutable packets, and whoever holds a packet keeps it. This is the only place of
// the core with an atomic in it. Whether a resend is allowed is forward's business.
package history
