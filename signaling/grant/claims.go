package grant

import (
	"errors"
	"time"
)

// Kind tells the tokens apart.
type Kind uint8

const (
	// Grant comes from the REST API and is good once.
	Grant Kind = iota
	// Ticket comes from the room and is good until the next one.
	Ticket
	// stream is that of a Stream.
	stream
)

func (k Kind) String() string {
	switch k {
	case Ticket:
		return "ticket"
	case stream:
		return "stream"
	case Grant:
	}
	return "grant"
}

// typ is the token's header, so that one can never pass for the other.
func (k Kind) typ() string { return "plenum-" + k.String() + "+jwt" }

// life is how long a token is good.
func (k Kind) life() time.Duration {
	if k == Ticket {
		return TicketLife
	}
	return GrantLife
}

const (
	// GrantLife is the time between the answer of the REST API and the handshake.
	GrantLife = time.Minute
	// TicketLife is the longest time after which a client may come back without the REST API.
	TicketLife = 12 * time.Hour
	// Leeway for clocks that differ.
	Leeway = 5 * time.Second
	// MaxSize of a token in bytes, checked before it is parsed.
	MaxSize = 2 << 10
)

// Claims say who may enter which room as what. The room's own state overrules them at once.
type Claims struct {
	// Participant is the row in the store.
	Participant string
	// Code and Meeting name the meeting, Occurrence the holding of it.
	Code, Meeting, Occurrence string
	// Epoch of the occurrence.
	Epoch uint64
	// User is empty for guests.
	User  string
	Name  string
	Host  bool
	Guest bool
	// CoHost comes in as one.
	CoHost bool
	// Admitted does not wait in the lobby.
	Admitted bool
	// Device tells guests apart: a hash of what their browser keeps.
	Device string
	// SignIn is the family of refresh tokens that the API call came with; its end is the end of the ticket.
	SignIn string
	// Test marks a room of a connection test, which no record is kept of.
	Test bool

	// Stream is what somebody does who came with HTTP alone. No grant and no ticket carries it.
	Stream Way

	// Request is the API call that the grant was the answer to, so that logs can be read across it.
	Request string
	// Trace is the span of that call, as a traceparent of W3C's Trace Context; empty if nobody traces it.
	Trace string

	// ID of the token; Grant and Ticket make a new one and ignore what is here.
	ID string
	// ExpiresAt is set by verification.
	ExpiresAt time.Time
}

// Errors of verification. Outside they all look alike; inside they say what to log.
var (
	ErrMalformed = errors.New("malformed token")
	ErrExpired   = errors.New("expired token")
	ErrForeign   = errors.New("token of another kind, key or node")
)
