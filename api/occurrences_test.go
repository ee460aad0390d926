package api_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// held is a meeting of ada's that took place for an hour: grace was in twice, alan for a moment, and they wrote.
func (w *world) held() (code string, o store.Occurrence) {
	w.Helper()
	ctx := w.Context()
	m := w.meeting("ada", `{"title":"Plan","settings":{"chatHistory":"joined"}}`)
	begin := w.clock.now()
	grace := w.tookPart(m.Code, "grace")
	w.clock.pass(time.Second)
	alan := w.tookPart(m.Code, "alan")
	for _, p := range []store.Participant{grace, alan} {
		w.must(w.store.SetParticipantStatus(ctx, p.ID, store.StatusJoined, begin)) // until the end
	}
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
	stay := func(p store.Participant, from, to int, q store.Quality) {
		row, err := w.store.StartSession(ctx, p.ID, at(from))
		w.must(err)
		w.must(w.store.EndSession(ctx, row.ID, at(to), q))
	}
	stay(grace, 0, 10, store.Quality{Up: new(90), Down: new(80), Freezes: 2, FrozenMilliseconds: 1500})
	stay(grace, 5, 20, store.Quality{Up: new(70), Down: new(60)})
	stay(alan, 30, 31, store.Quality{})
	say := func(number uint64, by store.Participant, to *store.Participant, text string) {
		row := store.Message{
			MeetingID: by.MeetingID, OccurrenceID: by.OccurrenceID, ParticipantID: by.ID, SenderID: by.UserID, SenderName: by.Name,
			Number: number, ClientID: fmt.Sprint("c", number), Text: text, CreatedAt: at(int(number)),
		}
		if to != nil {
			row.RecipientID, row.RecipientUserID, row.RecipientName = &to.ID, to.UserID, to.Name
		}
		w.must(w.store.AddMessage(ctx, &row))
	}
	say(1, grace, nil, `=HYPERLINK("http://evil.example")`)
	say(2, grace, &alan, "between us")
	o, err := w.store.OccurrenceByID(ctx, grace.OccurrenceID)
	w.must(err)
	w.must(w.store.CloseOccurrence(ctx, o.ID, at(60)))
	w.later(2 * time.Hour)
	return m.Code, o
}

func TestHistoryShowsAttendanceToTheHost(t *testing.T) {
	w := newWorld(t)
	code, o := w.held()
	path := "/api/meetings/" + code + "/occurrences"
	list := read[struct {
		Occurrences []struct {
			ID               string
			People, Messages int
			EndedAt          *time.Time
		}
	}](w, w.want(200, call{method: "GET", path: path, as: "grace"})).Occurrences
	if len(list) != 1 || list[0].People != 2 || list[0].Messages != 1 || list[0].EndedAt == nil {
		t.Fatalf("occurrences %+v", list)
	}
	type attendance struct {
		Attendance []struct {
			Name    string
			Seconds int
			Stays   []any
			Quality *struct {
				Up, Down, Freezes int
				FrozenSeconds     float64
			}
		}
	}
	all := read[attendance](w, w.want(200, call{method: "GET", path: path + "/" + o.ID, as: "ada"})).Attendance
	if len(all) != 2 || all[0].Name != "grace" || all[0].Seconds != 20*60 || len(all[0].Stays) != 2 || all[1].Quality != nil {
		t.Fatalf("the host sees %+v", all)
	}
	if q := all[0].Quality; q == nil || q.Up != 80 || q.Down != 70 || q.Freezes != 2 || q.FrozenSeconds != 1.5 {
		t.Errorf("quality %+v", q)
	}
	own := read[attendance](w, w.want(200, call{method: "GET", path: path + "/" + o.ID, as: "alan"})).Attendance
	if len(own) != 1 || own[0].Name != "alan" {
		t.Errorf("alan sees %+v", own)
	}
	// An occurrence of another meeting is none of this one's.
	second := w.meeting("ada", `{"title":"Other"}`)
	w.want(404, call{method: "GET", path: "/api/meetings/" + second.Code + "/occurrences/" + o.ID, as: "ada"})
	w.want(404, call{method: "GET", path: "/api/meetings/" + second.Code + "/occurrences/" + o.ID + "/transcript.csv", as: "ada"})
}

func TestExportsAreForTheHostAndHoldNoFormulas(t *testing.T) {
	w := newWorld(t)
	code, o := w.held()
	path := "/api/meetings/" + code + "/occurrences/" + o.ID
	rows := func(file string) [][]string {
		a := w.want(200, call{method: "GET", path: path + file, as: "ada"})
		all, err := csv.NewReader(strings.NewReader(string(a.body))).ReadAll()
		w.must(err)
		return all
	}
	people := rows("/attendance.csv")
	if len(people) != 3 || people[1][0] != "grace" || people[1][5] != "1200" || people[1][7] != "80" {
		t.Errorf("attendance %v", people)
	}
	said := rows("/transcript.csv")
	if len(said) != 2 || said[1][7] != `'=HYPERLINK("http://evil.example")` {
		t.Errorf("transcript %q", said)
	}
	if w.audited("transcript_export", "ok") != 1 || w.audited("attendance_export", "ok") != 1 {
		t.Error("an export is not audited")
	}
	w.want(404, call{method: "GET", path: path + "/transcript.csv", as: "grace"})
}

func TestTheTranscriptShowsEachWhatTheyMaySee(t *testing.T) {
	w := newWorld(t)
	code, o := w.held()
	see := func(name, query string) string {
		a := w.want(200, call{method: "GET", path: "/api/meetings/" + code + "/messages" + query, as: name})
		got := read[struct{ Messages []struct{ Number int } }](w, a)
		return fmt.Sprint(got.Messages)
	}
	for name, want := range map[string]string{"ada": "[{1}]", "grace": "[{1} {2}]", "alan": "[{1} {2}]"} {
		if got := see(name, "?occurrence="+o.ID); got != want {
			t.Errorf("%s sees %s, want %s", name, got, want)
		}
	}
	if got := see("grace", "?occurrence=other"); got != "[]" {
		t.Errorf("of another occurrence: %s", got)
	}
	w.want(400, call{method: "GET", path: "/api/meetings/" + code + "/messages?occurrence=a%20b", as: "ada"})
}

func TestWhoWasPutOutReadsNothingOfWhatGoesOn(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	part := w.tookPart(m.Code, "grace")
	base := "/api/meetings/" + m.Code
	reads := func(when string, status int) {
		t.Helper()
		for _, path := range []string{"/messages", "/participants", "/occurrences", "/occurrences/" + part.OccurrenceID} {
			if a := w.do(call{method: "GET", path: base + path, as: "grace"}); a.status != status {
				t.Errorf("%s, %s: status %d, want %d", when, path, a.status, status)
			}
		}
	}
	reads("left", 200)
	w.must(w.store.RemoveParticipant(w.Context(), part.ID, true, w.clock.now()))
	reads("removed", 404)
	w.must(w.store.RemoveParticipant(w.Context(), part.ID, false, w.clock.now()))
	reads("forgiven", 200)
	w.must(w.store.SetParticipantStatus(w.Context(), part.ID, store.StatusWaiting, w.clock.now()))
	reads("sent back", 404)
	w.joinBy(200, m.Code, "grace", "", "")
	reads("sent back, with a new grant", 404)
	// Having left, they see the chat as far as they heard it.
	w.must(w.store.SetParticipantStatus(w.Context(), part.ID, store.StatusLeft, w.clock.now()))
	w.must(w.store.AddMessage(w.Context(), &store.Message{
		MeetingID: part.MeetingID, OccurrenceID: part.OccurrenceID, ParticipantID: part.ID, SenderName: "Grace",
		Number: 1, ClientID: "1", Text: "later", CreatedAt: w.clock.now().Add(time.Second),
	}))
	if a := w.want(200, call{method: "GET", path: base + "/messages", as: "grace"}); strings.Contains(string(a.body), "later") {
		t.Errorf("what is said behind the door: %s", a.body)
	}
	w.must(w.store.RemoveParticipant(w.Context(), part.ID, true, w.clock.now()))
	w.want(204, call{method: "POST", path: base + "/end", as: "ada"})
	reads("after the end", 200)
}

func TestAConnectionTestIsARoomOfItsOwn(t *testing.T) {
	w := newWorld(t)
	a := read[struct {
		Send, Receive, Sender string
		Seconds               int
	}](w, w.want(200, call{method: "POST", path: "/api/connection-test", body: `{}`}))
	send, err := w.grants.VerifyGrant(w.clock.now(), a.Send)
	w.must(err)
	receive, err := w.grants.VerifyGrant(w.clock.now(), a.Receive)
	w.must(err)
	if !send.Test || send.Code != receive.Code || send.Participant != a.Sender || send.Participant == receive.Participant || send.Host || a.Seconds != 30 {
		t.Errorf("%+v %+v", send, receive)
	}
	for range 7 {
		w.want(200, call{method: "POST", path: "/api/connection-test", body: `{}`})
	}
	w.want(429, call{method: "POST", path: "/api/connection-test", body: `{}`})
	w.want(200, call{method: "POST", path: "/api/connection-test", body: `{}`, from: "198.51.100.7"})
}
