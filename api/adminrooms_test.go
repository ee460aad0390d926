package api_test

import (
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

type roomInFull struct {
	Code, Title           string
	Locked                bool
	Participants, Waiting int
	Permissions           map[string]bool
	People                []struct {
		ID, Name, Role string
		Guest          bool
		Permissions    map[string]bool
	}
}

// look is the room as the admin API shows it.
func (a administered) look() roomInFull {
	a.Helper()
	c := a.keyed(call{method: "GET", path: "/api/admin/rooms/" + a.room}, api.ScopeRoomsRead)
	return read[struct{ Room roomInFull }](a.world, a.want(200, c)).Room
}

// act makes a call about the room that changes it.
func (a administered) act(status int, method, path, body string) answer {
	a.Helper()
	c := call{method: method, path: "/api/admin/rooms/" + a.room + path, body: body}
	return a.want(status, a.keyed(c, api.ScopeRoomsWrite, api.ScopeParticipantsWrite))
}

func TestAdministratorsSeeWhatTakesPlace(t *testing.T) {
	a := administer(t)
	list := a.want(200, a.keyed(call{method: "GET", path: "/api/admin/rooms"}, api.ScopeRoomsRead))
	rooms := read[struct{ Rooms []roomJSON }](a.world, list).Rooms
	if len(rooms) != 1 || rooms[0].Code != a.room || rooms[0].Title != "Plan" || rooms[0].Participants != 2 {
		t.Errorf("rooms %+v", rooms)
	}
	node := a.want(200, a.keyed(call{method: "GET", path: "/api/admin/node"}, api.ScopeRoomsRead))
	if string(node.body) != `{"node":{"draining":false,"rooms":1,"participants":2,"waiting":0}}` {
		t.Errorf("node %s", node.body)
	}
	room := a.look()
	if len(room.People) != 2 || room.People[0].Role != "HOST" || room.People[1].ID != a.guest || !room.People[1].Guest || !room.People[1].Permissions["chat"] {
		t.Errorf("room %+v", room)
	}
}

type roomJSON struct {
	Code, Title           string
	Participants, Waiting int
}

func TestAnUnchangedAnswerIsNotSentAgain(t *testing.T) {
	a := administer(t)
	c := a.keyed(call{method: "GET", path: "/api/admin/rooms/" + a.room}, api.ScopeRoomsRead)
	tag := a.want(200, c).header.Get("ETag")
	for _, known := range []string{tag, `"other", ` + tag, "W/" + tag, "*"} {
		c.header = map[string]string{"If-None-Match": known}
		if again := a.want(304, c); len(again.body) != 0 || again.header.Get("ETag") != tag {
			t.Errorf("with %s: %s, %q", known, again.header.Get("ETag"), again.body)
		}
	}
	a.act(200, "PATCH", "", `{"locked":true}`)
	c.header = map[string]string{"If-None-Match": tag}
	if changed := a.want(200, c); changed.header.Get("ETag") == tag {
		t.Error("another answer has the same tag")
	}
}

func TestAnAnnouncementReachesEverybodyInside(t *testing.T) {
	a := administer(t)
	a.act(204, "POST", "/announce", `{"text":" The server restarts in five minutes. "}`)
	for name, in := range map[string]*inside{"ada": a.ada, "gus": a.gus} {
		if l := in.wait("meeting:announced"); !strings.Contains(string(l.Data), `"text":"The server restarts in five minutes."`) {
			t.Errorf("%s hears %s", name, l.Data)
		}
	}
	everywhere := a.keyed(call{method: "POST", path: "/api/admin/announce", body: `{"text":"Now."}`}, api.ScopeRoomsWrite)
	if got := a.want(200, everywhere); strings.TrimSpace(string(got.body)) != `{"rooms":1}` {
		t.Errorf("said in %s", got.body)
	}
	if l := a.gus.wait("meeting:announced"); !strings.Contains(string(l.Data), `"Now."`) {
		t.Errorf("gus hears %s", l.Data)
	}
	for _, body := range []string{`{}`, `{"text":""}`, `{"text":" "}`, `{"text":"two\nlines"}`, `{"text":"` + strings.Repeat("x", 301) + `"}`, `{"text":"\u202e"}`, `{"text":1}`, `x`} {
		a.act(400, "POST", "/announce", body)
	}
	if n := a.noted("admin_room_announce") + a.noted("admin_announce"); n != 2 {
		t.Errorf("%d events", n)
	}
}

func TestAdministratorsMuteAndPermit(t *testing.T) {
	a := administer(t)
	a.act(204, "POST", "/participants/"+a.guest+"/mute", `{"hard":true}`)
	if l := a.gus.wait("moderation:notice"); !strings.Contains(string(l.Data), `"muted"`) || strings.Contains(string(l.Data), `"by"`) {
		t.Errorf("gus is told %s", l.Data)
	}
	if a.look().People[1].Permissions["unmute"] {
		t.Error("gus may unmute")
	}
	a.act(204, "POST", "/participants/"+a.guest+"/mute", `{"source":"camera","hard":true}`)
	a.act(204, "POST", "/participants/"+a.guest+"/mute", `{"source":"screen"}`)
	if may := a.look().People[1].Permissions; may["camera"] || !may["share"] {
		t.Errorf("gus may %v", may)
	}
	a.act(200, "PATCH", "/participants/"+a.guest, `{"permissions":{"chat":false},"reset":true}`)
	if may := a.look().People[1].Permissions; !may["camera"] || !may["unmute"] || may["chat"] {
		t.Errorf("gus may %v", may)
	}
	a.act(204, "POST", "/mute", `{"hard":true}`)
	a.act(200, "PATCH", "", `{"permissions":{"share":false}}`)
	if room := a.look(); room.Permissions["unmute"] || room.Permissions["share"] || !room.People[0].Permissions["unmute"] {
		t.Errorf("all may %v, the host %v", room.Permissions, room.People[0].Permissions)
	}
	for action, want := range map[string]int{
		"admin_participant_mute_hard": 2, "admin_participant_mute": 1, "admin_participant_permissions": 1,
		"admin_room_mute_hard": 1, "admin_room_permissions": 1,
	} {
		if n := a.noted(action); n != want {
			t.Errorf("%d events %s, want %d", n, action, want)
		}
	}
	// The room writes nothing down of what it was not asked from inside.
	if n := a.noted("room_mute_hard") + a.noted("room_permissions"); n != 0 {
		t.Errorf("%d events twice", n)
	}
}

func TestAdministratorsRemoveEvenAHost(t *testing.T) {
	a := administer(t)
	host := a.look().People[0].ID
	a.act(204, "DELETE", "/participants/"+host, "")
	if code := a.ada.closed(); code != 4004 {
		t.Errorf("closed with %d", code)
	}
	a.gus.wait("participant:left")
	a.joinBy(403, a.room, "ada", "", "")
	a.act(404, "DELETE", "/participants/"+host, "")
}

func TestAdministratorsLockAndClose(t *testing.T) {
	a := administer(t)
	isLocked := func(want bool) func() bool {
		return func() bool {
			m, err := a.store.MeetingByCode(a.Context(), a.room)
			a.must(err)
			return m.Locked == want
		}
	}
	a.act(200, "PATCH", "", `{"locked":true}`)
	a.eventually("the lock is stored", isLocked(true))
	a.joinBy(403, a.room, "grace", "", "")
	a.act(200, "PATCH", "", `{"locked":false}`)
	a.eventually("its end is stored", isLocked(false))
	a.joinBy(200, a.room, "grace", "", "")
	a.act(204, "POST", "/close", "")
	a.gus.wait("meeting:ended")
	a.act(404, "POST", "/close", "")
	if n := a.noted("admin_room_lock") + a.noted("admin_room_unlock") + a.noted("admin_room_close"); n != 3 {
		t.Errorf("%d events", n)
	}
	if got := a.seen(a.room, "ada"); got.Live || got.EndedAt == nil {
		t.Errorf("after the end %+v", got)
	}
}

func TestWhatIsNotInARoomIsNotFound(t *testing.T) {
	a := administer(t)
	nobody := store.NewID(a.clock.now())
	quiet := a.meeting("ada", `{"title":"Later"}`).Code
	for _, c := range []call{
		{method: "GET", path: "/api/admin/rooms/" + quiet},
		{method: "GET", path: "/api/admin/rooms/00000-00000"},
		{method: "GET", path: "/api/admin/rooms/x"},
		{method: "POST", path: "/api/admin/rooms/" + quiet + "/close"},
		{method: "POST", path: "/api/admin/rooms/" + quiet + "/mute"},
		{method: "POST", path: "/api/admin/rooms/" + quiet + "/announce", body: `{"text":"x"}`},
		{method: "PATCH", path: "/api/admin/rooms/" + quiet, body: `{"locked":true}`},
		{method: "DELETE", path: "/api/admin/rooms/" + quiet + "/participants/" + a.guest},
		{method: "DELETE", path: "/api/admin/rooms/" + a.room + "/participants/" + nobody},
		{method: "POST", path: "/api/admin/rooms/" + a.room + "/participants/" + nobody + "/mute"},
		{method: "PATCH", path: "/api/admin/rooms/" + a.room + "/participants/" + nobody, body: `{"reset":true}`},
		{method: "GET", path: "/api/admin/nothing"},
		{method: "GET", path: "/api/admin/"},
	} {
		a.want(404, a.keyed(c, api.Scopes()...))
	}
	for _, c := range []call{
		{method: "PATCH", path: "/api/admin/rooms/" + a.room, body: `{}`},
		{method: "PATCH", path: "/api/admin/rooms/" + a.room, body: `{"permissions":{}}`},
		{method: "PATCH", path: "/api/admin/rooms/" + a.room, body: `{"permissions":{"fly":true}}`},
		{method: "PATCH", path: "/api/admin/rooms/" + a.room, body: `{"locked":"yes"}`},
		{method: "POST", path: "/api/admin/rooms/" + a.room + "/mute", body: `{"hard":1}`},
		{method: "POST", path: "/api/admin/rooms/" + a.room + "/close", body: `{"now":true}`},
		{method: "POST", path: "/api/admin/rooms/" + a.room + "/participants/" + a.guest + "/mute", body: `{"source":"eyes"}`},
		{method: "PATCH", path: "/api/admin/rooms/" + a.room + "/participants/" + a.guest, body: `{}`},
		{method: "DELETE", path: "/api/admin/rooms/" + a.room + "/participants/a%20b"},
		{method: "PATCH", path: "/api/admin/node", body: `{}`},
		{method: "PATCH", path: "/api/admin/node", body: `{"draining":null}`},
	} {
		a.want(400, a.keyed(c, api.Scopes()...))
	}
	if n := len(a.look().People); n != 2 {
		t.Errorf("%d people after all that was refused", n)
	}
}

func TestANodeIsDrainedAndBroughtBack(t *testing.T) {
	w := newWorld(t)
	drain := func(body, want string) {
		t.Helper()
		got := w.want(200, w.keyed(call{method: "PATCH", path: "/api/admin/node", body: body}, api.ScopeNodeDrain))
		if !strings.Contains(string(got.body), want) {
			t.Errorf("%s answers %s", body, got.body)
		}
	}
	drain(`{"draining":true}`, `"draining":true`)
	drain(`{"draining":true}`, `"draining":true`)
	drain(`{"draining":false}`, `"draining":false`)
	if n := w.noted("admin_node_drain"); n != 2 || w.noted("admin_node_resume") != 1 {
		t.Errorf("%d events", n)
	}
}
