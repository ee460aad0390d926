package api_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

func TestMeetingLife(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"  Plan the  garden "}`)
	if m.Title != "Plan the  garden" || m.HostName != "Ada" || !m.GuestsAllowed || m.Live || m.IsHost == nil || !*m.IsHost || *m.ParticipantCount != 0 || !m.CreatedAt.Equal(w.clock.now()) {
		t.Errorf("made %+v", m)
	}
	path := "/api/meetings/" + m.Code
	a := w.want(200, call{method: "PATCH", path: path, as: "ada", body: `{"guestsAllowed":false}`})
	if got := read[struct{ Meeting meeting }](w, a).Meeting; got.GuestsAllowed || got.Title != m.Title {
		t.Errorf("after the first change %+v", got)
	}
	a = w.want(200, call{method: "PATCH", path: path, as: "ada", body: `{"title":"Garden"}`})
	if got := read[struct{ Meeting meeting }](w, a).Meeting; got.GuestsAllowed || got.Title != "Garden" {
		t.Errorf("after the second change %+v", got)
	}
	w.want(204, call{method: "POST", path: path + "/end", as: "ada", body: `{}`})
	if got := w.seen(m.Code, "ada"); got.EndedAt == nil {
		t.Errorf("after the end %+v", got)
	}
	w.want(200, call{method: "POST", path: path + "/join", as: "grace"})
	if got := w.seen(m.Code, "ada"); got.EndedAt != nil {
		t.Errorf("joined again %+v", got)
	}
	w.want(204, call{method: "DELETE", path: path, as: "ada"})
	w.want(404, call{method: "GET", path: path, as: "ada"})
	w.want(404, call{method: "POST", path: path + "/join", as: "grace"})
	for _, action := range []string{"meeting_create", "meeting_update", "meeting_end", "meeting_join", "meeting_delete"} {
		if w.audited(action, "ok") == 0 {
			t.Errorf("%s was not audited", action)
		}
	}
}

func (w *world) seen(code, by string) meeting {
	w.Helper()
	return read[struct{ Meeting meeting }](w, w.want(200, call{method: "GET", path: "/api/meetings/" + code, as: by})).Meeting
}

// Strangers with the code see the outside; the host and those who took part see more.
func TestARequestThatIsSentAgainMakesOneMeeting(t *testing.T) {
	w := newWorld(t)
	first := w.meeting("ada", `{"title":"Garden","requestId":"click-1"}`)
	if again := w.meeting("ada", `{"title":"Garden","requestId":"click-1"}`); again.Code != first.Code {
		t.Errorf("a request made %s and %s", first.Code, again.Code)
	}
	for as, body := range map[string]string{"ada": `{"title":"Garden","requestId":"click-2"}`, "grace": `{"title":"Garden","requestId":"click-1"}`} {
		if other := w.meeting(as, body); other.Code == first.Code {
			t.Errorf("%s got the meeting of another request with %s", as, body)
		}
	}
	plain := w.meeting("ada", `{"title":"Garden"}`)
	if w.meeting("ada", `{"title":"Garden"}`).Code == plain.Code {
		t.Error("requests without a name made one meeting")
	}
	w.want(204, call{method: "DELETE", path: "/api/meetings/" + first.Code, as: "ada"})
	for _, id := range []string{"click-1", "", "a b", "ä", strings.Repeat("x", 65)} {
		a := w.want(400, call{method: "POST", path: "/api/meetings", as: "ada", body: fmt.Sprintf(`{"title":"Garden","requestId":%q}`, id)})
		if !strings.Contains(string(a.body), "requestId") {
			t.Errorf("request %q: %s", id, a.body)
		}
	}
}

func TestWhoSeesWhat(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	w.tookPart(m.Code, "grace")
	w.tookPart(m.Code, "")
	outside := fmt.Sprintf(`{"meeting":{"code":%q,"title":"Plan","hostName":"Ada","live":false,"guestsAllowed":true,"lobby":false}}`, m.Code)
	for _, stranger := range []string{"", "alan"} {
		if a := w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code, as: stranger}); strings.TrimSpace(string(a.body)) != outside {
			t.Errorf("%q sees %s", stranger, a.body)
		}
	}
	if got := w.seen(m.Code, "grace"); got.IsHost == nil || *got.IsHost || *got.ParticipantCount != 2 {
		t.Errorf("who took part sees %+v", got)
	}
}

func TestCodesAreForgiving(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	bare := strings.ReplaceAll(m.Code, "-", "")
	typed := strings.NewReplacer("0", "O", "1", "l").Replace(m.Code)
	for _, code := range []string{m.Code, bare, strings.ToUpper(m.Code), bare[:2] + "-" + bare[2:], typed, bare[:5] + "%20" + bare[5:]} {
		w.want(200, call{method: "GET", path: "/api/meetings/" + code})
	}
}

// Absent, deleted and not yours: the same bytes.
func TestNotFoundTellsNothing(t *testing.T) {
	w := newWorld(t)
	mine := w.meeting("ada", `{"title":"Plan"}`)
	gone := w.meeting("ada", `{"title":"Gone"}`)
	w.want(204, call{method: "DELETE", path: "/api/meetings/" + gone.Code, as: "ada"})
	for _, c := range []call{
		{method: "GET", path: "/messages"},
		{method: "GET", path: "/participants"},
		{method: "PATCH", body: `{"title":"X"}`},
		{method: "DELETE"},
		{method: "POST", path: "/end", body: `{}`},
		{method: "POST", path: "/leave", body: `{}`},
	} {
		var bodies [][]byte
		for _, code := range []string{mine.Code, gone.Code, "00000-00000", "no-code-at-all", "..%2f..%2fetc", "%27%20OR%201=1"} {
			sent := c
			sent.as, sent.path = "alan", "/api/meetings/"+code+c.path
			bodies = append(bodies, w.want(404, sent).body)
		}
		for _, b := range bodies[1:] {
			if !bytes.Equal(b, bodies[0]) {
				t.Errorf("%s %s: %s and %s", c.method, c.path, bodies[0], b)
			}
		}
	}
}

func TestMyMeetings(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.meeting("ada", fmt.Sprintf(`{"title":"Plan %d"}`, i))
		w.clock.pass(time.Second)
	}
	w.meeting("alan", `{"title":"Alan's"}`)
	w.tookPart(w.meeting("alan", `{"title":"Shared"}`).Code, "ada")

	type page struct {
		Meetings []meeting
		Next     string
	}
	var titles []string
	next, pages := "", 0
	for {
		p := read[page](w, w.want(200, call{method: "GET", path: "/api/meetings?limit=4&before=" + next, as: "ada"}))
		for _, m := range p.Meetings {
			titles = append(titles, m.Title)
		}
		pages++
		if next = p.Next; next == "" {
			break
		}
	}
	if got := strings.Join(titles, ", "); got != "Shared, Plan 4, Plan 3, Plan 2, Plan 1, Plan 0" || pages != 2 {
		t.Errorf("%d pages: %s", pages, got)
	}
	if p := read[page](w, w.want(200, call{method: "GET", path: "/api/meetings", as: "grace"})); len(p.Meetings) != 0 || p.Meetings == nil {
		t.Errorf("grace has %+v", p)
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "limit=-1", "before=%27", "before=" + strings.Repeat("A", 65)} {
		w.want(400, call{method: "GET", path: "/api/meetings?" + query, as: "ada"})
	}
}

func TestMessagesAreShared(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	grace, guest := w.tookPart(m.Code, "grace"), w.tookPart(m.Code, "")
	for i, p := range []store.Participant{grace, guest, grace} {
		w.must(w.store.AddMessage(w.Context(), &store.Message{
			MeetingID: p.MeetingID, OccurrenceID: p.OccurrenceID, ParticipantID: p.ID, SenderID: p.UserID, SenderName: p.Name,
			Number: uint64(i + 1), ClientID: fmt.Sprint(i), Text: fmt.Sprintf("line %d <b>", i+1), CreatedAt: w.clock.now(),
		}))
	}
	type page struct {
		Messages []struct {
			Number               uint64
			SenderName, SenderID string
			Text                 string
		}
		More bool
	}
	path := "/api/meetings/" + m.Code + "/messages"
	for _, reader := range []string{"ada", "grace"} {
		p := read[page](w, w.want(200, call{method: "GET", path: path, as: reader}))
		if len(p.Messages) != 3 || p.More || p.Messages[0].Number != 1 || p.Messages[0].SenderID != w.person("grace").ID || p.Messages[1].SenderID != "" || p.Messages[1].SenderName != "Gus" || p.Messages[2].Text != "line 3 <b>" {
			t.Errorf("%s reads %+v", reader, p)
		}
	}
	if p := read[page](w, w.want(200, call{method: "GET", path: path + "?limit=1&before=3", as: "ada"})); len(p.Messages) != 1 || p.Messages[0].Number != 2 || !p.More {
		t.Errorf("a page of one is %+v", p)
	}
	w.want(404, call{method: "GET", path: path, as: "alan"})
	w.want(401, call{method: "GET", path: path})
	for _, query := range []string{"before=0", "before=-1", "before=x", "before=99999999999999999999", "limit=101"} {
		w.want(400, call{method: "GET", path: path + "?" + query, as: "ada"})
	}
	if n := w.audited("messages_read", "refused"); n != 1 {
		t.Errorf("%d refusals audited, want 1", n)
	}
}

func TestParticipantsAreShared(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	w.tookPart(m.Code, "grace")
	w.clock.pass(time.Second)
	w.tookPart(m.Code, "")
	w.clock.pass(time.Second)
	w.want(200, call{method: "POST", path: "/api/meetings/" + m.Code + "/join", as: "alan"})
	type page struct {
		Participants []struct {
			ID, Name, Role, Status string
			Guest                  bool
			JoinedAt, LeftAt       *time.Time
		}
		Next string
	}
	path := "/api/meetings/" + m.Code + "/participants"
	// Who never came in is the host's to know.
	if p := read[page](w, w.want(200, call{method: "GET", path: path, as: "grace"})); len(p.Participants) != 2 || p.Participants[0].JoinedAt == nil || p.Participants[1].JoinedAt == nil {
		t.Errorf("grace sees %+v", p)
	}
	p := read[page](w, w.want(200, call{method: "GET", path: path, as: "ada"}))
	if len(p.Participants) != 3 || p.Participants[0].Name != "grace" || p.Participants[0].Status != "LEFT" || p.Participants[0].LeftAt == nil || !p.Participants[1].Guest || p.Participants[2].Status != "INVITED" || p.Participants[2].JoinedAt != nil {
		t.Errorf("ada sees %+v", p)
	}
	first := read[page](w, w.want(200, call{method: "GET", path: path + "?limit=2", as: "ada"}))
	rest := read[page](w, w.want(200, call{method: "GET", path: path + "?limit=2&after=" + first.Next, as: "ada"}))
	if len(first.Participants) != 2 || len(rest.Participants) != 1 || rest.Next != "" {
		t.Errorf("pages %+v, %+v", first, rest)
	}
	// A grant is not a visit: alan was never in it.
	w.want(404, call{method: "GET", path: path, as: "alan"})
}

func TestCodeGuessing(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	right := call{method: "GET", path: "/api/meetings/" + m.Code, from: "198.51.100.7"}
	for range 100 {
		w.want(200, right)
	}
	for i := range 30 {
		w.want(404, call{method: "GET", path: fmt.Sprintf("/api/meetings/00000-000%02d", i), from: "198.51.100.7"})
	}
	a := w.want(429, right)
	if a.header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	// People with an account have their own count, whatever their neighbours do.
	right.as = "grace"
	w.want(200, right)
	for i := range 60 {
		w.want(404, call{method: "GET", path: fmt.Sprintf("/api/meetings/00000-000%02d", i), as: "grace", from: address(i)})
	}
	w.want(429, right)
	w.clock.pass(2 * time.Second)
	right.as = ""
	w.want(200, right)
}

// Guesses from many addresses: the operator hears of it once a second, and the answer stays the same.
func TestCodeGuessingFromEverywhere(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Limits.CodeMisses = api.Rate{Count: 1, Per: time.Hour, Burst: 2} })
	var bodies []string
	for i := range 4 {
		bodies = append(bodies, string(w.want(404, call{method: "GET", path: "/api/meetings/00000-00000", from: address(i)}).body))
	}
	if n := strings.Count(w.log.String(), "somebody is guessing"); n != 1 {
		t.Errorf("%d warnings, want 1", n)
	}
	if bodies[0] != bodies[3] {
		t.Errorf("answers %s and %s", bodies[0], bodies[3])
	}
}

func TestManyCalls(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Limits.CallsPerAccount = api.Default().Limits.CallsPerAccount })
	me := call{method: "GET", path: "/api/auth/me", as: "ada"}
	w.person("ada")
	for range 40 {
		w.want(200, me)
	}
	w.want(429, me)
	w.want(200, call{method: "GET", path: "/api/auth/me", as: "grace"})
	w.clock.pass(50 * time.Millisecond)
	w.want(200, me)
	w.want(429, me)
}

func TestManyMeetings(t *testing.T) {
	w := newWorld(t)
	for range 10 {
		w.meeting("ada", `{"title":"Plan"}`)
	}
	w.want(429, call{method: "POST", path: "/api/meetings", as: "ada", body: `{"title":"Plan"}`})
	w.meeting("grace", `{"title":"Plan"}`)
}
