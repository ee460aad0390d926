package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a body may hold at most.
const (
	maxDepth    = 16
	maxElements = 256
)

// Error says what is wrong with a body.
type Error struct {
	// Field is at fault, "" if it is the body as a whole.
	Field string
	// Text goes on from the field's name, or is a sentence.
	Text string
}

func (e *Error) Error() string {
	if e.Field == "" {
		return e.Text
	}
	return e.Field + " " + e.Text
}

// Decode reads the JSON object in body into v, a pointer to a struct. Unknown and repeated fields, data after the object,
// deep nesting and long arrays are refused. What is wrong with the body is an *Error.
func Decode(body []byte, v any) error {
	if !utf8.Valid(body) {
		return &Error{Text: "The body is not UTF-8."}
	}
	if err := scan(body); err != nil {
		return err
	}
	if first := bytes.TrimLeft(body, " \t\r\n"); first[0] != '{' {
		return &Error{Text: "The body must be a JSON object."}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return &Error{Field: wrongType.Field, Text: "must be a " + kind(wrongType)}
	default:
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return &Error{Field: Printable(strings.Trim(name, `"`)), Text: "is not known here"}
		}
		return &Error{Text: "The body is not the JSON expected here."}
	}
}

func kind(e *json.UnmarshalTypeError) string {
	switch name := e.Type.String(); {
	case strings.HasPrefix(name, "int"), strings.HasPrefix(name, "uint"), strings.HasPrefix(name, "float"):
		return "number"
	case strings.HasPrefix(name, "bool"):
		return "boolean"
	default:
		return name
	}
}

// scan walks the tokens once and refuses what encoding/json would let pass.
func scan(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := scanValue(d, 1); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &Error{Text: "There is something after the JSON value."}
	}
	return nil
}

func scanValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return &Error{Text: "The JSON is nested too deeply."}
	}
	token, err := d.Token()
	if err != nil {
		return &Error{Text: "The body is not valid JSON."}
	}
	switch token {
	case json.Delim('{'):
		return scanObject(d, depth)
	case json.Delim('['):
		return scanArray(d, depth)
	}
	return nil
}

func scanObject(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return &Error{Text: "The body is not valid JSON."}
		}
		name, _ := token.(string)
		// encoding/json matches names without regard to case, so "Name" beside "name" is a duplicate.
		folded := strings.ToLower(name)
		if seen[folded] {
			return &Error{Field: Printable(name), Text: "is there twice"}
		}
		seen[folded] = true
		if len(seen) > maxElements {
			return &Error{Text: "The JSON has too many fields."}
		}
		if err := scanValue(d, depth+1); err != nil {
			return err
		}
	}
	return scanEnd(d)
}

func scanArray(d *json.Decoder, depth int) error {
	for n := 0; d.More(); n++ {
		if n == maxElements {
			return &Error{Text: "An array has too many elements."}
		}
		if err := scanValue(d, depth+1); err != nil {
			return err
		}
	}
	return scanEnd(d)
}

func scanEnd(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return &Error{Text: "The body is not valid JSON."}
	}
	return nil
}

// Printable cuts text from outside to 64 bytes and takes control characters out, so that it can stand in an answer.
func Printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, s)
	if len(s) <= 64 {
		return s
	}
	cut := 64
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}
