package signaling_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

// connectFrom is connect from an address that a proxy names.
func (w *world) connectFrom(name, address string) *client {
	w.t.Helper()
	w.from = http.Header{"X-Forwarded-For": {address}}
	defer func() { w.from = nil }()
	return w.connect(name, message.GrantPrefix+w.grant(w.claims(name)))
}

// A link for guests must not fill the lobby from one place, nor fill the memory from many.
func TestTheLobbyHasRoomForSoMany(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) {
		cfg.TrustedProxies = 1
		cfg.Room.MaxWaiting, cfg.Room.MaxWaitingTogether = 5, 2
	})
	host := w.enter(w.host.Name)
	host.do(message.ModerationSettings{Lobby: new(true)})
	waits := func(address string) *client {
		t.Helper()
		c := w.connectFrom("Guest", address)
		expectReply[message.MeetingWaiting](c, c.ask(message.MeetingJoin{}))
		return c
	}
	turnedAway := func(address string) {
		t.Helper()
		c := w.connectFrom("Guest", address)
		c.refused(message.MeetingJoin{}, message.LobbyFull)
		c.closedWith(websocket.StatusCode(message.CloseRefused))
	}
	first := waits("192.0.2.1")
	waits("192.0.2.1")
	turnedAway("192.0.2.1")
	// An IPv6 household has a network of addresses.
	waits("2001:db8::1")
	waits("2001:db8::2")
	turnedAway("2001:db8::3")
	first.do(message.MeetingLeave{})
	waits("192.0.2.1")
	waits("192.0.2.9")
	turnedAway("192.0.2.10")
	// Who is let in makes room for others.
	host.do(message.ModerationAdmit{All: true})
	waits("192.0.2.1")
}

// Many who come, wait and go leave nothing behind.
func TestWhoWaitedAndWentIsForgotten(t *testing.T) {
	w := newWorld(t)
	host := w.enter(w.host.Name)
	host.do(message.ModerationSettings{Lobby: new(true)})
	for n := range 20 {
		c := w.connect(fmt.Sprint("Guest ", n), message.GrantPrefix+w.grant(w.claims("Guest")))
		waiting := expectReply[message.MeetingWaiting](c, c.ask(message.MeetingJoin{}))
		c.do(message.MeetingLeave{})
		if n == 19 {
			again := w.connect("Guest", message.TicketPrefix+waiting.Ticket)
			again.refused(message.MeetingJoin{}, message.Forbidden)
		}
	}
	if got, _ := w.server.Snapshot(w.meeting.Code); got.Tickets != 1 {
		t.Errorf("%d tickets are kept, and one is in the meeting", got.Tickets)
	}
}
