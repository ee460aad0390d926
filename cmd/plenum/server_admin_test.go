package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// administration is a meeting whose server is looked after from a terminal.
type administration struct {
	*meeting
	key string
}

func administrate(t *testing.T) administration {
	t.Helper()
	m := startMeeting(t)
	a := administration{meeting: m}
	a.key = strings.TrimSpace(a.offline("keys", "create", "Everything", "--all"))
	return a
}

// offline runs a command on the database of the server, which runs.
func (a administration) offline(args ...string) string {
	a.t.Helper()
	return a.plenum(append(args, "--data="+a.server.cfg.Storage.Data))
}

// online runs one that asks the server.
func (a administration) online(args ...string) string {
	a.t.Helper()
	return a.plenum(a.reached(a.key, args))
}

func (a administration) reached(key string, args []string) []string {
	return append(slices.Clone(args), "--admin="+a.admin, "--admin-key="+key)
}

func (a administration) plenum(args []string) string {
	a.t.Helper()
	code, out, errs := runPlenum(a.ctx, append([]string{"admin"}, args...)...)
	if code != 0 {
		a.t.Fatalf("plenum admin %s: exit code %d, %s", strings.Join(args, " "), code, errs)
	}
	return out
}

// refused runs a command that the server does not do, and gives what is said.
func (a administration) refused(key string, args ...string) string {
	a.t.Helper()
	code, out, errs := runPlenum(a.ctx, append([]string{"admin"}, a.reached(key, args)...)...)
	if code != 1 || out != "" || strings.Count(errs, "\n") != 1 {
		a.t.Errorf("plenum admin %s: exit code %d, %q, %q", strings.Join(args, " "), code, out, errs)
	}
	return errs
}

// events are the actions in the audit log of the server's database.
func (a administration) events() []string {
	a.t.Helper()
	records, err := a.server.cfg.Storage.open(a.ctx, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	defer records.Close()
	rows, err := records.AuditEvents(a.ctx, store.AuditFilter{Limit: 500})
	if err != nil {
		a.t.Fatal(err)
	}
	var out []string
	for _, e := range rows {
		if strings.HasPrefix(e.Actor, "key:") || e.Actor == "operator" {
			out = append(out, e.Action)
		}
	}
	return out
}

// announced gathers what a bot is told by whoever runs the server.
type announced struct {
	mu    sync.Mutex
	texts []string
}

func (a *announced) hearing(o *client.Options) {
	before := o.Events
	o.Events = func(m message.ServerMessage) {
		if said, ok := m.(message.MeetingAnnounced); ok {
			a.mu.Lock()
			a.texts = append(a.texts, said.Text)
			a.mu.Unlock()
		}
		before(m)
	}
}

func (a *announced) has(text string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.texts, text)
}

func forbidden(err error) bool {
	refused, ok := errors.AsType[message.Error](err)
	return ok && refused.Code == message.Forbidden
}

func over(b *bot) func() bool {
	return func() bool {
		select {
		case <-b.Done():
			return true
		default:
			return false
		}
	}
}

// Each command of plenum admin, in a meeting that goes on.
func TestAServerIsLookedAfterDuringACall(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	host := a.enterBy(a.rest, "Host")
	ada := a.enter("Ada").publish(microphone(40))
	told := &announced{}
	grace := a.enter("Grace", told.hearing).receive(client.Slots{Audio: 2, Video: 1})
	voice := grace.number(ada.id, message.Microphone)
	a.until("grace hears ada", func() bool { return grace.count(voice) > 5 })

	if list := a.online("rooms", "list"); !strings.Contains(list, a.code+"  3 ") || !strings.Contains(list, "Test") {
		t.Errorf("rooms:\n%s", list)
	}
	var document struct {
		Rooms []struct{ Code string }
	}
	if err := json.Unmarshal([]byte(a.online("rooms", "list", "--json")), &document); err != nil || len(document.Rooms) != 1 || document.Rooms[0].Code != a.code {
		t.Errorf("as JSON %+v, %v", document, err)
	}
	if list := a.online("participants", "list", a.code); !strings.Contains(list, ada.id) || !strings.Contains(list, "microphone") || !strings.Contains(list, "HOST") {
		t.Errorf("participants:\n%s", list)
	}

	a.online("announce", "The server restarts in five minutes.", "--room", a.code)
	a.until("grace is told", func() bool { return told.has("The server restarts in five minutes.") })
	if out := a.online("announce", "Now."); !strings.Contains(out, "1 meetings") {
		t.Errorf("said: %s", out)
	}
	a.until("grace is told", func() bool { return told.has("Now.") })
	if list := a.online("audit", "--action=meeting_join", "--meeting="+a.code, "--since=2026-01-01T00:00:00Z"); strings.Count(list, "meeting_join") != 3 {
		t.Errorf("the audit log:\n%s", list)
	}
	if list := a.online("audit", "--limit=1"); strings.Count(list, "\n") != 3 || !strings.Contains(list, "--before") {
		t.Errorf("the audit log:\n%s", list)
	}

	muted := func() bool {
		return look(grace, func() bool {
			return slices.ContainsFunc(grace.roster[ada.id].Publications, func(p message.Publication) bool { return p.Source == message.Microphone && p.Muted })
		})
	}
	a.online("participants", "mute", a.code, ada.id, "--hard")
	a.until("ada is muted", muted)
	if _, err := ada.Request(a.ctx, message.ParticipantToggleAudio{Muted: false}); !forbidden(err) {
		t.Errorf("ada unmutes: %v", err)
	}
	a.online("participants", "permit", a.code, ada.id, "--allow", "unmute", "--deny", "chat")
	ada.must(message.ParticipantToggleAudio{Muted: false})
	a.until("ada is heard again", func() bool { return !muted() })
	if _, err := ada.Request(a.ctx, message.ChatSend{ClientID: "1", Text: "hello"}); !forbidden(err) {
		t.Errorf("ada writes: %v", err)
	}
	a.online("participants", "mute", a.code)
	a.until("all are muted", muted)

	a.online("rooms", "lock", a.code)
	late := client.REST{Base: a.rest.Base}
	if _, err := late.Join(a.ctx, a.code, "Late"); err == nil {
		t.Error("a newcomer comes into a locked meeting")
	}
	a.online("rooms", "unlock", a.code)
	a.enter("Late")

	a.online("participants", "remove", a.code, ada.id)
	a.until("ada is out", over(ada))

	status := func(path string) int {
		response, err := http.Get(a.rest.Base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode
	}
	if out := a.online("drain"); !strings.Contains(out, "gets nobody new") || status("/readyz") != http.StatusServiceUnavailable {
		t.Errorf("draining: %s, and /readyz says %d", out, status("/readyz"))
	}
	if out := a.online("drain", "--undo"); !strings.Contains(out, "ready for new people") || status("/readyz") != http.StatusOK {
		t.Errorf("no longer: %s, and /readyz says %d", out, status("/readyz"))
	}
	if status("/api/admin/rooms") != http.StatusNotFound {
		t.Error("the admin API is on the public listener")
	}

	a.online("rooms", "close", a.code)
	a.until("the meeting has ended", func() bool { return look(host, func() bool { return host.ended }) })
	a.until("the sockets are closed", over(grace))

	events := a.events()
	for _, want := range []string{
		"api_key_create", "admin_room_announce", "admin_announce", "admin_participant_mute_hard", "admin_participant_permissions", "admin_room_mute",
		"admin_room_lock", "admin_room_unlock", "admin_participant_remove", "admin_node_drain", "admin_node_resume", "admin_room_close",
	} {
		if !slices.Contains(events, want) {
			t.Errorf("%s is not in the audit log: %v", want, events)
		}
	}
}

func TestAccountsAreLookedAfterWhileTheyAreInACall(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	ada := client.REST{Base: a.rest.Base}
	if err := ada.Register(a.ctx, "ada@plenum.example", "a long enough password", "Ada"); err != nil {
		t.Fatal(err)
	}
	inside := a.enterBy(ada, "Ada")
	if list := a.online("user", "list", "ada"); !strings.Contains(list, "ada@plenum.example") || strings.Contains(list, "host@plenum.example") {
		t.Errorf("accounts:\n%s", list)
	}
	if out := a.online("user", "disable", "ada@plenum.example"); !strings.Contains(out, "signed out everywhere") {
		t.Errorf("said %s", out)
	}
	a.until("ada is out", over(inside))
	if err := ada.Login(a.ctx, "ada@plenum.example", "a long enough password"); err == nil {
		t.Error("a disabled account signs in")
	}
	a.online("user", "enable", "ada@plenum.example")
	out := a.online("user", "password", "ada@plenum.example")
	_, password, _ := strings.Cut(strings.TrimSpace(out), "once: ")
	if err := ada.Login(a.ctx, "ada@plenum.example", password); err != nil {
		t.Errorf("with the new password %q: %v", out, err)
	}
	inside = a.enterBy(ada, "Ada")
	a.online("user", "sign-out", "ada@plenum.example")
	a.until("ada is out", over(inside))
	a.online("user", "role", "ada@plenum.example", "admin")
	if list := a.online("user", "list", "ada"); !strings.Contains(list, "ADMIN") {
		t.Errorf("accounts:\n%s", list)
	}

	// The host's account goes, and the meeting with it.
	guest := a.enter("Grace")
	a.online("user", "delete", "host@plenum.example")
	a.until("the meeting has ended", func() bool { return look(guest, func() bool { return guest.ended }) })
	events := a.events()
	for _, want := range []string{"admin_user_disable", "admin_user_enable", "admin_user_password", "admin_user_sign_out", "admin_user_role", "admin_user_delete"} {
		if !slices.Contains(events, want) {
			t.Errorf("%s is not in the audit log: %v", want, events)
		}
	}
}

func TestWhatAnAdministratorIsToldWhenItDoesNotWork(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	a.enterBy(a.rest, "Host")
	reader := strings.TrimSpace(a.offline("keys", "create", "Reader", "--scope", "rooms:read"))
	if list := a.plenum(a.reached(reader, []string{"rooms", "list"})); !strings.Contains(list, a.code) {
		t.Errorf("rooms:\n%s", list)
	}
	nobody := store.NewID(time.Now())
	for _, c := range []struct {
		key  string
		args []string
		want []string
	}{
		{reader, []string{"rooms", "close", a.code}, []string{"lacks the scope rooms:write"}},
		{reader, []string{"participants", "remove", a.code, nobody}, []string{"participants:write"}},
		{reader, []string{"user", "list"}, []string{"users:read"}},
		{reader, []string{"drain"}, []string{"node:drain"}},
		{"plk_wrong", []string{"rooms", "list"}, []string{"not known"}},
		{"", []string{"rooms", "list"}, []string{"PLENUM_ADMIN_KEY", "PLENUM_ADMIN_TOKEN"}},
		{a.key, []string{"rooms", "close", "00000-00000"}, []string{"No such meeting takes place"}},
		{a.key, []string{"rooms", "close", "../users"}, []string{"No such meeting takes place"}},
		{a.key, []string{"participants", "remove", a.code, nobody}, []string{"no such participant"}},
		{a.key, []string{"participants", "mute", a.code, "--source", "camera"}, []string{"name a participant"}},
		{a.key, []string{"participants", "permit", a.code, "--allow", "fly"}, []string{"fly"}},
		{a.key, []string{"participants", "permit", a.code, "--allow", "chat", "--deny", "chat"}, []string{"both"}},
		{a.key, []string{"participants", "permit", a.code}, []string{"nothing to change"}},
		{a.key, []string{"announce", ""}, []string{"text is required"}},
		{a.key, []string{"user", "disable", "nobody@plenum.example"}, []string{"nobody@plenum.example has no account"}},
		{a.key, []string{"user", "disable", nobody}, []string{"no such account"}},
	} {
		said := a.refused(c.key, c.args...)
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%v: %q, without %q", c.args, said, want)
			}
		}
	}
	list := a.offline("keys", "list")
	id, _, _ := strings.Cut(list[strings.Index(list, "\n")+1:], " ")
	a.offline("keys", "revoke", id)
	if said := a.refused(reader, "rooms", "list"); !strings.Contains(said, "was revoked") {
		t.Errorf("said %q", said)
	}

	code, _, errs := runPlenum(context.Background(), "admin", "rooms", "list", "--admin-key="+a.key, "--admin=http://"+freeAddress(t).String())
	if code != 1 || !strings.Contains(errs, "no server answers") {
		t.Errorf("without a server: %d, %q", code, errs)
	}
	code, _, errs = runPlenum(context.Background(), "admin", "rooms", "list", "--admin-key="+a.key, "--admin=localhost")
	if code != 1 || !strings.Contains(errs, "--admin localhost") {
		t.Errorf("with an address that is none: %d, %q", code, errs)
	}
	code, _, errs = runPlenum(context.Background(), "admin", "rooms", "list", "--admin-key="+a.key, "--admin="+a.rest.Base)
	if code != 1 || !strings.Contains(errs, "There is nothing here") {
		t.Errorf("at the public listener: %d, %q", code, errs)
	}
}

// With --admin-public the API is there for keys, and for nothing else.
func TestTheAdminAPIOnThePublicListener(t *testing.T) {
	t.Parallel()
	a := administration{meeting: startMeeting(t, func(c *serveCommand) { c.AdminPublic, c.AdminToken = true, "a-token-of-the-operator" })}
	a.enterBy(a.rest, "Host")
	key := strings.TrimSpace(a.offline("keys", "create", "Everything", "--all"))
	args := []string{"rooms", "list", "--admin=" + a.rest.Base}
	if list := a.plenum(append(args, "--admin-key="+key)); !strings.Contains(list, a.code) {
		t.Errorf("rooms:\n%s", list)
	}
	code, _, errs := runPlenum(a.ctx, append([]string{"admin"}, append(args, "--admin-token=a-token-of-the-operator")...)...)
	if code != 1 || !strings.Contains(errs, "API key") {
		t.Errorf("with the admin token: %d, %q", code, errs)
	}
	if list := a.plenum([]string{"rooms", "list", "--admin=" + a.admin, "--admin-token=a-token-of-the-operator"}); !strings.Contains(list, a.code) {
		t.Errorf("rooms:\n%s", list)
	}
}
