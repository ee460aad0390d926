package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
)

// What a JSON body may be at most.
const (
	maxBody     = 1 << 20
	maxDepth    = 16
	maxElements = 256
)

// decode reads the JSON body into v, a pointer to a request struct. Unknown fields, duplicate keys, data
// after the value, deep nesting and long arrays are refused. An empty body counts as {}.
func decode(c echo.Context, v any) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return errTooLarge
		}
		return errInvalid.because("The body could not be read.")
	}
	if len(body) == 0 {
		return nil
	}
	if !jsonContent(c.Request()) {
		return errMediaType
	}
	return decodeJSON(body, v)
}

func decodeJSON(body []byte, v any) error {
	if !utf8.Valid(body) {
		return errInvalid.because("The body is not UTF-8.")
	}
	if err := scanJSON(body); err != nil {
		return err
	}
	if first := bytes.TrimLeft(body, " \t\r\n"); first[0] != '{' {
		return errInvalid.because("The body must be a JSON object.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return invalidFields(map[string]string{wrongType.Field: "must be a " + jsonKind(wrongType)})
	default:
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return invalidFields(map[string]string{printable(strings.Trim(name, `"`)): "is not known here"})
		}
		return errInvalid.because("The body is not the JSON expected here.")
	}
}

func jsonKind(e *json.UnmarshalTypeError) string {
	switch name := e.Type.String(); {
	case strings.HasPrefix(name, "int"), strings.HasPrefix(name, "uint"), strings.HasPrefix(name, "float"):
		return "number"
	case strings.HasPrefix(name, "bool"):
		return "boolean"
	default:
		return name
	}
}

func jsonContent(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// scanJSON walks the tokens once and refuses what encoding/json would let pass.
func scanJSON(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := scanValue(d, 1); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errInvalid.because("There is something after the JSON value.")
	}
	return nil
}

func scanValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errInvalid.because("The JSON is nested too deeply.")
	}
	token, err := d.Token()
	if err != nil {
		return errInvalid.because("The body is not valid JSON.")
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
			return errInvalid.because("The body is not valid JSON.")
		}
		name, _ := token.(string)
		// encoding/json matches names without regard to case, so "Name" beside "name" is a duplicate.
		folded := strings.ToLower(name)
		if seen[folded] {
			return invalidFields(map[string]string{printable(name): "is there twice"})
		}
		seen[folded] = true
		if len(seen) > maxElements {
			return errInvalid.because("The JSON has too many fields.")
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
			return errInvalid.because("An array has too many elements.")
		}
		if err := scanValue(d, depth+1); err != nil {
			return err
		}
	}
	return scanEnd(d)
}

func scanEnd(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return errInvalid.because("The body is not valid JSON.")
	}
	return nil
}

// printable cuts text from outside to 64 bytes and takes control characters out, so that it can stand in an answer.
func printable(s string) string {
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
