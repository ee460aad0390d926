package jsonbody_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api/jsonbody"
)

type meeting struct {
	Title string `json:"title"`
	Seats int    `json:"seats"`
}

func TestDecode(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 17) + "1" + strings.Repeat("}", 17)
	for body, want := range map[string]string{
		`{"title":"Plan","seats":4}`: "",
		` {} `:                       "",
		`{"title":4}`:                "title must be a string",
		`{"seats":"four"}`:           "seats must be a number",
		`{"title":"a","Title":"b"}`:  "Title is there twice",
		`{"colour":"red"}`:           "colour is not known here",
		`["Plan"]`:                   "The body must be a JSON object.",
		`null`:                       "The body must be a JSON object.",
		`{"title":"Plan"} {}`:        "There is something after the JSON value.",
		`{"title":`:                  "The body is not valid JSON.",
		"{\"title\":\"\xff\"}":       "The body is not UTF-8.",
		deep:                         "The JSON is nested too deeply.",
		`{"a":[` + strings.Repeat("1,", 256) + `1]}`: "An array has too many elements.",
	} {
		var got meeting
		err := jsonbody.Decode([]byte(body), &got)
		var wrong *jsonbody.Error
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", body, err)
		case want != "" && (!errors.As(err, &wrong) || err.Error() != want):
			t.Errorf("%.60s: %v, want %s", body, err, want)
		}
	}
}

// Whatever comes in, decoding ends, and what it accepts it accepts for good reason.
func FuzzDecodeJSON(f *testing.F) {
	for _, text := range []string{
		`{"title":"Plan"}`, `{"title":"Plan","title":"x"}`, `{"a":[[[[]]]]}`, `null`, `{}`, `{"title":"\u0000"}`, `{"title":1e400}`, "\xff", `{"":""}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var in meeting
		if err := jsonbody.Decode(body, &in); err != nil {
			if !errors.As(err, new(*jsonbody.Error)) {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		text := strings.TrimSpace(string(body))
		if !strings.HasPrefix(text, "{") || !strings.HasSuffix(text, "}") {
			t.Errorf("accepted %q", body)
		}
	})
}
