package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) calendarRoutes() {
	s.route(http.MethodGet, "/api/meetings/:code/calendar.ics", s.calendar, s.signedIn)
}

func (s *Server) calendar(c echo.Context) error {
	m, err := s.visibleMeeting(c, "calendar_read")
	if err != nil {
		return err
	}
	if m.StartsAt == nil {
		return errNotFound
	}
	host, err := s.store.UserByID(c.Request().Context(), m.HostID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	text := iCalendar(m, host.Name, s.originFor(c)+"/m/"+m.Code, s.now())
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="meeting-`+m.Code+`.ics"`)
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", []byte(text))
}

// originFor is where people reach the server, for links.
func (s *Server) originFor(c echo.Context) string {
	if s.publicOrigin != "" {
		return s.publicOrigin
	}
	return c.Scheme() + "://" + c.Request().Host
}

const (
	icsLocal = "20060102T150405"
	icsUTC   = "20060102T150405Z"
)

// iCalendar writes a scheduled meeting as RFC 5545 has it, its time zone included.
func iCalendar(m store.Meeting, host, link string, now time.Time) string {
	plan, _ := scheduleOf(m)
	var b icsWriter
	b.line("BEGIN:VCALENDAR")
	b.line("VERSION:2.0")
	b.line("PRODID:-//Plenum//Plenum//EN")
	b.line("METHOD:PUBLISH")
	b.zone(plan.first)
	b.line("BEGIN:VEVENT")
	b.line("UID:" + m.Code + "@plenum")
	b.line("DTSTAMP:" + now.UTC().Format(icsUTC))
	b.line("LAST-MODIFIED:" + m.UpdatedAt.UTC().Format(icsUTC))
	b.line("DTSTART;TZID=" + m.TimeZone + ":" + plan.first.Format(icsLocal))
	b.line("DTEND;TZID=" + m.TimeZone + ":" + plan.first.Add(plan.length).Format(icsLocal))
	if m.Recurrence != "" {
		b.line("RRULE:" + m.Recurrence)
	}
	b.line("SUMMARY:" + icsText(m.Title))
	b.line("DESCRIPTION:" + icsText(link))
	b.line("URL:" + link)
	b.line("LOCATION:" + icsText(link))
	if host != "" {
		b.line("COMMENT:" + icsText(host))
	}
	b.line("END:VEVENT")
	b.line("END:VCALENDAR")
	return b.text.String()
}

// icsText escapes text (RFC 5545 §3.3.11); titles have no line breaks.
func icsText(text string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`, "\r", "").Replace(text)
}

type icsWriter struct{ text strings.Builder }

// line folds at 75 bytes (RFC 5545 §3.1), never within a character.
func (w *icsWriter) line(text string) {
	room := 75
	for len(text) > room {
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		w.text.WriteString(text[:cut] + "\r\n ")
		text, room = text[cut:], 74
	}
	w.text.WriteString(text + "\r\n")
}

// zone writes out the time zone around a time: each change of its clock within some years.
func (w *icsWriter) zone(around time.Time) {
	zone := around.Location()
	w.line("BEGIN:VTIMEZONE")
	w.line("TZID:" + zone.String())
	begin := around.AddDate(-1, 0, 0)
	name, offset := begin.Zone()
	w.change(begin, name, offset, offset, begin.IsDST())
	for day := begin; day.Before(around.AddDate(6, 0, 0)); day = day.AddDate(0, 0, 1) {
		next := day.AddDate(0, 0, 1)
		_, from := day.Zone()
		if _, to := next.Zone(); from == to {
			continue
		}
		at := changeBetween(day, next)
		name, to := at.Zone()
		w.change(at, name, from, to, at.IsDST())
	}
	w.line("END:VTIMEZONE")
}

// changeBetween finds the second at which the clock changes.
func changeBetween(before, after time.Time) time.Time {
	_, from := before.Zone()
	for after.Sub(before) > time.Second {
		middle := before.Add(after.Sub(before) / 2).Truncate(time.Second)
		if _, offset := middle.Zone(); offset == from {
			before = middle
		} else {
			after = middle
		}
	}
	return after
}

func (w *icsWriter) change(at time.Time, name string, from, to int, summer bool) {
	kind := "STANDARD"
	if summer {
		kind = "DAYLIGHT"
	}
	w.line("BEGIN:" + kind)
	// The time as the clock showed it before it was changed.
	w.line("DTSTART:" + at.UTC().Add(time.Duration(from)*time.Second).Format(icsLocal))
	w.line("TZOFFSETFROM:" + icsOffset(from))
	w.line("TZOFFSETTO:" + icsOffset(to))
	w.line("TZNAME:" + icsText(name))
	w.line("END:" + kind)
}

func icsOffset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
}
