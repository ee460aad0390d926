package signaling_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/signaling/message"
)

// Who may say what: the answer that each kind of sender gets to each message.
//
//	outside   the handshake was accepted, nothing more
//	waiting   in the lobby
//	denied    a participant whom a host allowed nothing
//	guest     a participant without an account
//	member    a participant with one
//	co-host, host
//
// {victim} is a participant of the sender's own to do it to, {gone} one who was removed, {own} a message of the host's.
var senders = [7]string{"outside", "waiting", "denied", "guest", "member", "co-host", "host"}

const (
	nj  = "not_joined"
	no  = "forbidden"
	ok  = "ok"
	aj  = "already_joined"
	in  = "meeting:waiting"
	ans = "webrtc:answer"
)

var authorisation = map[string][7]string{
	//                                                                       outside waiting denied guest member co-host host
	"meeting:join":   {in, aj, aj, aj, aj, aj, aj},
	"meeting:resume": {in, aj, aj, aj, aj, aj, aj},
	"meeting:leave":  {nj, ok, ok, ok, ok, ok, ok},
	"meeting:end":    {nj, nj, no, no, no, no, ok},
	"ping":           {"pong", "pong", "pong", "pong", "pong", "pong", "pong"},
	`webrtc:offer {"pc":"up","sdp":"up","sources":[{"mid":"0","source":"camera"}]}`: {nj, nj, ans, ans, ans, ans, ans},
	`webrtc:ice-candidate {"pc":"up","candidate":"x"}`:                              {nj, nj, ok, ok, ok, ok, ok},
	`publication:set {"source":"screen","live":true}`:                               {nj, nj, no, ok, ok, ok, ok},
	`publication:set {"source":"screen","live":false}`:                              {nj, nj, ok, ok, ok, ok, ok},
	`participant:toggle-audio {"muted":false}`:                                      {nj, nj, no, ok, ok, ok, ok},
	`participant:toggle-audio {"muted":true}`:                                       {nj, nj, ok, ok, ok, ok, ok},
	`participant:toggle-video {"muted":false}`:                                      {nj, nj, no, ok, ok, ok, ok},
	`participant:rename {"name":"Other"}`:                                           {nj, ok, no, ok, ok, ok, ok},
	`participant:raise-hand {"raised":true}`:                                        {nj, nj, ok, ok, ok, ok, ok},
	`participant:react {"emoji":"👍"}`:                                               {nj, nj, no, ok, ok, ok, ok},
	`slots:wish {"wishes":[]}`:                                                      {nj, nj, ok, ok, ok, ok, ok},
	`stats:report {"slots":[]}`:                                                     {nj, nj, ok, ok, ok, ok, ok},
	`chat:message {"clientId":"x","text":"hello"}`:                                  {nj, nj, no, ok, ok, ok, ok},
	`chat:message {"clientId":"x","text":"hello","to":"{victim}"}`:                  {nj, nj, no, ok, ok, ok, ok},
	`chat:edit {"number":{own},"text":"x"}`:                                         {nj, nj, no, no, no, no, ok},
	`chat:delete {"number":{own}}`:                                                  {nj, nj, no, no, no, ok, ok},
	`chat:react {"number":{own},"emoji":"👍","on":true}`:                             {nj, nj, no, ok, ok, ok, ok},
	`chat:typing {}`:  {nj, nj, no, ok, ok, ok, ok},
	`chat:history {}`: {nj, nj, "chat:history", "chat:history", "chat:history", "chat:history", "chat:history"},
	`moderation:mute {"participant":"{victim}","hard":true}`: {nj, nj, no, no, no, ok, ok},
	`moderation:mute {}`: {nj, nj, no, no, no, ok, ok},
	`moderation:ask-unmute {"participant":"{victim}"}`:                               {nj, nj, no, no, no, ok, ok},
	`moderation:stop-video {"participant":"{victim}"}`:                               {nj, nj, no, no, no, ok, ok},
	`moderation:stop-share {"participant":"{victim}"}`:                               {nj, nj, no, no, no, ok, ok},
	`moderation:remove {"participant":"{victim}"}`:                                   {nj, nj, no, no, no, ok, ok},
	`moderation:forgive {"participant":"{gone}"}`:                                    {nj, nj, no, no, no, ok, ok},
	`moderation:admit {"all":true}`:                                                  {nj, nj, no, no, no, ok, ok},
	`moderation:deny {"all":true}`:                                                   {nj, nj, no, no, no, ok, ok},
	`moderation:send-to-lobby {"participant":"{victim}"}`:                            {nj, nj, no, no, no, ok, ok},
	`moderation:message-waiting {"text":"soon"}`:                                     {nj, nj, no, no, no, ok, ok},
	`moderation:lock {"locked":true}`:                                                {nj, nj, no, no, no, ok, ok},
	`moderation:settings {"lobby":false}`:                                            {nj, nj, no, no, no, ok, ok},
	`moderation:role {"participant":"{victim}","role":"COHOST"}`:                     {nj, nj, no, no, no, ok, ok},
	`moderation:role {"participant":"{victim}","role":"HOST"}`:                       {nj, nj, no, no, no, no, ok},
	`moderation:permissions {"permissions":{"chat":false}}`:                          {nj, nj, no, no, no, ok, ok},
	`moderation:permissions {"participant":"{victim}","permissions":{"chat":false}}`: {nj, nj, no, no, no, ok, ok},
	`moderation:lower-hands {"participant":"{victim}"}`:                              {nj, nj, no, no, no, ok, ok},
	`moderation:call-on {"participant":"{victim}"}`:                                  {nj, nj, no, no, no, ok, ok},
	`moderation:spotlight {"participants":["{victim}"]}`:                             {nj, nj, no, no, no, ok, ok},

	// A co-host does nothing of it to a host, whose id takes the place of the victim's.
	`moderation:mute {"participant":"{host}"}`:                         {nj, nj, no, no, no, no, ok},
	`moderation:ask-unmute {"participant":"{host}"}`:                   {nj, nj, no, no, no, no, ok},
	`moderation:stop-video {"participant":"{host}"}`:                   {nj, nj, no, no, no, no, ok},
	`moderation:stop-share {"participant":"{host}"}`:                   {nj, nj, no, no, no, no, ok},
	`moderation:remove {"participant":"{host}"}`:                       {nj, nj, no, no, no, no, no},
	`moderation:send-to-lobby {"participant":"{host}"}`:                {nj, nj, no, no, no, no, no},
	`moderation:role {"participant":"{host}","role":"PARTICIPANT"}`:    {nj, nj, no, no, no, no, no},
	`moderation:permissions {"participant":"{host}","permissions":{}}`: {nj, nj, no, no, no, no, ok},
	// Whom the room does not know looks the same to every host.
	`moderation:mute {"participant":"nobody"}`: {nj, nj, no, no, no, "not_found", "not_found"},
}

func TestAuthorisation(t *testing.T) {
	covered := map[string]bool{}
	for request := range authorisation {
		kind, _, _ := strings.Cut(request, " ")
		covered[kind] = true
	}
	for _, kind := range message.Types() {
		if !covered[kind] {
			t.Errorf("%s is missing from the table", kind)
		}
		delete(covered, kind)
	}
	for kind := range covered {
		t.Errorf("%s is in the table, but is no message", kind)
	}
	for request, answers := range authorisation {
		t.Run(request, func(t *testing.T) {
			t.Parallel()
			a := newAssembly(t)
			for i, want := range answers {
				if got := a.answer(i, request); got != want {
					t.Errorf("%s gets %q, want %q", senders[i], got, want)
				}
			}
		})
	}
}

// assembly is a meeting with one sender of each kind, and what each needs to try things on.
type assembly struct {
	*world
	senders [7]*client
	victims [7]*client
	gone    [7]string
}

func newAssembly(t *testing.T) *assembly {
	t.Helper()
	a := &assembly{world: newWorld(t)}
	host := a.enter(a.host.Name)
	a.senders[6] = host
	for i := range a.victims {
		a.victims[i] = a.enter(fmt.Sprint("Victim ", i))
		a.victims[i].do(message.ParticipantRaiseHand{Raised: true})
		host.do(message.ChatSend{ClientID: fmt.Sprint("own-", i), Text: "hello"})
		gone := a.enter(fmt.Sprint("Gone ", i))
		host.do(message.ModerationRemove{Participant: gone.joined.Self})
		a.gone[i] = gone.joined.Self
	}
	a.senders[2], a.senders[3], a.senders[5] = a.enter("Denied"), a.enter("Guest"), a.enter("Co-host")
	a.senders[4] = a.enterWith("Member", message.GrantPrefix+a.grant(a.account("Member")))
	host.do(message.ModerationRole{Participant: a.senders[5].joined.Self, Role: message.CoHost})
	f := new(false)
	host.do(message.ModerationPermissions{Participant: a.senders[2].joined.Self, Permissions: message.Override{
		Unmute: f, Camera: f, Share: f, Chat: f, PrivateChat: f, Reactions: f, Rename: f,
	}})
	host.do(message.ModerationSettings{Lobby: new(true)})
	a.senders[1] = a.connect("Waiting", message.GrantPrefix+a.grant(a.claims("Waiting")))
	expectReply[message.MeetingWaiting](a.senders[1], a.senders[1].ask(message.MeetingJoin{}))
	a.senders[0] = a.connect("Outside", message.GrantPrefix+a.grant(a.claims("Outside")))
	return a
}

// answer has one sender make a request, and names the reply or the error's code.
func (a *assembly) answer(sender int, request string) string {
	a.t.Helper()
	request = strings.NewReplacer(
		"{victim}", a.victims[sender].joined.Self, "{gone}", a.gone[sender], "{own}", fmt.Sprint(sender+1),
		"{host}", a.senders[6].joined.Self,
	).Replace(request)
	kind, data, _ := strings.Cut(request, " ")
	if data == "" {
		data = "{}"
	}
	c := a.senders[sender]
	c.nextID++
	c.raw(fmt.Sprintf(`{"v":1,"id":%d,"type":%q,"data":%s}`, c.nextID, kind, data))
	id := c.nextID
	r := c.wait("the answer to "+request, func(r received) bool { return r.envelope.Re == id })
	if refused, is := r.message.(message.Error); is {
		return string(refused.Code)
	}
	return r.envelope.Type
}

// What somebody in the lobby is told: nothing of those inside.
func TestTheLobbyKnowsNothing(t *testing.T) {
	w := newWorld(t)
	host := w.enter(w.host.Name)
	host.do(message.ModerationSettings{Lobby: new(true)})
	waiting := w.connect("Grace", message.GrantPrefix+w.grant(w.claims("Grace")))
	told := expectReply[message.MeetingWaiting](waiting, waiting.ask(message.MeetingJoin{}))
	host.do(message.ChatSend{ClientID: "c1", Text: "inside only"})
	host.do(message.ParticipantRaiseHand{Raised: true})
	host.do(message.ParticipantReact{Emoji: message.Heart})
	host.publishCamera()
	host.do(message.ModerationMessageWaiting{Text: "Soon"})
	again := expect[message.MeetingWaiting](waiting, nil)
	if again.Message != "Soon" || told.Self == "" || told.Title != "Weekly" {
		t.Errorf("told %+v, then %+v", told, again)
	}
	waiting.sync()
	for _, r := range waiting.kept {
		t.Errorf("the lobby hears %s", r.raw)
	}
	if media, ok := w.media.Snapshot(w.meeting.Code); !ok || len(media.Peers) != 1 {
		t.Errorf("media of %+v", media.Peers)
	}
	lobby := expect(host, func(m message.LobbyChanged) bool { return len(m.Waiting) == 1 && m.Message == "Soon" })
	host.do(message.ModerationAdmit{Participants: []string{lobby.Waiting[0].ID}})
	joined := expect[message.MeetingJoined](waiting, nil)
	if joined.Self != told.Self || len(joined.Participants) != 2 || len(joined.Chat) != 1 {
		t.Errorf("joined %+v", joined)
	}
	waiting.publishCamera()
	host.do(message.ModerationSendToLobby{Participant: joined.Self})
	expect[message.MeetingWaiting](waiting, nil)
	waiting.refused(message.WebRTCOffer{PC: message.Up, SDP: "up", Sources: []message.UpSource{{MID: "0", Source: message.Camera}}}, message.NotJoined)
	w.eventually("the media of who waits is closed", func() bool {
		media, _ := w.media.Snapshot(w.meeting.Code)
		return len(media.Peers) == 1
	})
	host.do(message.ModerationDeny{All: true})
	expect(waiting, func(m message.ModerationNotice) bool { return m.Kind == message.NoticeDenied })
	waiting.closedWith(4004)
}
