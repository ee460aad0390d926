// Package sfu forwards the media of meetings: it takes what each participant publishes and gives every other
// participant what they wish to see and the loudest of what there is to hear.
//
//	Server ── Room (loop): publications, speakers, which slot of which peer carries what
//	            └─ Peer (loop): negotiation, wishes, height to layer
//	                 ├─ Upstream ── Ingress ── Publication: parse, loss, level, history ring ──┐
//	                 └─ Downstream <── egress.Peer <── Shard <── packet, by reference ─────────┘
//
// Of each publication the packets of the last 4.5 s are kept, for resends and newcomers: 8 MiB at most with pictures, and of
// all in a room 256 MiB, of which each keeps its share; the oldest go first.
//
// Cameras of the page that a client may turn to are warm: they send their lowest layer, of which the latest packets are kept
// and a key frame is never old, and nothing is forwarded.
//
// What can be worked out on paper is in core; sockets, ICE, DTLS and SRTP are in transport, behind Transport. Members,
// rights and chat are not known here: package signaling says who may publish what, and under which number.
package sfu
