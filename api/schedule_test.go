package api_test

import (
	"strings"
	"testing"
	"time"
)

func TestAScheduleIsKeptShownAndTakenAway(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Stand-up","schedule":{"startsAt":"2026-11-26T08:00:00Z","minutes":30,"timeZone":"Europe/Berlin","recurrence":"FREQ=DAILY;COUNT=3"}}`)
	type shown struct {
		Meeting struct {
			Schedule *struct {
				NextAt     *time.Time
				Recurrence string
			}
		}
	}
	see := func() shown {
		return read[shown](w, w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code, as: "ada"}))
	}
	if got := see().Meeting.Schedule; got == nil || got.NextAt == nil || got.NextAt.Format(time.RFC3339) != "2026-11-26T08:00:00Z" {
		t.Fatalf("shown %+v", got)
	}
	w.later(24 * time.Hour)
	if got := see().Meeting.Schedule; got.NextAt.Format(time.RFC3339) != "2026-11-27T08:00:00Z" {
		t.Errorf("a day later next is %v", got.NextAt)
	}
	outside := w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code})
	if strings.Contains(string(outside.body), "schedule") {
		t.Errorf("strangers see %s", outside.body)
	}
	ics := w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code + "/calendar.ics", as: "ada"})
	if !strings.Contains(string(ics.body), "RRULE:FREQ=DAILY;COUNT=3\r\n") || !strings.Contains(ics.header.Get("Content-Disposition"), m.Code) {
		t.Errorf("calendar %s", ics.body)
	}
	w.later(7 * 24 * time.Hour)
	if got := see().Meeting.Schedule; got.NextAt != nil {
		t.Errorf("after the last time next is %v", got.NextAt)
	}
	list := w.want(200, call{method: "GET", path: "/api/meetings?view=upcoming", as: "ada"})
	if strings.Contains(string(list.body), m.Code) {
		t.Errorf("over, but upcoming: %s", list.body)
	}
	w.want(200, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: `{"unschedule":true}`})
	if got := see().Meeting.Schedule; got != nil {
		t.Errorf("unscheduled, but %+v", got)
	}
	w.want(404, call{method: "GET", path: "/api/meetings/" + m.Code + "/calendar.ics", as: "ada"})
}

func TestBadSchedulesAndSettingsAreRefused(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	good := map[string]string{"startsAt": `"2026-11-26T08:00:00Z"`, "minutes": "30", "timeZone": `"UTC"`}
	for _, c := range []struct{ field, value, wrong string }{
		{"startsAt", `"2400-01-01T00:00:00Z"`, "schedule.startsAt"},
		{"startsAt", `"1999-01-01T00:00:00Z"`, "schedule.startsAt"},
		{"minutes", "4", "schedule.minutes"},
		{"minutes", "1441", "schedule.minutes"},
		{"timeZone", `"Mars/Olympus"`, "schedule.timeZone"},
		{"timeZone", `"Local"`, "schedule.timeZone"},
		{"timeZone", `""`, "schedule.timeZone"},
		{"timeZone", `"../../etc/passwd"`, "schedule.timeZone"},
		{"recurrence", `"FREQ=SECONDLY"`, "schedule.recurrence"},
		{"recurrence", `"FREQ=DAILY;UNTIL=20200101"`, "schedule.recurrence"},
		{"recurrence", `"FREQ=DAILY\r\nX:1"`, "schedule.recurrence"},
	} {
		fields := []string{}
		for name, value := range good {
			if name != c.field {
				fields = append(fields, `"`+name+`":`+value)
			}
		}
		body := `{"schedule":{` + strings.Join(append(fields, `"`+c.field+`":`+c.value), ",") + `}}`
		if a := w.want(400, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: body}); fieldNames(a) != c.wrong {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	for body, wrong := range map[string]string{
		`{"settings":{"chatHistory":"some"}}`: "settings.chatHistory",
		`{"unschedule":true,"schedule":{"startsAt":"2026-11-26T08:00:00Z","minutes":30,"timeZone":"UTC"}}`: "unschedule",
	} {
		if a := w.want(400, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: body}); fieldNames(a) != wrong {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	w.want(400, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: `{"settings":{"permissions":{"fly":true}}}`})
	w.want(400, call{method: "GET", path: "/api/meetings?view=some", as: "ada"})
}

func TestSettingsChangeOneByOne(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan","settings":{"lobby":true,"permissions":{"share":false}}}`)
	w.want(200, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: `{"settings":{"chatHistory":"joined","permissions":{"unmute":false}}}`})
	a := w.want(200, call{method: "PATCH", path: "/api/meetings/" + m.Code, as: "ada", body: `{"settings":{"permissions":{"share":true}}}`})
	want := `"settings":{"lobby":true,"chatHistory":"joined","permissions":{"unmute":false,"camera":true,"share":true,"chat":true,"privateChat":true,"reactions":true,"rename":true}}`
	if !strings.Contains(string(a.body), want) {
		t.Errorf("settings %s", a.body)
	}
}
