package api

import (
	"embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are what the server itself writes for people, in one language. The keys are those of words/en.json.
type words map[string]string

// languages are those that there are words in; the client has the same.
var languages = map[string]words{
	"en": readWords("en"), "de": readWords("de"), "es": readWords("es"), "fr": readWords("fr"), "ja": readWords("ja"), "ar": readWords("ar"),
}

func readWords(language string) words {
	raw, err := wordFiles.ReadFile("words/" + language + ".json")
	var w words
	if err == nil {
		err = json.Unmarshal(raw, &w)
	}
	if err != nil {
		panic(err) // it is part of the program
	}
	return w
}

// say is a sentence with its {names} filled in: with has name and text in turn.
func (w words) say(key string, with ...string) string {
	pairs := make([]string, len(with))
	for i, text := range with {
		pairs[i] = text
		if i%2 == 0 {
			pairs[i] = "{" + text + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(w[key])
}

// date is a day and time by the clock of its own zone.
func (w words) date(at time.Time, zone string) string {
	return w.say("date",
		"weekday", strings.Fields(w["weekdays"])[at.Weekday()], "day", strconv.Itoa(at.Day()),
		"month", strings.Fields(w["months"])[at.Month()-1], "year", strconv.Itoa(at.Year()),
		"time", at.Format("15:04"), "zone", zone)
}

// maxAcceptLanguage bytes are looked at.
const maxAcceptLanguage = 256

// languageOf is the one that a request likes best of those that there are words in; empty for none.
func languageOf(c echo.Context) string {
	header := c.Request().Header.Get("Accept-Language")
	if len(header) > maxAcceptLanguage {
		return ""
	}
	best, most := "", 0.0
	for choice := range strings.SplitSeq(header, ",") {
		// RFC 9110 §12.5.4: "de-AT;q=0.8" is German, and worth 0.8.
		tag, parameter, _ := strings.Cut(strings.TrimSpace(choice), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		weight := 1.0
		if q, weighed := strings.CutPrefix(strings.TrimSpace(parameter), "q="); weighed {
			weight, _ = strconv.ParseFloat(q, 64)
		}
		if _, known := languages[primary]; known && weight > most {
			best, most = primary, weight
		}
	}
	return best
}

// wordsFor has the first of some languages that there are words in, else those of the request, else English.
func wordsFor(c echo.Context, preferred ...string) words {
	for _, l := range append(preferred, languageOf(c)) {
		if w, known := languages[l]; known {
			return w
		}
	}
	return languages["en"]
}
