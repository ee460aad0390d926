// Package transport joins the SFU to browsers: one UDP port and the same TCP port, ICE, DTLS, SRTP and SDP by pion.
//
//	browser ── UDP or TCP ──> mux ── ICE, DTLS, SRTP (pion) ── receiver.Write ──> sfu.Ingress
//	browser <── UDP ───────── egress.Batch <── egress.Route <── shard       express: past pion, both the media …
//	browser ─── UDP ───────── egress.Socket ── express.control ──> sfu.Egress       … and the RTCP that answers it
//	browser <── UDP or TCP ── mux <── SRTP (pion) <── egress.Writer <── shard        fallback
//
// Which of the two a receiver gets is decided when its connection is up, before the first packet, and for good. It is
// express if the handshake showed its keys (keys.go; a self-test at the start shows whether that works at all) and its path
// is UDP through a socket of ours. sfu/egress/ALGORITHM.md has the reasons.
//
// Both directions speak VP8, H.264, VP9 and AV1, each with RTX, and Opus with RED: an answer grants what the client offers
// of these, in the order of the offer. engine.go has the list, and that of the header extensions.
//
// It is the only package of the server that imports pion/webrtc. The client always offers and the server answers; the
// client's candidates are not used, since its own checks show where it is (full ICE rather than lite: the first frame
// comes sooner, and the server notices by itself when a path is gone). No interceptors run: packets are taken where SRTP
// writes them, and no goroutine reads a track.
package transport
