package message

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// serverTypes finds a server message's Go type by its name on the wire.
var serverTypes = func() map[string]reflect.Type {
	out := make(map[string]reflect.Type, len(serverMessages))
	for _, m := range serverMessages {
		out[m.serverMessage()] = reflect.TypeOf(m)
	}
	return out
}()

// DecodeServer reads what a server sent, for clients in Go. A type that this version does not know gives a nil
// message and no error, so that an older client lives with a newer server.
func DecodeServer(raw []byte) (Envelope, ServerMessage, error) {
	var envelope Envelope
	if err := json.Unmarshal(raw, &envelope); err != nil {
		return Envelope{}, nil, fmt.Errorf("decoding an envelope: %w", err)
	}
	typ, ok := serverTypes[envelope.Type]
	if !ok {
		return envelope, nil, nil
	}
	m := reflect.New(typ)
	if len(envelope.Data) > 0 {
		if err := json.Unmarshal(envelope.Data, m.Interface()); err != nil {
			return envelope, nil, fmt.Errorf("decoding %s: %w", envelope.Type, err)
		}
	}
	return envelope, m.Elem().Interface().(ServerMessage), nil
}
