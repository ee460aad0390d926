package api

import (
	"time"

	"github.com/plenum-meet/plenum/store"
)

const (
	minMinutes = 5
	maxMinutes = 24 * 60
	maxRule    = 255
)

type scheduleRequest struct {
	StartsAt   time.Time `json:"startsAt"`
	Minutes    int       `json:"minutes"`
	TimeZone   string    `json:"timeZone"`
	Recurrence *string   `json:"recurrence"`
}

type scheduleJSON struct {
	StartsAt   time.Time  `json:"startsAt"`
	Minutes    int        `json:"minutes"`
	TimeZone   string     `json:"timeZone"`
	Recurrence string     `json:"recurrence,omitempty"`
	NextAt     *time.Time `json:"nextAt,omitempty"`
}

// schedule is when a meeting takes place: once, or by a rule that keeps its hour in its time zone.
type schedule struct {
	first   time.Time // in its zone
	length  time.Duration
	repeats recurrence
}

// scheduleOf reads what a record says; false if it is not scheduled.
func scheduleOf(m store.Meeting) (schedule, bool) {
	if m.StartsAt == nil {
		return schedule{}, false
	}
	zone, err := time.LoadLocation(m.TimeZone)
	if err != nil {
		zone = time.UTC // a zone that this machine does not know any more
	}
	rule, err := parseRecurrence(m.Recurrence)
	if err != nil {
		rule = recurrence{}
	}
	return schedule{first: m.StartsAt.In(zone), length: time.Duration(m.Minutes) * time.Minute, repeats: rule}, true
}

// next is the first time that is not over.
func (s schedule) next(now time.Time) (next time.Time, ok bool) {
	s.repeats.times(s.first, now, func(at time.Time) bool {
		if at.Add(s.length).After(now) {
			next, ok = at.UTC(), true
		}
		return !ok
	})
	return next, ok
}

// over is the end of the last time; nil if there is no last, the zero time if there is none at all.
func (s schedule) over() *time.Time {
	if s.repeats.freq != "" && s.repeats.count == 0 && s.repeats.until.IsZero() {
		return nil
	}
	var last time.Time
	n := 0
	s.repeats.times(s.first, s.first.AddDate(90, 0, 0), func(at time.Time) bool {
		last = at.Add(s.length).UTC()
		n++
		return n < maxRepeats
	})
	return &last
}

// schedule checks what a client wishes and puts it into the record.
func (c *checks) schedule(in *scheduleRequest, now time.Time, m *store.Meeting) {
	if in == nil {
		return
	}
	if in.StartsAt.IsZero() || in.StartsAt.Before(now.AddDate(-1, 0, 0)) || in.StartsAt.After(now.AddDate(10, 0, 0)) {
		c.wrong("schedule.startsAt", "must lie between a year ago and ten years ahead")
	}
	if in.Minutes < minMinutes || in.Minutes > maxMinutes {
		c.wrong("schedule.minutes", "must be a number from 5 to 1440")
	}
	zone, err := time.LoadLocation(in.TimeZone)
	// Local is the server's own, which is nobody's business.
	if err != nil || in.TimeZone == "" || in.TimeZone == "Local" || len(in.TimeZone) > 64 {
		c.wrong("schedule.timeZone", "is not a time zone like Europe/Berlin")
		return
	}
	text := ""
	if in.Recurrence != nil {
		text = *in.Recurrence
	}
	rule, err := parseRecurrence(text)
	if err != nil || len(text) > maxRule {
		why := "is too long"
		if err != nil {
			why = err.Error()
		}
		c.wrong("schedule.recurrence", why)
	}
	if len(c.fields) > 0 {
		return
	}
	start := in.StartsAt.UTC()
	s := schedule{first: start.In(zone), length: time.Duration(in.Minutes) * time.Minute, repeats: rule}
	over := s.over()
	if _, ever := s.next(time.Time{}); !ever || over != nil && over.IsZero() {
		c.wrong("schedule.recurrence", "never happens")
		return
	}
	m.StartsAt, m.Minutes, m.TimeZone, m.Recurrence, m.OverAt = &start, in.Minutes, in.TimeZone, text, over
}

func unschedule(m *store.Meeting) {
	m.StartsAt, m.Minutes, m.TimeZone, m.Recurrence, m.OverAt = nil, 0, "", "", nil
}

func renderSchedule(m store.Meeting, now time.Time) *scheduleJSON {
	s, ok := scheduleOf(m)
	if !ok {
		return nil
	}
	out := &scheduleJSON{StartsAt: *m.StartsAt, Minutes: m.Minutes, TimeZone: m.TimeZone, Recurrence: m.Recurrence}
	if next, ok := s.next(now); ok {
		out.NextAt = &next
	}
	return out
}
