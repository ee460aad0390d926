package api

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestRecurrence(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// A Wednesday, in winter time.
	first := time.Date(2026, 3, 11, 9, 30, 0, 0, berlin)
	for rule, want := range map[string]string{
		"":                              "03-11",
		"FREQ=DAILY;COUNT=3":            "03-11 03-12 03-13",
		"FREQ=DAILY;INTERVAL=2;COUNT=3": "03-11 03-13 03-15",
		"FREQ=DAILY;UNTIL=20260313":     "03-11 03-12 03-13",
		// 9:30 in Berlin is 8:30 in UTC.
		"FREQ=DAILY;UNTIL=20260312T083000Z":             "03-11 03-12",
		"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=5":       "03-11 03-12 03-13 03-16 03-17",
		"FREQ=WEEKLY;COUNT=3":                           "03-11 03-18 03-25",
		"FREQ=WEEKLY;INTERVAL=2;COUNT=3":                "03-11 03-25 04-08",
		"FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4":               "03-11 03-16 03-18 03-23",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=4":    "03-11 03-23 03-25 04-06",
		"FREQ=WEEKLY;BYDAY=FR;COUNT=2":                  "03-13 03-20",
		"FREQ=MONTHLY;COUNT=3":                          "03-11 04-11 05-11",
		"FREQ=MONTHLY;BYDAY=2WE;COUNT=3":                "03-11 04-08 05-13",
		"FREQ=MONTHLY;BYDAY=-1FR;COUNT=3":               "03-27 04-24 05-29",
		"FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3":            "03-31 05-31 07-31",
		"FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3":            "03-31 04-30 05-31",
		"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2":   "03-13 11-13",
		"FREQ=YEARLY;COUNT=2":                           "03-11 03-11",
		"FREQ=DAILY;BYMONTHDAY=1,15;COUNT=2":            "03-15 04-01",
		"FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=3;COUNT=1": "03-03",
	} {
		r, err := parseRecurrence(rule)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		var got []string
		r.times(first, first, func(at time.Time) bool {
			if at.Hour() != 9 || at.Minute() != 30 {
				t.Errorf("%s: at %v", rule, at)
			}
			got = append(got, at.Format("01-02"))
			return len(got) < 10
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", rule, got, want)
		}
	}
}

func TestRecurrenceRefuses(t *testing.T) {
	for _, rule := range []string{
		"DAILY", "FREQ=HOURLY", "INTERVAL=2", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=101", "FREQ=DAILY;COUNT=0",
		"FREQ=DAILY;COUNT=1001", "FREQ=DAILY;COUNT=2;UNTIL=20260101", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;FREQ=DAILY",
		"FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=6MO", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=MONTHLY;BYDAY=",
		"FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=YEARLY;BYDAY=MO", "FREQ=WEEKLY;BYMONTHDAY=1",
		"FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;", "FREQ=DAILY;\r\nX=1",
	} {
		if r, err := parseRecurrence(rule); err == nil {
			t.Errorf("%q is taken as %+v", rule, r)
		}
	}
}

func TestTheNextTimeIsTheFirstThatIsNotOver(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	starts := at(2, 9)
	m := store.Meeting{StartsAt: &starts, Minutes: 60, TimeZone: "UTC", Recurrence: "FREQ=DAILY;COUNT=3"}
	plan, _ := scheduleOf(m)
	for now, want := range map[time.Time]time.Time{
		at(1, 0): at(2, 9), at(2, 9): at(2, 9), at(2, 10): at(3, 9), at(4, 9): at(4, 9), at(4, 10): {},
	} {
		if got, ok := plan.next(now); !got.Equal(want) || ok == want.IsZero() {
			t.Errorf("at %v next is %v, %v", now, got, ok)
		}
	}
	if over := plan.over(); over == nil || !over.Equal(at(4, 10)) {
		t.Errorf("over at %v", over)
	}
	m.Recurrence = "FREQ=DAILY"
	plan, _ = scheduleOf(m)
	if plan.over() != nil {
		t.Error("what has no end is over")
	}
	if got, ok := plan.next(at(1, 0).AddDate(30, 0, 0)); !ok || !got.Equal(at(1, 9).AddDate(30, 0, 0)) {
		t.Errorf("after thirty years next is %v, %v", got, ok)
	}
}

func TestCalendarFile(t *testing.T) {
	starts := time.Date(2026, 10, 20, 7, 0, 0, 0, time.UTC)
	m := store.Meeting{
		Code: "7k3mx-9qd4e", Title: "Plan; A, B\\C " + strings.Repeat("ä", 60), StartsAt: &starts, Minutes: 90,
		TimeZone: "Europe/Berlin", Recurrence: "FREQ=WEEKLY", UpdatedAt: starts,
	}
	text := iCalendar(m, "Ada", "https://meet.example/m/7k3mx-9qd4e", starts)
	for _, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
		if strings.ContainsAny(line, "\r\n") {
			t.Errorf("a break within %q", line)
		}
	}
	unfolded := strings.ReplaceAll(text, "\r\n ", "")
	for _, want := range []string{
		"DTSTART;TZID=Europe/Berlin:20261020T090000\r\n", "DTEND;TZID=Europe/Berlin:20261020T103000\r\n", "RRULE:FREQ=WEEKLY\r\n",
		`SUMMARY:Plan\; A\, B\\C ä`, "UID:7k3mx-9qd4e@plenum\r\n", "URL:https://meet.example/m/7k3mx-9qd4e\r\n",
		// The clock goes back on 25 October at 3 of summer time.
		"BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n",
	} {
		if !strings.Contains(unfolded, want) {
			t.Errorf("there is no %q in\n%s", want, unfolded)
		}
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	for text, want := range map[string]string{
		"Ada": "Ada", "": "", "2026-01-01": "2026-01-01", "=1+1": "'=1+1", "+49 30": "'+49 30", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t'=1", "\r=1": "'\r'=1", "  =cmd|' /C calc'!A0": "'  =cmd|' /C calc'!A0", "＝1": "'＝1", "|x": "'|x", "%x": "'%x", "a=b": "a=b",
		"a;=1+1": "a;'=1+1", "a; =1": "a;' =1", "a\n=1": "a\n'=1", "a\tb;c": "a\tb;c", `a;"=1`: `a;'"=1`, "a;;-1;b": "a;;'-1;b", "a\n\nb;": "a\n\nb;",
	} {
		if got := cell(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
