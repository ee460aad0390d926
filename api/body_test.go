package api_test

import (
	"io"
	"strings"
	"testing"
)

func TestBadBodies(t *testing.T) {
	w := newWorld(t)
	nested := strings.Repeat(`[`, 17) + strings.Repeat(`]`, 17)
	many := `[` + strings.Repeat(`1,`, 256) + `1]`
	for _, s := range []struct {
		name, body string
		status     int
		fields     string
	}{
		{"good", `{"title":"Plan"}`, 201, ""},
		{"not JSON", `title=Plan`, 400, ""},
		{"cut short", `{"title":"Plan"`, 400, ""},
		{"array", `["Plan"]`, 400, ""},
		{"string", `"Plan"`, 400, ""},
		{"null", `null`, 400, ""},
		{"blank", `   `, 400, ""},
		{"NaN", `{"title":NaN}`, 400, ""},
		{"not UTF-8", "{\"title\":\"\xff\"}", 400, ""},
		{"trailing data", `{"title":"Plan"}{"title":"Other"}`, 400, ""},
		{"trailing bracket", `{"title":"Plan"}]`, 400, ""},
		{"duplicate", `{"title":"Plan","title":"Other"}`, 400, "title"},
		{"duplicate in another case", `{"title":"Plan","Title":"Other"}`, 400, "Title"},
		{"duplicate by escape", `{"title":"Plan","t\u0069tle":"Other"}`, 400, "title"},
		{"unknown", `{"title":"Plan","hostId":"01J"}`, 400, "hostId"},
		{"long unknown name", `{"title":"Plan","` + strings.Repeat("x", 100) + `":1}`, 400, strings.Repeat("x", 64)},
		{"too deep", `{"title":` + nested + `}`, 400, ""},
		{"too many elements", `{"title":` + many + `}`, 400, ""},
		{"wrong type", `{"title":"Plan","guestsAllowed":"yes"}`, 400, "guestsAllowed"},
		{"object for text", `{"title":{}}`, 400, "title"},
		{"empty title", `{"title":""}`, 400, "title"},
		{"long title", `{"title":"` + strings.Repeat("a", 201) + `"}`, 400, "title"},
		{"newline in the title", `{"title":"a\nb"}`, 400, "title"},
		{"SQL", `{"title":"'); DROP TABLE users; --"}`, 201, ""},
		{"markup", `{"title":"<script>alert(1)</script>"}`, 201, ""},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := w.in(t)
			a := w.want(s.status, call{method: "POST", path: "/api/meetings", as: "ada", body: s.body})
			if s.status == 400 && a.failure().Code != "invalid" {
				t.Errorf("code %q", a.failure().Code)
			}
			if got := fieldNames(a); got != s.fields {
				t.Errorf("fields %q, want %q: %s", got, s.fields, a.body)
			}
		})
	}
}

func TestOtherMediaTypes(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"} {
		a := w.want(415, call{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Plan"}`, header: map[string]string{"Content-Type": kind}})
		if a.failure().Code != "invalid" {
			t.Errorf("%s: code %q", kind, a.failure().Code)
		}
	}
	w.want(201, call{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Plan"}`, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}})
}

// 1 MiB passes the reader, one byte more does not, whether the length is announced or not.
func TestBodyLimit(t *testing.T) {
	w := newWorld(t)
	body := func(size int) string {
		frame := `{"title":""}`
		return `{"title":"` + strings.Repeat("a", size-len(frame)) + `"}`
	}
	w.want(400, call{method: "POST", path: "/api/meetings", as: "ada", body: body(1 << 20)})
	for name, c := range map[string]call{
		"announced": {method: "POST", path: "/api/meetings", as: "ada", body: body(1<<20 + 1)},
		"chunked":   {method: "POST", path: "/api/meetings", as: "ada", reader: io.MultiReader(strings.NewReader(body(1<<20 + 1)))},
	} {
		if a := w.want(413, c); a.failure().Code != "too_large" {
			t.Errorf("%s: code %q", name, a.failure().Code)
		}
	}
	w.want(201, call{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Plan"}`})
}

// Nobody gets a right by writing it into a body.
func TestMassAssignment(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	before, err := w.store.MeetingByCode(w.Context(), m.Code)
	w.must(err)
	for _, c := range []call{
		{method: "POST", path: "/api/auth/register", body: `{"email":"m@x.example","password":"a long walk","name":"M","FIELD":VALUE}`},
		{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `","FIELD":VALUE}`},
		{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Other","FIELD":VALUE}`},
		{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: `{"title":"Other","FIELD":VALUE}`},
		{method: "POST", path: "/api/meetings/" + m.Code + "/join", as: "grace", body: `{"FIELD":VALUE}`},
		{method: "POST", path: "/api/meetings/" + m.Code + "/join", body: `{"name":"Gus","FIELD":VALUE}`},
		{method: "POST", path: "/api/meetings/" + m.Code + "/leave", as: "grace", body: `{"FIELD":VALUE}`},
		{method: "POST", path: "/api/meetings/" + m.Code + "/end", as: "ada", body: `{"FIELD":VALUE}`},
	} {
		for field, value := range map[string]string{
			"role": `"HOST"`, "isHost": `true`, "hostId": `"` + w.person("grace").ID + `"`, "host_id": `"x"`, "ownerId": `"x"`,
			"permissions": `["all"]`, "userId": `"` + w.person("ada").ID + `"`, "id": `"x"`, "code": `"00000-00000"`, "passwordHash": `"x"`,
		} {
			sent := c
			sent.body = strings.NewReplacer("FIELD", field, "VALUE", value).Replace(c.body)
			a := w.want(400, sent)
			if got := fieldNames(a); got != field {
				t.Errorf("%s %s: fields %q, want %q", c.method, c.path, got, field)
			}
		}
	}
	after, err := w.store.MeetingByCode(w.Context(), m.Code)
	w.must(err)
	if before != after {
		t.Errorf("the meeting's record changed: %+v, %+v", before, after)
	}
	participants, _, err := w.store.ParticipantsOf(w.Context(), before.ID, "", 10, true)
	w.must(err)
	if len(participants) != 0 {
		t.Errorf("somebody came in: %+v", participants)
	}
}
