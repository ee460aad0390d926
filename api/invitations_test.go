package api_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

type link struct {
	Invitation struct {
		ID, Role string
		Uses     int
		Good     bool
	}
	Token string
}

func (w *world) link(code, body string) link {
	w.Helper()
	return read[link](w, w.want(201, call{method: "POST", path: "/api/meetings/" + code + "/invitations", as: "ada", body: body}))
}

func (w *world) joinBy(status int, code, name, token, from string) answer {
	w.Helper()
	body := `{"name":"Somebody"`
	if token != "" {
		body += `,"invitation":"` + token + `"`
	}
	return w.want(status, call{method: "POST", path: "/api/meetings/" + code + "/join", as: name, body: body + "}", from: from})
}

func TestAnInvitationLinkCarriesRoleExpiryAndUses(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan","settings":{"lobby":true}}`)
	helper := w.link(m.Code, `{"role":"COHOST","maxUses":1}`)
	a := read[joined](w, w.joinBy(200, m.Code, "grace", helper.Token, ""))
	if a.Participant.Role != store.RoleCoHost || a.Status != "JOINED" {
		t.Errorf("joined as %+v", a)
	}
	claims, err := w.grants.VerifyGrant(w.clock.now(), a.Grant)
	if w.must(err); !claims.CoHost || claims.Host || !claims.Admitted {
		t.Errorf("grant %+v", claims)
	}
	// The same person again costs no use; another one finds it used up.
	w.joinBy(200, m.Code, "grace", "", "")
	w.joinBy(403, m.Code, "alan", helper.Token, "")

	guests := w.link(m.Code, `{"skipLobby":true,"expiresAt":"2026-11-25T10:00:00Z"}`)
	if a := read[joined](w, w.joinBy(200, m.Code, "", guests.Token, "")); a.Status != "JOINED" || a.Participant.Role != store.RoleParticipant {
		t.Errorf("a guest by link %+v", a)
	}
	if a := read[joined](w, w.joinBy(200, m.Code, "", "", "")); a.Status != "WAITING" || len(a.Participants) != 0 {
		t.Errorf("a guest without %+v", a)
	}
	w.want(204, call{method: "DELETE", path: "/api/meetings/" + m.Code + "/invitations/" + guests.Invitation.ID, as: "ada"})
	w.joinBy(403, m.Code, "", guests.Token, "")

	later := w.link(m.Code, `{"notBefore":"2026-11-25T12:00:00Z"}`)
	w.joinBy(403, m.Code, "", later.Token, "")
	w.later(3 * time.Hour)
	if a := read[joined](w, w.joinBy(200, m.Code, "", later.Token, "")); a.Status != "WAITING" {
		t.Errorf("a link that lets nobody past the lobby %+v", a)
	}
	// A link leads into its own meeting alone.
	second := w.meeting("ada", `{"title":"Other"}`)
	w.joinBy(403, second.Code, "", later.Token, "")
	w.joinBy(403, m.Code, "", "guessed", "")

	list := w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code + "/invitations", as: "ada"})
	if strings.Contains(string(list.body), later.Token) {
		t.Error("the list shows a token")
	}
}

// joinOn is joinBy in a browser that keeps its cookie.
func (w *world) joinOn(status int, code, name, token, cookie string) answer {
	w.Helper()
	body := `{"name":"Somebody"`
	if token != "" {
		body += `,"invitation":"` + token + `"`
	}
	c := call{method: "POST", path: "/api/meetings/" + code + "/join", as: name, body: body + "}", header: map[string]string{"Cookie": cookie}}
	return w.want(status, c)
}

// browser is the cookie that an answer leaves behind.
func (a answer) browser() string { return strings.Split(a.header.Get("Set-Cookie"), ";")[0] }

func (w *world) uses(code string) int {
	w.Helper()
	a := w.want(200, call{method: "GET", path: "/api/meetings/" + code + "/invitations", as: "ada"})
	return read[struct{ Invitations []struct{ Uses int } }](w, a).Invitations[0].Uses
}

func TestAUseOfALinkCountsForWhoCameWithoutItBefore(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	l := w.link(m.Code, `{"role":"COHOST","maxUses":2}`)
	var browsers []string
	for range 3 {
		browsers = append(browsers, w.joinBy(200, m.Code, "", "", "").browser())
	}
	w.joinBy(200, m.Code, "grace", "", "")
	if a := read[joined](w, w.joinOn(200, m.Code, "", l.Token, browsers[0])); a.Participant.Role != store.RoleCoHost || w.uses(m.Code) != 1 {
		t.Errorf("%+v after %d uses", a, w.uses(m.Code))
	}
	// The same browser again is no second use.
	w.joinOn(200, m.Code, "", l.Token, browsers[0])
	w.joinBy(200, m.Code, "grace", l.Token, "")
	if n := w.uses(m.Code); n != 2 {
		t.Errorf("%d uses, want 2", n)
	}
	w.joinOn(403, m.Code, "", l.Token, browsers[1])
	w.joinOn(403, m.Code, "", l.Token, browsers[2])
}

// A client sends the token it came with whenever it joins again.
func TestABadLinkDoesNotKeepThoseOutWhoCameByIt(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan","settings":{"lobby":true}}`)
	once := w.link(m.Code, `{"role":"COHOST","maxUses":2}`)
	guest := w.joinBy(200, m.Code, "", once.Token, "").browser()
	w.joinBy(200, m.Code, "grace", once.Token, "")
	// Used up: it still is what they came by.
	for name, a := range map[string]answer{
		"grace": w.joinBy(200, m.Code, "grace", once.Token, ""), "guest": w.joinOn(200, m.Code, "", once.Token, guest),
	} {
		if j := read[joined](w, a); j.Participant.Role != store.RoleCoHost || j.Status != "JOINED" {
			t.Errorf("%s by the used link: %+v", name, j)
		}
	}
	w.joinBy(403, m.Code, "alan", once.Token, "")
	w.clock.pass(time.Second)
	for _, end := range []string{"revoked", "expired"} {
		l := w.link(m.Code, `{"skipLobby":true,"expiresAt":"2026-11-25T10:00:00Z"}`)
		browser := w.joinBy(200, m.Code, "", l.Token, "").browser()
		if end == "revoked" {
			w.want(204, call{method: "DELETE", path: "/api/meetings/" + m.Code + "/invitations/" + l.Invitation.ID, as: "ada"})
		} else {
			w.later(2 * time.Hour)
		}
		// It leads nobody past the lobby any more, but neither does it shut the door.
		if j := read[joined](w, w.joinOn(200, m.Code, "", l.Token, browser)); j.Status != "WAITING" {
			t.Errorf("by the %s link: %+v", end, j)
		}
		w.joinBy(403, m.Code, "", l.Token, "")
	}
	// In the next occurrence it is a bad link like any other.
	w.want(204, call{method: "POST", path: "/api/meetings/" + m.Code + "/end", as: "ada"})
	w.joinBy(403, m.Code, "grace", once.Token, "")
}

func TestACoHostLinkRaisesWhoCamePlainlyUnlessAHostDemotedThem(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	l := w.link(m.Code, `{"role":"COHOST"}`)
	w.joinBy(200, m.Code, "grace", "", "")
	a := read[joined](w, w.joinBy(200, m.Code, "grace", l.Token, ""))
	claims, err := w.grants.VerifyGrant(w.clock.now(), a.Grant)
	if w.must(err); a.Participant.Role != store.RoleCoHost || !claims.CoHost {
		t.Errorf("grace by the link: %+v", a.Participant)
	}
	// Without the link they stay what they are.
	if a := read[joined](w, w.joinBy(200, m.Code, "grace", "", "")); a.Participant.Role != store.RoleCoHost {
		t.Errorf("grace again: %+v", a.Participant)
	}
	stand := func(id, role string) {
		w.must(w.store.SetParticipantStanding(w.Context(), id, role, "", w.clock.now()))
	}
	stand(a.Participant.ID, store.RoleParticipant)
	first := w.joinBy(200, m.Code, "", l.Token, "")
	stand(read[joined](w, first).Participant.ID, store.RoleParticipant)
	for name, a := range map[string]answer{"grace": w.joinBy(200, m.Code, "grace", l.Token, ""), "guest": w.joinOn(200, m.Code, "", l.Token, first.browser())} {
		j := read[joined](w, a)
		claims, err := w.grants.VerifyGrant(w.clock.now(), j.Grant)
		if w.must(err); j.Participant.Role != store.RoleParticipant || claims.CoHost {
			t.Errorf("%s was demoted and came back as %+v", name, j.Participant)
		}
	}
}

func TestOfManyWhoTakeTheLastUseAtOnceOneGetsIt(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	l := w.link(m.Code, `{"role":"COHOST","maxUses":1}`)
	browsers := make([]string, 8)
	for i := range browsers {
		browsers[i] = w.joinBy(200, m.Code, "", "", "").browser()
	}
	var in atomic.Int32
	var all sync.WaitGroup
	for _, cookie := range browsers {
		all.Go(func() {
			a := w.do(call{
				method: "POST", path: "/api/meetings/" + m.Code + "/join", body: `{"name":"Gus","invitation":"` + l.Token + `"}`,
				header: map[string]string{"Cookie": cookie},
			})
			if a.status == 200 {
				in.Add(1)
			} else if a.status != 403 {
				t.Errorf("status %d: %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 || w.uses(m.Code) != 1 {
		t.Errorf("%d came in by %d uses of a link that has one", in.Load(), w.uses(m.Code))
	}
}

func TestBadInvitationsAreRefused(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	for body, field := range map[string]string{
		`{"role":"HOST"}`: "role", `{"role":"KING"}`: "role", `{"maxUses":0}`: "maxUses", `{"maxUses":10001}`: "maxUses",
		`{"expiresAt":"2020-01-01T00:00:00Z"}`: "expiresAt", `{"notBefore":"2400-01-01T00:00:00Z"}`: "notBefore",
		`{"notBefore":"2026-12-02T00:00:00Z","expiresAt":"2026-12-01T00:00:00Z"}`: "expiresAt",
	} {
		if a := w.want(400, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitations", as: "ada", body: body}); fieldNames(a) != field {
			t.Errorf("%s: %s", body, a.body)
		}
	}
}

func TestInvitedPeopleFindTheMeetingOnTheirDashboard(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan","settings":{"lobby":true},"schedule":{"startsAt":"2026-11-26T09:00:00Z","minutes":60,"timeZone":"UTC"}}`)
	w.person("grace")
	a := w.want(200, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitees", as: "ada", body: `{"emails":["GRACE@plenum.example","ghost@plenum.example","ada@plenum.example"]}`})
	got := read[struct {
		Invitees []struct{ Email string }
		Unknown  []string
	}](w, a)
	if len(got.Invitees) != 1 || got.Invitees[0].Email != "grace@plenum.example" || fmt.Sprint(got.Unknown) != "[ghost@plenum.example]" {
		t.Errorf("invited %+v", got)
	}
	shown := func(view, as string) string {
		return string(w.want(200, call{method: "GET", path: "/api/meetings?view=" + view, as: as}).body)
	}
	if list := shown("upcoming", "grace"); !strings.Contains(list, m.Code) || !strings.Contains(list, `"status":"INVITED"`) {
		t.Errorf("grace sees %s", list)
	}
	if list := shown("past", "grace"); strings.Contains(list, m.Code) {
		t.Errorf("grace was never there: %s", list)
	}
	if list := shown("all", "alan"); strings.Contains(list, m.Code) {
		t.Errorf("alan sees %s", list)
	}
	if a := read[joined](w, w.joinBy(200, m.Code, "grace", "", "")); a.Status != "JOINED" {
		t.Errorf("an invited one waits: %+v", a)
	}
	w.want(200, call{method: "GET", path: "/api/meetings/" + m.Code + "/calendar.ics", as: "grace"})
	w.want(404, call{method: "GET", path: "/api/meetings/" + m.Code + "/messages", as: "grace"})
	w.want(204, call{method: "DELETE", path: "/api/meetings/" + m.Code + "/invitees/me", as: "grace"})
	w.want(404, call{method: "DELETE", path: "/api/meetings/" + m.Code + "/invitees/me", as: "grace"})
	if list := shown("upcoming", "grace"); strings.Contains(list, m.Code) {
		t.Errorf("declined, but shown: %s", list)
	}
	for _, bad := range []string{`{"emails":[]}`, `{"emails":["x"]}`, `{"emails":["` + strings.Repeat(`a@b.example","`, 50) + `a@b.example"]}`} {
		w.want(400, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitees", as: "ada", body: bad})
	}
}

func TestInvitedPeopleGetMail(t *testing.T) {
	w := newWorld(t, withMail)
	m := w.meeting("ada", `{"title":"Plan, once more","schedule":{"startsAt":"2026-11-26T09:00:00Z","minutes":60,"timeZone":"Europe/Berlin","recurrence":"FREQ=WEEKLY"}}`)
	grace, alan := w.person("grace"), w.person("alan")
	invite := func(emails string) []string {
		t.Helper()
		a := w.want(200, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitees", as: "ada", body: `{"emails":[` + emails + `]}`})
		return read[struct{ Mailed []string }](w, a).Mailed
	}
	if mailed := invite(`"grace@plenum.example","ghost@plenum.example","ada@plenum.example","grace@plenum.example"`); fmt.Sprint(mailed) != "["+grace.Email+"]" {
		t.Errorf("mailed %v", mailed)
	}
	// Who was invited before is not written to again.
	if mailed := invite(`"grace@plenum.example","alan@plenum.example"`); fmt.Sprint(mailed) != "["+alan.Email+"]" {
		t.Errorf("mailed %v", mailed)
	}
	mails := w.sent()
	if len(mails) != 2 || mails[0].To != grace.Email || mails[1].To != alan.Email {
		t.Fatalf("sent %+v", mails)
	}
	got := mails[0]
	for _, part := range []string{
		"Hello grace", "ada invites you", "Plan, once more", "Thursday, 26 November 2026, 10:00 (Europe/Berlin)", "\n\nhttp://" + host + "/m/" + m.Code + "\n",
	} {
		if !strings.Contains(strings.ToLower(got.Text), strings.ToLower(part)) {
			t.Errorf("the mail does not say %q:\n%s", part, got.Text)
		}
	}
	if got.Subject != "Invitation: Plan, once more" || got.CalendarName != "meeting-"+m.Code+".ics" ||
		!strings.Contains(got.Calendar, "RRULE:FREQ=WEEKLY\r\n") || !strings.Contains(got.Calendar, `SUMMARY:Plan\, once more`) {
		t.Errorf("%q, %q:\n%s", got.Subject, got.CalendarName, got.Calendar)
	}
}

func TestALinkIsSentByMail(t *testing.T) {
	w := newWorld(t, withMail, func(c *api.Config) { c.Limits.MailsPerAccount = api.Rate{Count: 1, Per: time.Hour, Burst: 2} })
	m := w.meeting("ada", `{"title":"Plan"}`)
	l := w.link(m.Code, `{"maxUses":1,"sendTo":"Ghost@plenum.example"}`)
	mails := w.sent()
	if len(mails) != 1 || mails[0].To != "ghost@plenum.example" || !strings.Contains(mails[0].Text, "http://"+host+"/m/"+m.Code+"#i="+l.Token+"\n") {
		t.Fatalf("sent %+v", mails)
	}
	if mails[0].Calendar != "" {
		t.Errorf("a calendar file of a meeting without a date: %s", mails[0].Calendar)
	}
	w.joinBy(200, m.Code, "", l.Token, "")
	path := "/api/meetings/" + m.Code + "/invitations"
	w.want(201, call{method: "POST", path: path, as: "ada", body: `{"sendTo":"b@plenum.example"}`})
	// So many, and no more; and no link is made that nobody would get.
	w.want(429, call{method: "POST", path: path, as: "ada", body: `{"sendTo":"c@plenum.example"}`})
	if a := w.want(400, call{method: "POST", path: path, as: "ada", body: `{"sendTo":"c"}`}); fieldNames(a) != "sendTo" {
		t.Errorf("%s", a.body)
	}
	w.person("grace")
	a := w.want(200, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitees", as: "ada", body: `{"emails":["grace@plenum.example"]}`})
	if got := read[struct {
		Mailed   []string
		Invitees []struct{ Email string }
	}](w, a); len(got.Mailed) != 0 || len(got.Invitees) != 1 {
		t.Errorf("invited without mail: %+v", got)
	}
	list := read[struct{ Invitations []struct{ ID string } }](w, w.want(200, call{method: "GET", path: path, as: "ada"}))
	if len(list.Invitations) != 2 || len(w.sent()) != 2 {
		t.Errorf("%d links, %d mails", len(list.Invitations), len(w.sent()))
	}
}

func TestWithoutAMailServerNobodyIsWrittenTo(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	w.person("grace")
	a := w.want(200, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitees", as: "ada", body: `{"emails":["grace@plenum.example"]}`})
	if got := read[struct{ Mailed []string }](w, a); len(got.Mailed) != 0 {
		t.Errorf("mailed %v", got.Mailed)
	}
	w.want(403, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitations", as: "ada", body: `{"sendTo":"b@plenum.example"}`})
}

func TestWhoWasRemovedDoesNotComeInByAnyWay(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	token := w.link(m.Code, `{"role":"COHOST"}`).Token
	grace := read[joined](w, w.joinBy(200, m.Code, "grace", "", ""))
	first := w.joinBy(200, m.Code, "", "", "")
	guest := read[joined](w, first)
	cookie := first.header.Get("Set-Cookie")
	for _, id := range []string{grace.Participant.ID, guest.Participant.ID} {
		w.must(w.store.RemoveParticipant(w.Context(), id, true, w.clock.now()))
	}
	for name, a := range map[string]answer{
		"by account": w.joinBy(403, m.Code, "grace", "", ""),
		"by link":    w.joinBy(403, m.Code, "grace", token, ""),
		"by cookie": w.want(403, call{
			method: "POST", path: "/api/meetings/" + m.Code + "/join", body: `{"name":"Another"}`,
			header: map[string]string{"Cookie": strings.Split(cookie, ";")[0]},
		}),
	} {
		if a.failure().Code != "removed" {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	w.must(w.store.RemoveParticipant(w.Context(), grace.Participant.ID, false, w.clock.now()))
	w.joinBy(200, m.Code, "grace", "", "")
}

func TestARemovalHoldsForTheBrowserWithAnAccountOrWithout(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	remove := func(a answer) string {
		w.must(w.store.RemoveParticipant(w.Context(), read[joined](w, a).Participant.ID, true, w.clock.now()))
		return a.browser()
	}
	account, guest := remove(w.joinBy(200, m.Code, "grace", "", "")), remove(w.joinBy(200, m.Code, "", "", ""))
	for name, a := range map[string]answer{
		"an account as a guest": w.joinOn(403, m.Code, "", "", account), "a guest as an account": w.joinOn(403, m.Code, "alan", "", guest),
	} {
		if a.failure().Code != "removed" {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	w.joinBy(200, m.Code, "alan", "", "")
	// The host who removed a guest of their own browser is no guest.
	w.joinOn(200, m.Code, "ada", "", guest)
}

func TestALockedMeetingLetsOnlyThoseInWhoWereThere(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	w.joinBy(200, m.Code, "grace", "", "")
	row, err := w.store.MeetingByCode(w.Context(), m.Code)
	w.must(err)
	w.must(w.store.SetMeetingSettings(w.Context(), row.ID, false, true, store.HistoryAll, "", w.clock.now()))
	if a := w.joinBy(403, m.Code, "alan", "", ""); a.failure().Code != "locked" {
		t.Errorf("%s", a.body)
	}
	w.joinBy(403, m.Code, "", "", "")
	w.joinBy(200, m.Code, "grace", "", "")
	w.joinBy(200, m.Code, "ada", "", "")
}
