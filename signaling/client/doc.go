// Package client is the Go client of a Plenum server: bots, load testers and tests join meetings through it.
//
//	REST ── register, login, create, join ──> grant
//	Dial(grant) ── WebSocket ── Join, Chat, Wish, Mute, Leave ─────────> server
//	                ├─ Events <── everything that the server says unasked
//	                └─ Resume ── after a lost WebSocket: the same participant, the same media
//	Publish(Track{Feed}) ── Upstream ── RTP, simulcast, RTX, reports ──> SFU
//	Receive(Reception) <── Downstream ── slots, NACK, PLI, reports ───── SFU
//
// A [Feed] makes the frames of a camera, microphone or screen; [Pattern] and [Tone] are synthetic ones that need no
// codec. A [Reception] names the slots to ask for and gets each packet with the publication that it belongs to.
// Decoding, mixing and drawing are left to the caller.
package client
