package script_test

import (
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/sfu/sfutest/script"
)

func TestWhatIsWrittenBelowTheRuleIsReplaced(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"as written", "say a\nsay b\n----\na\nb\n", "say a\nsay b\n----\na\nb\n"},
		{"something else", "say a\n----\nb\n", "say a\n----\na\n"},
		{"nothing yet", "say a\n", "say a\n----\na\n"},
		{"comments and indents", "# why\n  say a\n#say b\n----\n", "# why\n  say a\n#say b\n----\na\n"},
		{"blocks", "say a\n----\n\nsay b\nquiet\n----\nc\n\n\n", "say a\n----\na\n\nsay b\nquiet\n----\nb\n"},
		{"silence", "quiet\n----\na\n", "quiet\n----\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := script.Play(test.text, func(command string) string {
				said, ok := strings.CutPrefix(command, "say ")
				if !ok {
					return ""
				}
				return said + "\n"
			})
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if again := script.Play(got, func(string) string { return "" }); strings.Contains(again, "a\nb\n----\na") {
				t.Errorf("what came before is a command: %q", again)
			}
		})
	}
}
