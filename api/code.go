package api

import (
	"crypto/rand"
	"strings"
)

// Crockford's base32 in lower case: no i, l, o, u.
const codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const (
	codeLength = 10 // 50 bits
	codeGroup  = 5
)

// newCode makes the code of a meeting, as xxxxx-xxxxx.
func newCode() string {
	var random [codeLength]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	for i, b := range random {
		random[i] = codeAlphabet[b&31]
	}
	return string(random[:codeGroup]) + "-" + string(random[codeGroup:])
}

// parseCode brings a code that somebody typed into the form of newCode: any case, with or without the dash, and
// letters that look like digits taken for these.
func parseCode(text string) (string, bool) {
	if len(text) > 2*codeLength {
		return "", false
	}
	var code strings.Builder
	for _, r := range strings.ToLower(text) {
		switch r {
		case '-', ' ':
			continue
		case 'o':
			r = '0'
		case 'i', 'l':
			r = '1'
		}
		if !strings.ContainsRune(codeAlphabet, r) {
			return "", false
		}
		if code.Len() == codeGroup {
			code.WriteByte('-')
		}
		code.WriteRune(r)
	}
	return code.String(), code.Len() == codeLength+1
}
