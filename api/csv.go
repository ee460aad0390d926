package api

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

// maxTranscript lines in one file.
const maxTranscript = 20_000

// cell keeps a spreadsheet from taking what people wrote for a formula: an apostrophe makes it text. Where numbers are written
// with a comma, cells are split at semicolons whatever the quotes say, so that one may begin within ours, or on a line of it.
func cell(text string) string {
	var out strings.Builder
	begins := true
	for i, r := range text {
		if begins && opensFormula(text[i:]) || i == 0 && strings.ContainsRune("\t\r\n", r) {
			out.WriteByte('\'')
		}
		out.WriteRune(r)
		begins = strings.ContainsRune(";\t\r\n", r)
	}
	return out.String()
}

func opensFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " \u00a0\""))
	return strings.ContainsRune("=+-@|%\uff1d\uff0b\uff0d\uff20", first)
}

func sendCSV(c echo.Context, name string, rows [][]string) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/csv; charset=utf-8; header=present")
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	w.UseCRLF = true // RFC 4180
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// heads are the first row.
func heads(w words, keys ...string) []string {
	row := make([]string, len(keys))
	for i, key := range keys {
		row[i] = w.say("csv." + key)
	}
	return row
}

func csvTime(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// exported finds what a host wants to have as a file; every export is written down.
func (s *Server) exported(c echo.Context, action string) (store.Meeting, store.Occurrence, error) {
	m, err := s.hostedMeeting(c, action)
	if err != nil {
		return m, store.Occurrence{}, err
	}
	o, err := s.occurrenceOf(c, m)
	if err != nil {
		return m, o, err
	}
	s.audit(c, event{action: action, target: o.ID, meeting: m.ID})
	return m, o, nil
}

func (s *Server) attendanceCSV(c echo.Context) error {
	m, o, err := s.exported(c, "attendance_export")
	if err != nil {
		return err
	}
	people, err := s.attendance(c.Request().Context(), o)
	if err != nil {
		return err
	}
	w := wordsFor(c)
	guest := map[bool]string{true: w.say("csv.yes"), false: w.say("csv.no")}
	rows := [][]string{heads(w, "name", "role", "guest", "joined", "left", "seconds", "connections", "qualityUp", "qualityDown", "freezes", "frozenSeconds")}
	for _, p := range people {
		row := []string{
			p.Name, w.say("csv." + p.Role), guest[p.Guest], csvTime(p.JoinedAt), csvTime(p.LeftAt),
			strconv.Itoa(p.Seconds), strconv.Itoa(len(p.Stays)), "", "", "", "",
		}
		if q := p.Quality; q != nil {
			row[7], row[8], row[9] = strconv.Itoa(q.Up), strconv.Itoa(q.Down), strconv.Itoa(q.Freezes)
			row[10] = strconv.FormatFloat(q.FrozenSeconds, 'f', 1, 64)
		}
		rows = append(rows, row)
	}
	return sendCSV(c, "attendance-"+m.Code+".csv", rows)
}

func (s *Server) transcriptCSV(c echo.Context) error {
	m, o, err := s.exported(c, "transcript_export")
	if err != nil {
		return err
	}
	rows := [][]string{heads(wordsFor(c), "number", "sent", "sender", "to", "replyTo", "edited", "deleted", "text")}
	sight := store.Sight{User: identityOf(c).user, Occurrence: o.ID}
	for after, more := uint64(0), true; more && len(rows) <= maxTranscript; {
		var page []store.Message
		page, more, err = s.store.MessagesAfter(c.Request().Context(), m.ID, after, 500, sight)
		if err != nil {
			return err
		}
		for _, line := range page {
			after = line.Number
			replyTo := ""
			if line.ReplyTo != nil {
				replyTo = strconv.FormatUint(*line.ReplyTo, 10)
			}
			rows = append(rows, []string{
				strconv.FormatUint(line.Number, 10), csvTime(&line.CreatedAt), line.SenderName, line.RecipientName, replyTo,
				csvTime(line.EditedAt), csvTime(line.DeletedAt), line.Text,
			})
		}
	}
	return sendCSV(c, "transcript-"+m.Code+".csv", rows)
}
