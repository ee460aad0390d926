// Package grant signs and checks what lets a participant into a room.
//
//	api join ── Keys.Grant ──> client ── "auth.<grant>" ────> handshake ── Keys.VerifyGrant ──> room
//	room join ─ Keys.Ticket ─> client ── "resume.<ticket>" ─> handshake ── Keys.VerifyTicket ─> room
//
// A grant is good for one minute, once, on the node and boot that it names. A ticket is good for hours and
// on any node that has the secret; the room knows which one is the last. Who may have either is decided by
// those who call; single use is kept by package signaling.
package grant
