// Package signaling is what happens on a meeting's WebSocket, and what stands in for one over plain HTTP.
//
//	client ── /ws, grant or ticket ──> Server ── handshake ──> Session ── one line per message ──> room.Room
//	client <── bounded queue, one writer ─────────────────────── Session <── events ───────────── room.Room
//	                                                              Session <── slots, layers, … ── sfu.Peer
//	studio ── /whip, /whep, token ──> ServeStream ── one offer ─────> Stream ── a participant ──> room.Room, sfu.Peer
//
// A Stream has no socket: WHIP and WHEP make its participant by one request, and end it by another or with its media.
// A Session belongs to one socket: it reads, checks rates, asks the room and the participant's sfu.Peer, and replies.
// What is true in a meeting is the business of package room; who may come in, of package grant; media, of
// package sfu.
package signaling
