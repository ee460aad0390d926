package api

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// recurrence is the part of RFC 5545's RRULE that meetings use. The zero value happens once.
type recurrence struct {
	freq     string
	interval int
	count    int       // 0 for no end
	until    time.Time // inclusive; zero for no end
	days     []ruleDay
	monthDay []int
}

// ruleDay is a weekday; nth counts within the month from its beginning, or its end if negative; 0 is each one.
type ruleDay struct {
	nth int
	day time.Weekday
}

var ruleDays = map[string]time.Weekday{
	"MO": time.Monday, "TU": time.Tuesday, "WE": time.Wednesday, "TH": time.Thursday, "FR": time.Friday, "SA": time.Saturday, "SU": time.Sunday,
}

const (
	maxRepeats  = 1000
	maxInterval = 100
	// horizon bounds the search for the next time: a rule that has none within it has none.
	horizon = 5 * 366
)

// parseRecurrence reads a rule; every part that is not understood is refused, so that no calendar shows other times.
func parseRecurrence(text string) (recurrence, error) {
	r := recurrence{interval: 1}
	if text == "" {
		return r, nil
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || seen[name] {
			return r, fmt.Errorf("%q does not stand in a rule like this", part)
		}
		seen[name] = true
		if err := r.set(name, value); err != nil {
			return r, err
		}
	}
	err := r.check()
	return r, err
}

func (r *recurrence) set(name, value string) (err error) {
	switch name {
	case "FREQ":
		if !slices.Contains([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, value) {
			return errors.New("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")
		}
		r.freq = value
	case "INTERVAL":
		r.interval, err = numberIn("INTERVAL", value, 1, maxInterval)
	case "COUNT":
		r.count, err = numberIn("COUNT", value, 1, maxRepeats)
	case "UNTIL":
		r.until, err = parseUntil(value)
	case "BYDAY":
		r.days, err = parseDays(value)
	case "BYMONTHDAY":
		for day := range strings.SplitSeq(value, ",") {
			n, err := numberIn("BYMONTHDAY", day, -31, 31)
			if err != nil || n == 0 || len(r.monthDay) == 31 {
				return errors.New("BYMONTHDAY has days from 1 to 31, or from the end from -31 to -1")
			}
			r.monthDay = append(r.monthDay, n)
		}
	default:
		return fmt.Errorf("%.20q is not supported", name)
	}
	return err
}

func (r *recurrence) check() error {
	switch {
	case r.freq == "":
		return errors.New("FREQ is required")
	case r.count > 0 && !r.until.IsZero():
		return errors.New("COUNT and UNTIL do not go together")
	case r.freq == "YEARLY" && (r.days != nil || r.monthDay != nil):
		return errors.New("YEARLY is the day of the first time")
	case r.freq != "MONTHLY" && slices.ContainsFunc(r.days, func(d ruleDay) bool { return d.nth != 0 }):
		return errors.New("the nth weekday is for MONTHLY")
	case r.freq == "WEEKLY" && r.monthDay != nil:
		return errors.New("BYMONTHDAY does not go with WEEKLY")
	}
	return nil
}

func numberIn(name, text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s is a number from %d to %d", name, least, most)
	}
	return n, nil
}

func parseUntil(text string) (time.Time, error) {
	if at, err := time.Parse("20060102T150405Z", text); err == nil {
		return at, nil
	}
	day, err := time.Parse("20060102", text)
	if err != nil {
		return time.Time{}, errors.New("UNTIL is a day like 20270131, or a time like 20270131T170000Z")
	}
	return day.Add(24*time.Hour - time.Second), nil
}

func parseDays(text string) ([]ruleDay, error) {
	var out []ruleDay
	for part := range strings.SplitSeq(text, ",") {
		wrong := errors.New("BYDAY has weekdays like MO, or the nth like 1MO or -1FR")
		if len(part) < 2 || len(out) == 31 {
			return nil, wrong
		}
		day, ok := ruleDays[part[len(part)-2:]]
		nth := 0
		if front := part[:len(part)-2]; front != "" {
			n, err := numberIn("BYDAY", front, -5, 5)
			if err != nil || n == 0 {
				return nil, wrong
			}
			nth = n
		}
		if !ok {
			return nil, wrong
		}
		out = append(out, ruleDay{nth, day})
	}
	return out, nil
}

// times calls yield with each time from the first on, in the first one's zone, until it returns false. Without an end it
// stops five years beyond the latest of first and now.
func (r recurrence) times(first, now time.Time, yield func(time.Time) bool) {
	if r.freq == "" {
		yield(first)
		return
	}
	latest := first
	if now.After(latest) {
		latest = now
	}
	end := latest.AddDate(0, 0, horizon)
	year, month, day := first.Date()
	for i, n := 0, 0; ; i++ {
		date := time.Date(year, month, day+i, 12, 0, 0, 0, time.UTC)
		at := time.Date(date.Year(), date.Month(), date.Day(), first.Hour(), first.Minute(), first.Second(), 0, first.Location())
		if at.After(end) || !r.until.IsZero() && at.After(r.until) {
			return
		}
		if !r.matches(first, date, i) {
			continue
		}
		n++
		if !yield(at) || n == r.count {
			return
		}
	}
}

// matches says whether a date, so many days after the first, is one of the rule's. The first is one if the rule says so.
func (r recurrence) matches(first, date time.Time, days int) bool {
	switch r.freq {
	case "DAILY":
		return days%r.interval == 0 && (r.days == nil || r.hasDay(date)) && (r.monthDay == nil || r.hasMonthDay(date))
	case "WEEKLY":
		fromMonday := (int(first.Weekday()) + 6) % 7
		week := (days + fromMonday) / 7
		on := r.hasDay(date)
		if r.days == nil {
			on = date.Weekday() == first.Weekday()
		}
		return week%r.interval == 0 && on
	case "MONTHLY":
		months := (date.Year()-first.Year())*12 + int(date.Month()) - int(first.Month())
		if months%r.interval != 0 {
			return false
		}
		if r.days == nil && r.monthDay == nil {
			return date.Day() == first.Day()
		}
		return (r.days == nil || r.hasDay(date)) && (r.monthDay == nil || r.hasMonthDay(date))
	}
	return (date.Year()-first.Year())%r.interval == 0 && date.Month() == first.Month() && date.Day() == first.Day()
}

func (r recurrence) hasDay(date time.Time) bool {
	last := lastDay(date)
	return slices.ContainsFunc(r.days, func(d ruleDay) bool {
		if d.day != date.Weekday() {
			return false
		}
		return d.nth == 0 || d.nth == (date.Day()-1)/7+1 || d.nth == -((last-date.Day())/7+1)
	})
}

func (r recurrence) hasMonthDay(date time.Time) bool {
	return slices.Contains(r.monthDay, date.Day()) || slices.Contains(r.monthDay, date.Day()-lastDay(date)-1)
}

func lastDay(date time.Time) int {
	return time.Date(date.Year(), date.Month()+1, 0, 12, 0, 0, 0, time.UTC).Day()
}
