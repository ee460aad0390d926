package api

import (
	"strings"
	"testing"
)

func TestEmail(t *testing.T) {
	for text, want := range map[string]string{
		"ada@plenum.example": "", " Ada@Plenum.Example ": "", "a+b@x.example": "", "o'neil@x.example": "", "a@localhost": "",
		"": "is required", "ada": "is not", "@x.example": "is not", "ada@": "is not", "a@b@c": "is not", "a b@x.example": "is not",
		"<a@x.example>": "is not", `"a"@x.example`: "is not", "a@[127.0.0.1]": "is not", "ä@x.example": "is not", "a@bücher.example": "is not",
		"a@x.example,b@x.example": "is not", strings.Repeat("a", 65) + "@x.example": "is not", "a@" + strings.Repeat("x", 300): "is too long",
	} {
		var c checks
		got := c.email("email", text)
		if why := c.fields["email"]; want == "" && why != "" || !strings.HasPrefix(why, want) {
			t.Errorf("%q: %q, want %q", text, why, want)
		}
		if want == "" && got != strings.ToLower(strings.TrimSpace(text)) {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"Ada": "Ada", "  Ada  ": "Ada", "Zoë": "Zoë", "Zoe\u0308": "Zoë", "李雷": "李雷", "أمينة": "أمينة", "👩‍👩‍👧‍👦": "👩‍👩‍👧‍👦", "42": "42", "?": "?",
	} {
		var c checks
		if got := c.name("name", text); got != want || c.failure() != nil {
			t.Errorf("%q became %q, %v", text, got, c.failure())
		}
	}
	for _, text := range []string{
		"", " ", "\u200b", "\u200d", "\u3164", "\u2800", "a\nb", "a\x00b", "a\x7fb", "\u202eada", "a\u2066b", "a\u200eb", "a\ufeffb", "a\u2028b", "\ufffd",
		strings.Repeat("a", 65),
	} {
		var c checks
		if c.name("name", text); c.failure() == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestCode(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := newCode()
		if again, ok := parseCode(code); !ok || again != code {
			t.Fatalf("%s became %s, %v", code, again, ok)
		}
		seen[code] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different codes of 1000", len(seen))
	}
	for text, want := range map[string]string{
		"7k3mx-9qd4e": "7k3mx-9qd4e", "7K3MX9QD4E": "7k3mx-9qd4e", "7k3 mx9 qd4e": "7k3mx-9qd4e", "oOiIlL0000": "00111-10000",
		"": "", "7k3mx-9qd4": "", "7k3mx-9qd4e1": "", "7k3mx-9qd4u": "", "7k3mx_9qd4e": "", "7k3mx-9qd4é": "", strings.Repeat("-", 30) + "7k3mx9qd4e": "",
	} {
		got, ok := parseCode(text)
		if want == "" && ok || want != "" && got != want {
			t.Errorf("%q became %q, %v", text, got, ok)
		}
	}
}
