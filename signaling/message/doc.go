// Package message holds every message that crosses a Plenum WebSocket, as Go structs.
//
//	client ── {"v":1,"id":7,"type":"chat:message","data":{…}} ──> Decode ──> ClientMessage
//	client <── {"v":1,"seq":42,"type":"participant:joined","data":{…}} ── Encode <── ServerMessage
//
// The structs are the single source of the protocol: the web client's TypeScript types are generated
// from them. What a message does is the business of package signaling and its room.
package message

//go:generate go run ./gen
