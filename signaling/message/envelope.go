package message

import "encoding/json"

// Version is the protocol version that both sides put in "v".
const Version = 1

// Subprotocol is the WebSocket subprotocol that the server selects.
const Subprotocol = "plenum.v1"

// Prefixes of the second subprotocol value, which carries the credential so that it is never in a URL.
const (
	GrantPrefix  = "auth."
	TicketPrefix = "resume."
)

// Envelope wraps every message in both directions.
type Envelope struct {
	V int `json:"v"`
	// ID numbers a client's request; the reply carries it as Re.
	ID uint64 `json:"id,omitempty"`
	Re uint64 `json:"re,omitempty"`
	// Seq rises by one with each event of the room that this participant is meant to see.
	Seq  uint64          `json:"seq,omitempty"`
	Type string          `json:"type"`
	Data json.RawMessage `json:"data,omitempty"`
}
