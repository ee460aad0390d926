package signaling_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

// home is a server that may open rooms as long as it is their home.
func home(t *testing.T) (*world, *atomic.Bool) {
	var mine atomic.Bool
	mine.Store(true)
	return newWorld(t, func(c *signaling.Config) { c.Mine = func(string) bool { return mine.Load() } }), &mine
}

func TestARoomIsOpenedAtItsHomeAlone(t *testing.T) {
	w, mine := home(t)
	mine.Store(false)
	joe := w.connect("Joe", message.GrantPrefix+w.grant(w.claims("Joe")))
	joe.refused(message.MeetingJoin{}, message.Unavailable)
	if w.server.Has(w.meeting.Code) {
		t.Error("there is a room")
	}
	mine.Store(true)
	w.enter("Ada")
	mine.Store(false)
	// One that is alive goes on until it is let go.
	w.enter("Grace")
}

// While the last records of a room that was let go wait for the database, nobody opens another one.
func TestARoomThatWasLetGoIsNotOpenedAgain(t *testing.T) {
	w, mine := home(t)
	ada := w.enter("Ada")
	invited := message.GrantPrefix + w.grant(w.claims("Late"))
	unlock := w.lockStore()
	mine.Store(false)
	w.server.LetGo(w.meeting.Code)
	w.eventually("the room takes nobody any more", func() bool { return !w.server.Has(w.meeting.Code) })
	late := w.connect("Late", invited)
	late.ask(message.MeetingJoin{})
	unlock()
	ada.closedWith(websocket.StatusGoingAway)
	// Late is refused, or hears the same good-bye: who was let in would keep a room alive.
	w.eventually("the room is gone", func() bool { return len(w.server.Codes()) == 0 })
}

// Meetings are given back when their records are stored, and before people are told.
func TestWhoStopsGivesItsMeetingsBackBeforeGoodBye(t *testing.T) {
	var server atomic.Pointer[signaling.Server]
	emptied := make(chan bool, 1)
	var code string
	w := newWorld(t, func(c *signaling.Config) { c.Emptied = func() { emptied <- !server.Load().Has(code) } })
	code = w.meeting.Code
	server.Store(w.server)
	w.enter("Ada")
	w.server.Close(t.Context())
	select {
	case over := <-emptied:
		if !over {
			t.Error("the room takes requests while it is given back")
		}
	case <-time.After(patience):
		t.Error("nothing was given back")
	}
}
