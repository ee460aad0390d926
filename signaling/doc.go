// Package signaling is what happens on a meeting's WebSocket.
//
//	client ── /ws, grant or ticket ──> Server ── handshake ──> Session ── one line per message ──> room.Room
//	client <── bounded queue, one writer ─────────────────────── Session <── events ───────────── room.Room
//	                                                              Session <── slots, layers, … ── sfu.Peer
//
// A Session belongs to one socket: it reads, checks rates, asks the room and the participant's sfu.Peer, and replies.
// What is true in a meeting is the business of package room; who may come in, of package grant; media, of
// package sfu.
package signaling
