package signaling_test

import (
	"testing"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

// In the lobby nobody is told of relays; who is let in learns of them on the socket, before the snapshot.
func TestWhoIsLetInIsToldOfRelays(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) {
		cfg.Relays = func(participant string) []message.ICEServer {
			return []message.ICEServer{{URLs: []string{"turn:turn.example"}, Username: participant, Credential: "secret"}}
		}
	})
	host := w.enter(w.host.Name)
	host.do(message.ModerationSettings{Lobby: new(true)})
	guest := w.connect("Guest", message.GrantPrefix+w.grant(w.claims("Guest")))
	waiting := expectReply[message.MeetingWaiting](guest, guest.ask(message.MeetingJoin{}))
	if w.server.HasMedia(waiting.Self) {
		t.Error("who waits counts as in the meeting")
	}
	host.do(message.ModerationAdmit{All: true})
	told := expect(guest, func(message.WebRTCICEServers) bool { return true })
	if len(told.Servers) != 1 || told.Servers[0].Username != waiting.Self {
		t.Errorf("told of %+v", told)
	}
	expect(guest, func(message.MeetingJoined) bool { return true })
}
