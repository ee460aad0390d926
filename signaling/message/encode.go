package message

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Encoded is a server message in the form of the wire but for its numbers: encoded once, sent to many.
type Encoded struct {
	// tail is `"type":"…","data":{…}}`; shared and immutable.
	tail    []byte
	kind    string
	patient bool
}

// Encode turns a message into its wire form. A message that JSON cannot carry is a broken program.
func Encode(m ServerMessage) Encoded {
	data, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("encoding %s: %v", m.serverMessage(), err))
	}
	tail := make([]byte, 0, len(data)+64)
	tail = append(tail, `"type":`...)
	tail = strconv.AppendQuote(tail, m.serverMessage())
	tail = append(tail, `,"data":`...)
	tail = append(tail, data...)
	_, joined := m.(ParticipantJoined)
	_, left := m.(ParticipantLeft)
	return Encoded{tail: append(tail, '}'), kind: m.serverMessage(), patient: joined || left}
}

// Patient says that the message may wait a moment for others: it tells who is there, and changes nothing else.
func (e Encoded) Patient() bool { return e.patient }

// Is says whether it is a message of the type of m.
func (e Encoded) Is(m ServerMessage) bool { return e.kind == m.serverMessage() }

// Size in bytes of the message without its numbers.
func (e Encoded) Size() int { return len(e.tail) }

// Append writes the whole message to dst. Re is the request that it answers, seq the event's number; 0 leaves
// either out.
func (e Encoded) Append(dst []byte, re, seq uint64) []byte {
	dst = append(dst, `{"v":`...)
	dst = strconv.AppendInt(dst, Version, 10)
	if re != 0 {
		dst = append(dst, `,"re":`...)
		dst = strconv.AppendUint(dst, re, 10)
	}
	if seq != 0 {
		dst = append(dst, `,"seq":`...)
		dst = strconv.AppendUint(dst, seq, 10)
	}
	dst = append(dst, ',')
	return append(dst, e.tail...)
}

// EncodeRequest wraps a client's message for the wire. Id numbers it; 0 asks for no reply number.
func EncodeRequest(id uint64, m ClientMessage) ([]byte, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", m.clientMessage(), err)
	}
	return json.Marshal(Envelope{V: Version, ID: id, Type: m.clientMessage(), Data: data})
}
