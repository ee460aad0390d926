package room

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// may says whether permissions allow a request; nil is what no participant may, however much they are allowed.
type may func(message.Permissions) bool

func always(message.Permissions) bool { return true }

func mayUnmute(p message.Permissions) bool  { return p.Unmute }
func mayCamera(p message.Permissions) bool  { return p.Camera }
func mayShare(p message.Permissions) bool   { return p.Share }
func mayChat(p message.Permissions) bool    { return p.Chat }
func mayWhisper(p message.Permissions) bool { return p.PrivateChat }
func mayReact(p message.Permissions) bool   { return p.Reactions }
func mayRename(p message.Permissions) bool  { return p.Rename }

// Who may write to all may write to a host, and who may write to one too.
func mayWriteToHosts(p message.Permissions) bool { return p.Chat || p.PrivateChat }

// ruling is who may make a request. Nobody may who has not joined, and in the lobby nobody but where it says so.
type ruling struct {
	request string
	// participant, with an account or as guest.
	participant may
	// coHost and host whatever is allowed.
	coHost, host message.Code
	lobby        bool
}

const (
	ok  message.Code = "ok"
	no               = message.Forbidden
	out              = message.NotJoined
)

// rulings are all that a room decides. {victim} is a participant, {host} the host, {gone} one who was removed, {own} a message
// of the sender's to all, {private} one to the victim, {theirs} one of the victim's.
var rulings = []ruling{
	{`meeting:leave`, always, ok, ok, true},
	{`meeting:end`, nil, no, ok, false},
	{`webrtc:offer {"pc":"up","sdp":"x","sources":[{"mid":"0","source":"camera"},{"mid":"1","source":"screen"}]}`, always, ok, ok, false},
	{`publication:set {"source":"screen","live":true}`, mayShare, ok, ok, false},
	{`publication:set {"source":"screen-audio","live":true}`, mayShare, ok, ok, false},
	{`publication:set {"source":"screen","live":false}`, always, ok, ok, false},
	// Live it may be, muted all the same.
	{`publication:set {"source":"camera","live":true}`, always, ok, ok, false},
	{`publication:set {"source":"microphone","live":true}`, always, ok, ok, false},
	{`participant:toggle-audio {"muted":false}`, mayUnmute, ok, ok, false},
	{`participant:toggle-audio {"muted":true}`, always, ok, ok, false},
	{`participant:toggle-video {"muted":false}`, mayCamera, ok, ok, false},
	{`participant:toggle-video {"muted":true}`, always, ok, ok, false},
	{`participant:rename {"name":"Other"}`, mayRename, ok, ok, true},
	{`participant:raise-hand {"raised":true}`, always, ok, ok, false},
	{`participant:raise-hand {"raised":false}`, always, ok, ok, false},
	{`participant:react {"emoji":"👍"}`, mayReact, ok, ok, false},
	{`chat:message {"clientId":"x","text":"hello"}`, mayChat, ok, ok, false},
	{`chat:message {"clientId":"x","text":"hello","to":"{victim}"}`, mayWhisper, ok, ok, false},
	{`chat:message {"clientId":"x","text":"hello","to":"{host}"}`, mayWriteToHosts, ok, message.NotFound, false},
	{`chat:edit {"number":{own},"text":"x"}`, mayChat, ok, ok, false},
	{`chat:edit {"number":{private},"text":"x"}`, mayWhisper, ok, ok, false},
	{`chat:edit {"number":{theirs},"text":"x"}`, nil, no, no, false},
	{`chat:delete {"number":{own}}`, always, ok, ok, false},
	{`chat:delete {"number":{theirs}}`, nil, ok, ok, false},
	{`chat:react {"number":{theirs},"emoji":"👍","on":true}`, mayReact, ok, ok, false},
	{`chat:react {"number":{theirs},"emoji":"👍","on":false}`, mayReact, ok, ok, false},
	{`chat:typing {}`, mayChat, ok, ok, false},
	{`chat:typing {"to":"{victim}"}`, mayWhisper, ok, ok, false},
	{`chat:typing {"to":"{host}"}`, mayWriteToHosts, ok, message.NotFound, false},
	{`chat:history {}`, always, ok, ok, false},
	{`moderation:mute {}`, nil, ok, ok, false},
	{`moderation:mute {"hard":true}`, nil, ok, ok, false},
	{`moderation:mute {"participant":"{victim}"}`, nil, ok, ok, false},
	{`moderation:mute {"participant":"{host}"}`, nil, no, ok, false},
	{`moderation:ask-unmute {"participant":"{victim}"}`, nil, ok, ok, false},
	{`moderation:ask-unmute {"participant":"{host}"}`, nil, no, ok, false},
	{`moderation:stop-video {"participant":"{victim}","hard":true}`, nil, ok, ok, false},
	{`moderation:stop-video {"participant":"{host}"}`, nil, no, ok, false},
	{`moderation:stop-share {"participant":"{victim}","hard":true}`, nil, ok, ok, false},
	{`moderation:stop-share {"participant":"{host}"}`, nil, no, ok, false},
	{`moderation:remove {"participant":"{victim}"}`, nil, ok, ok, false},
	{`moderation:remove {"participant":"{host}"}`, nil, no, no, false},
	{`moderation:forgive {"participant":"{gone}"}`, nil, ok, ok, false},
	{`moderation:admit {"all":true}`, nil, ok, ok, false},
	{`moderation:deny {"all":true}`, nil, ok, ok, false},
	{`moderation:send-to-lobby {"participant":"{victim}"}`, nil, ok, ok, false},
	{`moderation:send-to-lobby {"participant":"{host}"}`, nil, no, no, false},
	{`moderation:message-waiting {"text":"soon"}`, nil, ok, ok, false},
	{`moderation:lock {"locked":true}`, nil, ok, ok, false},
	{`moderation:settings {"chatHistory":"none"}`, nil, ok, ok, false},
	{`moderation:role {"participant":"{victim}","role":"COHOST"}`, nil, ok, ok, false},
	{`moderation:role {"participant":"{victim}","role":"HOST"}`, nil, no, ok, false},
	{`moderation:role {"participant":"{host}","role":"PARTICIPANT"}`, nil, no, no, false},
	{`moderation:permissions {"permissions":{"chat":false}}`, nil, ok, ok, false},
	{`moderation:permissions {"participant":"{victim}","permissions":{"chat":false}}`, nil, ok, ok, false},
	{`moderation:permissions {"participant":"{host}","permissions":{}}`, nil, no, ok, false},
	{`moderation:lower-hands {}`, nil, ok, ok, false},
	{`moderation:lower-hands {"participant":"{victim}"}`, nil, ok, ok, false},
	{`moderation:call-on {"participant":"{victim}"}`, nil, ok, ok, false},
	{`moderation:spotlight {"participants":["{victim}"]}`, nil, ok, ok, false},
}

// noRoom are the messages that the socket answers without the room, so that nothing of it bears on them.
var noRoom = []string{"meeting:join", "meeting:resume", "ping", "webrtc:ice-candidate", "slots:wish", "stats:report"}

// arrangement is what hosts have allowed: by the meeting's default, and for the one whose request it is.
type arrangement struct {
	name     string
	standard message.Permissions
	differs  message.Override
}

// arrangements have each permission alone on or off, in every way in which it can come to be so.
func arrangements() []arrangement {
	all := []arrangement{{name: "everything", standard: everything}, {name: "nothing"}}
	for _, p := range permissions {
		without, only := everything, message.Permissions{}
		*p.standard(&without), *p.standard(&only) = false, true
		var off, on, onlyOn message.Override
		for _, other := range permissions {
			*other.differs(&onlyOn) = new(other.name == p.name)
		}
		*p.differs(&off), *p.differs(&on) = new(false), new(true)
		name := string(p.name)
		all = append(all,
			arrangement{name + " off for all", without, message.Override{}},
			arrangement{name + " off for one", everything, off},
			arrangement{name + " off for all and for one", without, off},
			arrangement{name + " off for all, on for one", without, on},
			arrangement{"only " + name + " for all", only, message.Override{}},
			arrangement{"only " + name + " for one", everything, onlyOn},
			arrangement{"nothing for all, " + name + " for one", message.Permissions{}, on},
			arrangement{"only " + name + " for all, not for one", only, off},
		)
	}
	return all
}

func TestEveryMessageForEveryRoleUnderEveryPermission(t *testing.T) {
	covered := slices.Clone(noRoom)
	for _, r := range rulings {
		kind, _, _ := strings.Cut(r.request, " ")
		covered = append(covered, kind)
	}
	for _, kind := range message.Types() {
		if !slices.Contains(covered, kind) {
			t.Errorf("nobody has decided who may send %s", kind)
		}
	}
	for _, a := range arrangements() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			var s *assembly
			for _, r := range rulings {
				for _, sender := range senders {
					if s == nil {
						s = newAssembly(t, a)
					}
					got, want := s.answer(t, sender, r.request), r.want(sender, a)
					if got != want {
						t.Errorf("%s of %s: %s, want %s", r.request, sender, got, want)
					}
					// What is refused changes nothing.
					if got == ok {
						s = nil
					}
				}
			}
		})
	}
}

// senders are all that somebody can be. Each is called as what they are.
var senders = []string{"nobody", "waiting", "guest", "participant", "cohost", "host"}

// want is the answer that the ruling gives to a sender.
func (r ruling) want(sender string, a arrangement) message.Code {
	switch sender {
	case "host":
		return r.host
	case "cohost":
		return r.coHost
	case "waiting":
		if r.lobby {
			return ok
		}
		return out
	case "nobody":
		return out
	}
	if r.participant != nil && r.participant(effective(message.Member, a.standard, a.differs)) {
		return ok
	}
	return no
}

// assembly is a meeting with everybody in it, in which hosts have allowed what the arrangement says.
type assembly struct {
	machine *machine
	now     time.Time
	// lines are the numbers of messages of each sender's: one to all, one to the victim.
	lines map[string][2]uint64
}

func newAssembly(t *testing.T, a arrangement) *assembly {
	t.Helper()
	s := &assembly{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), lines: map[string][2]uint64{}}
	m := newMachine(s.now, Default(), Meeting{
		ID: "m1", Code: "code", Title: "Weekly", Occurrence: "o1",
		Settings: Settings{ChatHistory: message.HistoryAll, Permissions: everything},
	}, history{})
	s.machine = m
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, id := range []string{"host", "cohost", "participant", "guest", "victim", "gone"} {
		claims := grant.Claims{
			Participant: id, User: "user-" + id, Name: id, Occurrence: "o1", Host: id == "host", CoHost: id == "cohost",
		}
		if id == "guest" {
			claims.User, claims.Guest, claims.Device = "", true, "device"
		}
		must(m.join(s.now, Entry{Session: session(id), Claims: claims, TicketID: fmt.Sprint(i)}))
	}
	must(m.moderateRemove(s.now, session("host"), "gone"))
	must(m.raiseHand(s.now, session("victim"), message.ParticipantRaiseHand{Raised: true}))
	for _, id := range []string{"host", "cohost", "participant", "guest", "victim"} {
		must(m.say(s.now, session(id), 1, message.ChatSend{ClientID: "all", Text: "hello"}))
		all := m.chat.last
		if id != "victim" {
			must(m.say(s.now, session(id), 1, message.ChatSend{ClientID: "one", Text: "hello", To: "victim"}))
		}
		s.lines[id] = [2]uint64{all, m.chat.last}
	}
	must(m.moderateSettings(s.now, session("host"), message.ModerationSettings{Lobby: new(true)}))
	must(m.join(s.now, Entry{
		Session: session("waiting"), TicketID: "w", Claims: grant.Claims{Participant: "waiting", Name: "waiting", Occurrence: "o1"},
	}))
	must(m.moderatePermissions(s.now, session("host"), message.ModerationPermissions{Permissions: asOverride(a.standard)}))
	for _, id := range []string{"host", "cohost", "participant", "guest"} {
		must(m.moderatePermissions(s.now, session("host"), message.ModerationPermissions{Participant: id, Permissions: a.differs}))
	}
	return s
}

// session of somebody in the assembly. Nobody's is none.
func session(id string) SessionID {
	return SessionID(1 + slices.Index([]string{"host", "cohost", "participant", "guest", "victim", "gone", "waiting", "nobody"}, id)) //nolint:gosec // an index
}

// asOverride says of each permission what it is.
func asOverride(p message.Permissions) (o message.Override) {
	for _, each := range permissions {
		*each.differs(&o) = new(*each.standard(&p))
	}
	return o
}

// answer is ok or the code of the refusal.
func (s *assembly) answer(t *testing.T, sender, request string) message.Code {
	t.Helper()
	own := s.lines[sender]
	if own[0] == 0 {
		own = s.lines["host"] // those outside have said nothing
	}
	kind, data, _ := strings.Cut(strings.NewReplacer(
		"{victim}", "victim", "{host}", "host", "{gone}", "gone",
		"{own}", fmt.Sprint(own[0]), "{private}", fmt.Sprint(own[1]), "{theirs}", fmt.Sprint(s.lines["victim"][0]),
	).Replace(request), " ")
	err := ask(s.machine, s.now, session(sender), 1, decoded(t, kind, data))
	if err == nil {
		return ok
	}
	refused, is := errors.AsType[message.Error](err)
	if !is {
		t.Fatalf("%s of %s: %v", request, sender, err)
	}
	return refused.Code
}

// What a permission takes or gives is so in the media server at once, for what is sent already too; hosts keep everything.
func TestTheMediaFollowsThePermissions(t *testing.T) {
	for _, a := range arrangements() {
		for _, sender := range senders[2:] {
			s := newAssembly(t, arrangement{standard: everything})
			who := s.machine.members[sender]
			if err := ask(s.machine, s.now, who.session, 1, decoded(t, "webrtc:offer",
				`{"pc":"up","sdp":"x","sources":[{"mid":"0","source":"camera"},{"mid":"1","source":"microphone"},{"mid":"2","source":"screen"}]}`)); err != nil {
				t.Fatal(err)
			}
			s.machine.take()
			host := session("host")
			for _, change := range []message.ModerationPermissions{
				{Permissions: asOverride(a.standard)}, {Participant: sender, Permissions: a.differs},
			} {
				if err := s.machine.moderatePermissions(s.now, host, change); err != nil {
					t.Fatal(err)
				}
			}
			forbidden := map[message.Source]bool{}
			for _, e := range s.machine.take() {
				if e, is := e.(enforce); is && e.session == who.session {
					for _, state := range e.states {
						forbidden[state.Source] = state.Forbidden
					}
				}
			}
			for _, source := range sources {
				want := !moderates(who.role) && !mayPublish(effective(message.Member, a.standard, a.differs), source)
				if forbidden[source] != want {
					t.Errorf("%s: the %s of %s is forbidden: %v", a.name, source, sender, forbidden[source])
				}
				if want && who.live[source] && !who.muted[source] {
					t.Errorf("%s: the %s of %s goes on", a.name, source, sender)
				}
			}
		}
	}
}
