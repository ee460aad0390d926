package api_test

import (
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/store"
)

type joined struct {
	Grant, SocketURL string
	ICEServers       []api.ICEServer
	Participant      struct {
		ID, Name, Role string
		Guest          bool
	}
	Meeting      meeting
	Participants []struct{ ID string }
	Status       string
}

func (w *world) join(code, as, body string) (joined, grant.Claims) {
	w.Helper()
	j := read[joined](w, w.want(200, call{method: "POST", path: "/api/meetings/" + code + "/join", as: as, body: body}))
	claims, err := w.grants.VerifyGrant(w.clock.now(), j.Grant)
	w.must(err)
	return j, claims
}

func TestJoin(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.ICEServers = []api.ICEServer{{URLs: []string{"stun:stun.example"}}} })
	m := w.meeting("ada", `{"title":"Plan"}`)
	record, err := w.store.MeetingByCode(w.Context(), m.Code)
	w.must(err)
	for _, s := range []struct {
		name, as, body string
		want           grant.Claims
	}{
		{"host", "ada", ``, grant.Claims{User: w.person("ada").ID, Name: "Ada", Host: true}},
		{"with an account", "grace", `{}`, grant.Claims{User: w.person("grace").ID, Name: "Grace"}},
		{"under another name", "grace", `{"name":" Admiral "}`, grant.Claims{User: w.person("grace").ID, Name: "Admiral"}},
		{"guest", "", `{"name":"Gus"}`, grant.Claims{Name: "Gus", Guest: true}},
	} {
		t.Run(s.name, func(t *testing.T) {
			j, claims := w.join(m.Code, s.as, s.body)
			if j.SocketURL != "/ws" || len(j.ICEServers) != 1 || j.Participants == nil || j.Meeting.Code != m.Code {
				t.Errorf("answer %+v", j)
			}
			role := "PARTICIPANT"
			if s.want.Host {
				role = "HOST"
			}
			if p := j.Participant; p.ID != claims.Participant || p.Name != s.want.Name || p.Role != role || p.Guest != s.want.Guest {
				t.Errorf("participant %+v", p)
			}
			row, err := w.store.ParticipantByID(w.Context(), j.Participant.ID)
			w.must(err)
			if row.Role != role || row.Status != store.StatusInvited || row.Guest != s.want.Guest || row.Name != s.want.Name {
				t.Errorf("row %+v", row)
			}
			want := s.want
			want.Participant, want.Code, want.Meeting, want.Occurrence, want.Epoch = row.ID, m.Code, record.ID, row.OccurrenceID, 1
			want.ID, want.ExpiresAt = claims.ID, claims.ExpiresAt
			want.SignIn, want.Device, want.Request = claims.SignIn, row.Device, claims.Request
			if (claims.SignIn == "") != want.Guest || (row.Device == "") != want.Host {
				t.Errorf("sign-in %q, device %q", claims.SignIn, row.Device)
			}
			if claims != want {
				t.Errorf("grant %+v, want %+v", claims, want)
			}
		})
	}
}

// A user is one participant in an occurrence, however often they come; a guest is somebody new each time.
func TestJoinAgain(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	first, _ := w.join(m.Code, "grace", ``)
	second, _ := w.join(m.Code, "grace", ``)
	if first.Participant.ID != second.Participant.ID || first.Grant == second.Grant {
		t.Errorf("grace is %s, then %s", first.Participant.ID, second.Participant.ID)
	}
	gus, _ := w.join(m.Code, "", `{"name":"Gus"}`)
	again, _ := w.join(m.Code, "", `{"name":"Gus"}`)
	if gus.Participant.ID == again.Participant.ID {
		t.Error("two guests are one participant")
	}
	w.want(204, call{method: "POST", path: "/api/meetings/" + m.Code + "/end", as: "ada"})
	third, claims := w.join(m.Code, "grace", ``)
	if third.Participant.ID == first.Participant.ID || claims.Epoch != 2 {
		t.Errorf("after the end: participant %s, epoch %d", third.Participant.ID, claims.Epoch)
	}
}

// Having been in is not enough: who was sent back to the lobby is told nothing of those inside.
func TestWhoWaitsIsToldNothing(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan","settings":{"lobby":true}}`)
	part := w.tookPart(m.Code, "grace")
	for status, want := range map[string]string{store.StatusWaiting: "WAITING", store.StatusJoined: "JOINED"} {
		w.must(w.store.SetParticipantStatus(w.Context(), part.ID, status, w.clock.now()))
		if j, _ := w.join(m.Code, "grace", ``); j.Status != want {
			t.Errorf("who is %s is told %s", status, j.Status)
		}
	}
}

// Who was sent back waits where nobody else does, gone and come again, by whichever link.
func TestWhoWasSentBackIsToldToWait(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	l := w.link(m.Code, `{"role":"COHOST"}`)
	part := w.tookPart(m.Code, "grace")
	w.must(w.store.SendBack(w.Context(), part.ID, true, w.clock.now()))
	for _, body := range []string{``, `{"invitation":"` + l.Token + `"}`} {
		if j, claims := w.join(m.Code, "grace", body); j.Status != "WAITING" || len(j.Participants) != 0 || claims.CoHost {
			t.Errorf("told %+v, with a grant of %+v", j, claims)
		}
	}
	a := w.joinOn(200, m.Code, "", "", "")
	gus := read[joined](w, a).Participant.ID
	w.must(w.store.SendBack(w.Context(), gus, true, w.clock.now()))
	again := read[joined](w, w.joinOn(200, m.Code, "", l.Token, a.browser()))
	if again.Status != "WAITING" || again.Participant.ID == gus || again.Participant.Role != store.RoleParticipant {
		t.Errorf("a guest of the same browser is told %+v", again)
	}
	w.must(w.store.SendBack(w.Context(), again.Participant.ID, false, w.clock.now()))
	if j := read[joined](w, w.joinOn(200, m.Code, "", l.Token, a.browser())); j.Status != "JOINED" || j.Participant.Role != store.RoleCoHost {
		t.Errorf("let in again they are told %+v", j)
	}
}

func TestBadJoin(t *testing.T) {
	w := newWorld(t)
	open := w.meeting("ada", `{"title":"Open"}`)
	closed := w.meeting("ada", `{"title":"Closed","guestsAllowed":false}`)
	for _, s := range []struct {
		name, code, as, body string
		status               int
		problem              string
	}{
		{"no such meeting", "00000-00000", "grace", ``, 404, "not_found"},
		{"no code", "x", "grace", ``, 404, "not_found"},
		{"guest without a name", open.Code, "", ``, 400, "invalid"},
		{"guest without a name in the body", open.Code, "", `{}`, 400, "invalid"},
		{"guest with nothing for a name", open.Code, "", `{"name":" "}`, 400, "invalid"},
		{"guest with a long name", open.Code, "", `{"name":"` + strings.Repeat("a", 65) + `"}`, 400, "invalid"},
		{"guest where none are allowed", closed.Code, "", `{"name":"Gus"}`, 403, "forbidden"},
		{"bidi in the name", open.Code, "grace", `{"name":"a\u2066b"}`, 400, "invalid"},
		{"somebody else's participant", open.Code, "grace", `{"participant":"01J"}`, 400, "invalid"},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := w.in(t)
			a := w.want(s.status, call{method: "POST", path: "/api/meetings/" + s.code + "/join", as: s.as, body: s.body})
			if a.failure().Code != s.problem {
				t.Errorf("code %q", a.failure().Code)
			}
		})
	}
	w.want(200, call{method: "POST", path: "/api/meetings/" + closed.Code + "/join", as: "grace"})
}

func TestManyJoins(t *testing.T) {
	w := newWorld(t, func(c *api.Config) {
		c.Limits.GuestJoinsPerAddress = api.Rate{Count: 1, Per: 1e9, Burst: 3}
		c.Limits.JoinsPerAccount = api.Rate{Count: 1, Per: 1e9, Burst: 2}
	})
	m := w.meeting("ada", `{"title":"Plan"}`)
	for range 3 {
		w.join(m.Code, "", `{"name":"Gus"}`)
	}
	w.want(429, call{method: "POST", path: "/api/meetings/" + m.Code + "/join", body: `{"name":"Gus"}`})
	for range 2 {
		w.join(m.Code, "grace", ``)
	}
	w.want(429, call{method: "POST", path: "/api/meetings/" + m.Code + "/join", as: "grace"})
	w.join(m.Code, "ada", ``)
}

// A grant opens the socket, not the API.
func TestGrantIsNoAccessToken(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	j, _ := w.join(m.Code, "ada", ``)
	w.want(401, call{method: "GET", path: "/api/auth/me", header: map[string]string{"Authorization": "Bearer " + j.Grant}})
}

func TestLeave(t *testing.T) {
	w := newWorld(t)
	m := w.meeting("ada", `{"title":"Plan"}`)
	grace, _ := w.join(m.Code, "grace", ``)
	gus, _ := w.join(m.Code, "", `{"name":"Gus"}`)
	path := "/api/meetings/" + m.Code + "/leave"
	w.want(404, call{method: "POST", path: path, as: "alan", body: `{"participant":"` + grace.Participant.ID + `"}`})
	w.want(404, call{method: "POST", path: path, as: "ada", body: `{"participant":"` + grace.Participant.ID + `"}`})
	w.want(404, call{method: "POST", path: path, as: "grace", body: `{"participant":"` + gus.Participant.ID + `"}`})
	w.want(400, call{method: "POST", path: path, as: "grace", body: `{"participant":"a b"}`})
	w.want(204, call{method: "POST", path: path, as: "grace", body: `{"participant":"` + grace.Participant.ID + `"}`})
	row, err := w.store.ParticipantByID(w.Context(), grace.Participant.ID)
	w.must(err)
	if row.Status != store.StatusLeft {
		t.Errorf("status %s", row.Status)
	}
	other := w.meeting("ada", `{"title":"Other"}`)
	w.want(404, call{method: "POST", path: "/api/meetings/" + other.Code + "/leave", as: "grace", body: `{"participant":"` + grace.Participant.ID + `"}`})
}
