package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	// MaxSize of a client's message in bytes: the read limit of the socket.
	MaxSize = 256 << 10
	// maxDepth of nested arrays and objects.
	maxDepth = 16
	// maxElements of one array.
	maxElements = 256
)

// Incoming is a client's message that passed every check that needs no room.
type Incoming struct {
	// ID of the request, 0 if the client gave none.
	ID      uint64
	Message ClientMessage
	Kind    Kind
}

// Error makes the wire's error an error of Go, so that whoever refuses a request says it once.
func (e Error) Error() string { return string(e.Code) + ": " + e.Message }

// Refuse makes an error for the client.
func Refuse(code Code, sentence string) Error { return Error{Code: code, Message: sentence} }

// clientEnvelope is what a client may put around a message.
type clientEnvelope struct {
	V    int             `json:"v"`
	ID   uint64          `json:"id"`
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Decode reads a client's message strictly. The error is always an Error; the Incoming beside it has the
// request's id if that could be read.
func Decode(raw []byte) (Incoming, error) {
	if len(raw) > MaxSize {
		return Incoming{}, Refuse(TooLarge, "The message is too large.")
	}
	if err := checkForm(raw); err != nil {
		return Incoming{ID: idOf(raw)}, Refuse(BadMessage, "The message is not well formed: "+err.Error()+".")
	}
	var envelope clientEnvelope
	if err := strictly(raw, &envelope); err != nil {
		return Incoming{ID: idOf(raw)}, Refuse(BadMessage, "The envelope is not as it should be.")
	}
	in := Incoming{ID: envelope.ID}
	if envelope.V != Version {
		return in, Refuse(BadMessage, fmt.Sprintf("This server speaks version %d.", Version))
	}
	kind, ok := kinds[envelope.Type]
	if !ok {
		return in, Refuse(UnknownType, "There is no message of this type.")
	}
	in.Kind = kind
	if len(raw) > kind.MaxSize {
		return in, Refuse(TooLarge, fmt.Sprintf("A %s may have %d bytes.", kind.Type, kind.MaxSize))
	}
	if len(envelope.Data) == 0 {
		envelope.Data = json.RawMessage("{}")
	}
	m, err := kind.decode(envelope.Data)
	if err != nil {
		return in, err
	}
	in.Message = m
	return in, nil
}

// idOf finds the request's id in a message that is refused, so that the sender knows which one it was.
func idOf(raw []byte) uint64 {
	var envelope struct {
		ID uint64 `json:"id"`
	}
	if json.Unmarshal(raw, &envelope) != nil {
		return 0
	}
	return envelope.ID
}

// strictly decodes one value without unknown fields.
func strictly(raw []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// checkForm walks the whole text once: what encoding/json would let pass is refused here.
func checkForm(raw []byte) error {
	if !utf8.Valid(raw) {
		return errors.New("not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	first, err := decoder.Token()
	if err != nil {
		return errors.New("not JSON")
	}
	if first != json.Delim('{') {
		return errors.New("not an object")
	}
	if err := checkObject(decoder, 1); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the object")
	}
	return nil
}

func checkObject(decoder *json.Decoder, depth int) error {
	seen := make(map[string]bool, 8)
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return errors.New("not JSON")
		}
		key, _ := token.(string)
		if seen[key] {
			return errors.New("a key comes twice")
		}
		// encoding/json matches names without regard to case; the protocol does not.
		if !fieldNames[key] {
			return errors.New("a field is unknown")
		}
		seen[key] = true
		if err := checkValue(decoder, depth); err != nil {
			return err
		}
	}
	return closeDelim(decoder)
}

func checkArray(decoder *json.Decoder, depth int) error {
	for n := 0; decoder.More(); n++ {
		if n == maxElements {
			return errors.New("an array is too long")
		}
		if err := checkValue(decoder, depth); err != nil {
			return err
		}
	}
	return closeDelim(decoder)
}

func checkValue(decoder *json.Decoder, depth int) error {
	token, err := decoder.Token()
	if err != nil {
		return errors.New("not JSON")
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth == maxDepth {
		return errors.New("nested too deep")
	}
	if delim == '{' {
		return checkObject(decoder, depth+1)
	}
	return checkArray(decoder, depth+1)
}

func closeDelim(decoder *json.Decoder) error {
	if _, err := decoder.Token(); err != nil {
		return errors.New("not JSON")
	}
	return nil
}
