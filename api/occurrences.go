package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) occurrenceRoutes() {
	s.route(http.MethodGet, "/api/meetings/:code/occurrences", s.listOccurrences, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/occurrences/:id", s.getOccurrence, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/occurrences/:id/attendance.csv", s.attendanceCSV, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code/occurrences/:id/transcript.csv", s.transcriptCSV, s.signedIn)
}

const (
	maxAttendance = 2000
	maxStays      = 20_000
)

type occurrenceJSON struct {
	ID        string     `json:"id"`
	StartedAt time.Time  `json:"startedAt"`
	EndedAt   *time.Time `json:"endedAt,omitempty"` // not there while it goes on
	People    int        `json:"people"`
	Messages  int        `json:"messages"`
}

type occurrencesResponse struct {
	Occurrences []occurrenceJSON `json:"occurrences"`
	Next        string           `json:"next,omitempty"`
}

type attendanceResponse struct {
	Occurrence occurrenceJSON `json:"occurrence"`
	Attendance []attendeeJSON `json:"attendance"`
}

type attendeeJSON struct {
	memberJSON
	JoinedAt *time.Time   `json:"joinedAt,omitempty"`
	LeftAt   *time.Time   `json:"leftAt,omitempty"`
	Seconds  int          `json:"seconds"`
	Stays    []stayJSON   `json:"stays"`
	Quality  *qualityJSON `json:"quality,omitempty"`
}

type stayJSON struct {
	JoinedAt time.Time  `json:"joinedAt"`
	LeftAt   *time.Time `json:"leftAt,omitempty"`
}

type qualityJSON struct {
	Up            int     `json:"up"`
	Down          int     `json:"down"`
	FrozenSeconds float64 `json:"frozenSeconds"`
	Freezes       int     `json:"freezes"`
}

func (s *Server) listOccurrences(c echo.Context) error {
	var check checks
	limit := check.limit(c, 50, 100)
	before := c.QueryParam("before")
	if before != "" {
		before = check.id("before", before)
	}
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.sharedMeeting(c, "occurrences_read")
	if err != nil {
		return err
	}
	page, next, err := s.store.OccurrencesOf(c.Request().Context(), m.ID, before, limit)
	if err != nil {
		return err
	}
	out, err := s.renderOccurrences(c.Request().Context(), page)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, occurrencesResponse{Occurrences: out, Next: next})
}

func (s *Server) renderOccurrences(ctx context.Context, page []store.Occurrence) ([]occurrenceJSON, error) {
	out := make([]occurrenceJSON, 0, len(page))
	if len(page) == 0 {
		return out, nil
	}
	ids := make([]string, len(page))
	for i, o := range page {
		ids[i] = o.ID
	}
	counts, err := s.store.CountOccurrences(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, o := range page {
		n := counts[o.ID]
		out = append(out, occurrenceJSON{ID: o.ID, StartedAt: o.StartedAt, EndedAt: o.EndedAt, People: n.People, Messages: n.Messages})
	}
	return out, nil
}

// occurrenceOf finds the occurrence of the path in its meeting; one of another meeting looks like none.
func (s *Server) occurrenceOf(c echo.Context, m store.Meeting) (store.Occurrence, error) {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return store.Occurrence{}, err
	}
	o, err := s.store.OccurrenceByID(c.Request().Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && o.MeetingID != m.ID {
		return store.Occurrence{}, errNoMeeting
	}
	return o, err
}

func (s *Server) getOccurrence(c echo.Context) error {
	m, err := s.sharedMeeting(c, "attendance_read")
	if err != nil {
		return err
	}
	o, err := s.occurrenceOf(c, m)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	head, err := s.renderOccurrences(ctx, []store.Occurrence{o})
	if err != nil {
		return err
	}
	people, err := s.attendance(ctx, o)
	if err != nil {
		return err
	}
	out := attendanceResponse{Occurrence: head[0], Attendance: []attendeeJSON{}}
	who := identityOf(c).user
	for _, p := range people {
		// Others see that they were there, and when; how long everybody was is the host's to know.
		if m.HostID == who || p.user == who {
			out.Attendance = append(out.Attendance, p.attendeeJSON)
		}
	}
	return c.JSON(http.StatusOK, out)
}

// attendee is somebody who was there, and their account if they have one.
type attendee struct {
	attendeeJSON
	user string
}

func (s *Server) attendance(ctx context.Context, o store.Occurrence) ([]attendee, error) {
	people, err := s.store.ParticipantsIn(ctx, o.ID, maxAttendance)
	if err != nil {
		return nil, err
	}
	sessions, err := s.store.SessionsIn(ctx, o.ID, maxStays)
	if err != nil {
		return nil, err
	}
	of := map[string][]store.ParticipantSession{}
	for _, session := range sessions {
		of[session.ParticipantID] = append(of[session.ParticipantID], session)
	}
	out := make([]attendee, 0, len(people))
	for _, p := range people {
		a := attendee{attendeeJSON: attendeeJSON{
			memberJSON: memberJSON{ID: p.ID, Name: p.Name, Role: p.Role, Guest: p.Guest},
			JoinedAt:   p.JoinedAt, LeftAt: p.LeftAt, Stays: []stayJSON{}, Quality: qualityOf(of[p.ID]),
		}}
		if p.UserID != nil {
			a.user = *p.UserID
		}
		a.Seconds = int(presence(of[p.ID], s.now()).Seconds())
		for _, session := range of[p.ID] {
			a.Stays = append(a.Stays, stayJSON{JoinedAt: session.JoinedAt, LeftAt: session.LeftAt})
		}
		out = append(out, a)
	}
	return out, nil
}

// presence adds connections up; what two of them share counts once. They come in the order of their beginning.
func presence(sessions []store.ParticipantSession, now time.Time) time.Duration {
	var sum time.Duration
	var until time.Time
	for _, session := range sessions {
		from, to := session.JoinedAt, now
		if session.LeftAt != nil {
			to = *session.LeftAt
		}
		if from.Before(until) {
			from = until
		}
		if to.After(from) {
			sum += to.Sub(from)
			until = to
		}
	}
	return sum
}

// qualityOf is the mean over the connections on which something was measured; nil if there is none.
func qualityOf(sessions []store.ParticipantSession) *qualityJSON {
	var out qualityJSON
	n, frozen := 0, 0
	for _, session := range sessions {
		if session.QualityUp != nil && session.QualityDown != nil {
			n++
			out.Up, out.Down = out.Up+*session.QualityUp, out.Down+*session.QualityDown
		}
		out.Freezes, frozen = out.Freezes+session.Freezes, frozen+session.FrozenMilliseconds
	}
	if n == 0 {
		return nil
	}
	out.Up, out.Down, out.FrozenSeconds = out.Up/n, out.Down/n, float64(frozen)/1000
	return &out
}
