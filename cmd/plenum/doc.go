// Command plenum is the whole server in one binary.
//
//	flags and PLENUM_* ──> options ──┬─> store ──────────────┐
//	data/secret ──> keys ────────────┤                        ├─> api ──────> HTTP listener (public)
//	                                 ├─> sfu + transport ─> signaling ─────> WebSocket, same listener
//	                                 └─> media socket (UDP and TCP)  admin ─> loopback listener
//
// Here things are joined, and nothing else: each package owns its configuration, and this one fills it in from the
// command line, starts the parts in order and stops them in the opposite order. The tests that look at the whole
// tree live here too: which package may import which, and which versions of libraries are too old.
package main
