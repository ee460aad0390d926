package api

import (
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/unicode/norm"
)

const (
	maxEmail    = 254 // RFC 5321 §4.5.3.1.3
	maxName     = 64  // characters, so 256 bytes at most
	maxTitle    = 200
	minPassword = 10
	maxPassword = 128
	// maxRequestID is as long as the column.
	maxRequestID = 64
)

// checks gathers what is wrong with the fields of a request; each method returns the value in the form to keep.
type checks struct {
	fields map[string]string
}

func (c *checks) wrong(field, why string) {
	if c.fields == nil {
		c.fields = map[string]string{}
	}
	if _, ok := c.fields[field]; !ok {
		c.fields[field] = why
	}
}

// failure is nil if every check passed.
func (c *checks) failure() error {
	if len(c.fields) == 0 {
		return nil
	}
	return invalidFields(c.fields)
}

func invalidFields(fields map[string]string) *Failure {
	f := *errInvalid
	f.Fields = fields
	return &f
}

func (c *checks) email(field, value string) string {
	value = strings.ToLower(norm.NFC.String(strings.TrimSpace(value)))
	switch {
	case value == "":
		c.wrong(field, "is required")
	case len(value) > maxEmail:
		c.wrong(field, "is too long")
	case !isEmail(value):
		c.wrong(field, "is not an e-mail address")
	}
	return value
}

func isEmail(s string) bool {
	address, err := mail.ParseAddress(s)
	if err != nil || address.Address != s || address.Name != "" {
		return false
	}
	local, domain, _ := strings.Cut(s, "@")
	if local == "" || len(local) > 64 || strings.ContainsAny(local, `"`) {
		return false
	}
	for _, r := range s {
		if r > unicode.MaxASCII || unicode.IsControl(r) || unicode.IsSpace(r) {
			return false
		}
	}
	return domain != "" && !strings.HasPrefix(domain, "[")
}

func (c *checks) name(field, value string) string {
	return c.text(field, value, maxName)
}

func (c *checks) title(field, value string) string {
	return c.text(field, value, maxTitle)
}

// requestID is a caller's own name for a request, so that one that is sent again does nothing twice.
func (c *checks) requestID(field string, value *string) *string {
	if value != nil && (*value == "" || len(*value) > maxRequestID || strings.ContainsFunc(*value, func(r rune) bool { return r <= ' ' || r > '~' })) {
		c.wrong(field, "has to be 1 to "+strconv.Itoa(maxRequestID)+" visible characters of ASCII")
	}
	return value
}

// text is one line for people: NFC, no control or bidi characters, something to see in it.
func (c *checks) text(field, value string, limit int) string {
	value = norm.NFC.String(strings.TrimSpace(value))
	switch {
	case value == "":
		c.wrong(field, "is required")
	case utf8.RuneCountInString(value) > limit:
		c.wrong(field, "has more than "+strconv.Itoa(limit)+" characters")
	case strings.ContainsFunc(value, forbiddenInText):
		c.wrong(field, "holds characters that are not allowed")
	case !strings.ContainsFunc(value, visible):
		c.wrong(field, "has nothing to see in it")
	}
	return value
}

func forbiddenInText(r rune) bool {
	switch {
	case unicode.IsControl(r), r == utf8.RuneError, r == '\u2028', r == '\u2029', r == '\ufeff':
		return true
	case r == '\u061c', r == '\u200e', r == '\u200f':
		return true
	default:
		return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
	}
}

func visible(r rune) bool {
	// The Hangul fillers and the blank Braille pattern are letters and symbols that show nothing.
	blank := r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || r == '\u2800'
	return !blank && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsPunct(r) || unicode.IsSymbol(r))
}

// password of a new account. The e-mail address and the name may not serve as one.
func (c *checks) password(field, value, email, name string) string {
	value = norm.NFC.String(value)
	n := utf8.RuneCountInString(value)
	local, _, _ := strings.Cut(email, "@")
	switch {
	case value == "":
		c.wrong(field, "is required")
	case n < minPassword:
		c.wrong(field, "needs at least "+strconv.Itoa(minPassword)+" characters")
	case n > maxPassword:
		c.wrong(field, "has more than "+strconv.Itoa(maxPassword)+" characters")
	case commonPassword(value):
		c.wrong(field, "is one of the most common passwords")
	case strings.EqualFold(value, email), strings.EqualFold(value, local), strings.EqualFold(value, name):
		c.wrong(field, "is your e-mail address or name")
	}
	return value
}

// id is one of ours: a ULID.
func (c *checks) id(field, value string) string {
	if len(value) == 0 || len(value) > 64 || strings.ContainsFunc(value, func(r rune) bool {
		return r > unicode.MaxASCII || r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		c.wrong(field, "is not an id")
	}
	return value
}

// limit is the query parameter that says how many records to answer with.
func (c *checks) limit(ctx echo.Context, standard, most int) int {
	text := ctx.QueryParam("limit")
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		c.wrong("limit", "must be a number from 1 to "+strconv.Itoa(most))
		return standard
	}
	return n
}

// part is an optional query parameter that a record has to be equal to.
func (c *checks) part(ctx echo.Context, name string, limit int) string {
	text := ctx.QueryParam(name)
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > limit {
		c.wrong(name, "has more than "+strconv.Itoa(limit)+" characters, or is no text")
	}
	return text
}

// moment is an optional query parameter that is a time, zero without it.
func (c *checks) moment(ctx echo.Context, name string) time.Time {
	text := ctx.QueryParam(name)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		c.wrong(name, "must be a time as 2026-11-26T12:00:00Z")
	}
	return at
}

// number is an optional query parameter above 0.
func (c *checks) number(ctx echo.Context, name string) uint64 {
	text := ctx.QueryParam(name)
	if text == "" {
		return 0
	}
	// 63 bits: what both databases can compare with.
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n == 0 {
		c.wrong(name, "must be a number above 0")
	}
	return n
}
