// Package grant signs and checks what lets a participant into a room.
//
//	api join ── Keys.Grant ──> client ── "auth.<grant>" ────> handshake ── Keys.VerifyGrant ──> room
//	room join ─ Keys.Ticket ─> client ── "resume.<ticket>" ─> handshake ── Keys.VerifyTicket ─> room
//	api streams Keys.Stream ─> studio ── Bearer <stream> ───> WHIP, WHEP ─ Keys.VerifyStream ─> room
//
// A grant is good for one minute, once, on the node and boot that it names. A ticket is good for hours and
// on any node that has the secret; the room knows which one is the last. A stream's token is good as often as its
// bearer likes, until it expires or its invitation is revoked. Who may have any of them is decided by those who
// call; single use is kept by package signaling.
package grant
