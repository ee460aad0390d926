package api

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// commonText holds passwords that guessers try first, one a line: lower case, sorted, none shorter than minPassword.
//
//go:embed common-passwords.txt
var commonText string

var commonList = sync.OnceValue(func() []string {
	return strings.Split(strings.TrimSuffix(commonText, "\n"), "\n")
})

// commonPassword is true for a password of the list in any case, and for one character again and again.
func commonPassword(password string) bool {
	folded := strings.ToLower(password)
	if _, size := utf8.DecodeRuneInString(folded); folded != "" && strings.Trim(folded, folded[:size]) == "" {
		return true
	}
	_, found := slices.BinarySearch(commonList(), folded)
	return found
}
