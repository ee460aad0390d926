package api

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var inBraces = regexp.MustCompile(`\{[a-z]+\}`)

// Each language has every sentence, with the same gaps in it, and all days and months.
func TestEveryLanguageHasAllWords(t *testing.T) {
	gaps := func(text string) []string {
		found := inBraces.FindAllString(text, -1)
		slices.Sort(found)
		return found
	}
	english := languages["en"]
	for name, w := range languages {
		for key, text := range english {
			if w[key] == "" || !slices.Equal(gaps(w[key]), gaps(text)) {
				t.Errorf("%s: %s is %q", name, key, w[key])
			}
		}
		for key := range w {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: nobody says %s", name, key)
			}
		}
		if days, months := len(strings.Fields(w["weekdays"])), len(strings.Fields(w["months"])); days != 7 || months != 12 {
			t.Errorf("%s: %d days, %d months", name, days, months)
		}
	}
}

func TestDatesInEveryLanguage(t *testing.T) {
	at := time.Date(2026, 11, 26, 10, 5, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"en": "Thursday, 26 November 2026, 10:05 (UTC)",
		"de": "Donnerstag, 26. November 2026, 10:05 Uhr (UTC)",
		"es": "jueves, 26 de noviembre de 2026, 10:05 (UTC)",
		"fr": "jeudi 26 novembre 2026, 10:05 (UTC)",
		"ja": "2026年11月26日(木)10:05(UTC)",
		"ar": "الخميس 26 نوفمبر 2026، 10:05 (UTC)",
	} {
		if got := languages[name].date(at, "UTC"); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// What people wrote is put in as it is, whatever is in it.
func TestSentencesAreFilledInOnce(t *testing.T) {
	if got := languages["en"].say("invitation.text", "host", "{title}", "title", "{host}"); got != "{title} invites you to a meeting: {host}" {
		t.Errorf("%q", got)
	}
}
