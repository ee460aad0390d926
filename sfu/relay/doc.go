// Package relay is the TURN server inside Plenum (RFC 8656): the way for clients whose network lets nothing through but a
// connection that they open themselves, by UDP, TCP or TLS.
//
//	client ── UDP 3478 ─────────┐
//	client ── TCP 3478 ── doors ┼── pion/turn ── relayed ── one UDP socket per allocation ──> our media sockets, nothing else
//	client ── TLS 5349 ── doors ┘       │
//	                                    └── who: credentials, "expiry:participant" and an HMAC; quota by participant
//
// It leads to the media sockets of this server and nowhere else. pion asks by address alone, so there are two locks: targets
// refuses a permission for any address that clients are not told, and relayed drops what goes to, or comes from, another
// port. A client names the address that it was told; relayed translates it into the socket behind, so that a server behind
// NAT needs no hairpin. Its own relay it is told under the public address, too: the media sockets speak of it so (Front), and
// nothing of what is behind the NAT is told to anybody.
//
// A credential is good for some minutes, and after that for as long as its participant is in a meeting: a path that breaks
// in the second hour is mended with the same one. An outside server (coturn with a shared secret) gets credentials of the
// same form from Credential.
//
// What asks other servers, for the address that they see us at or for an allocation, is in ask.go.
package relay
