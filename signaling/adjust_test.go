package signaling_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Other limits hold at once, in a meeting that goes on as well, and whoever is in stays in.
func TestLimitsAreAdjustedWhileAMeetingGoesOn(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	limits := w.server.Adjusted()

	limits.MaxParticipants = 1
	must(t, w.server.Adjust(limits))
	gus := w.connect("Gus", message.GrantPrefix+w.grant(w.claims("Gus")))
	if refused := expectReply[message.Error](gus, gus.ask(message.MeetingJoin{})); refused.Code != message.RoomFull {
		t.Errorf("a second participant of one: %+v", refused)
	}
	limits.MaxParticipants, limits.ResumeFor = 2, 0
	must(t, w.server.Adjust(limits))
	joined := w.enter("Gus").joined
	if joined.ResumeWithin != 0 {
		t.Errorf("a place is kept for %d s", joined.ResumeWithin)
	}
	ada.sync()

	limits.MaxSockets = 1
	must(t, w.server.Adjust(limits))
	if _, _, err := w.dial(message.GrantPrefix + w.grant(w.claims("Joe"))); err == nil || w.server.Load(t.Context()).Refused["full"] == 0 {
		t.Errorf("a socket too many: %v", err)
	}
	limits.MaxSockets, limits.Origins = 10, []string{"https://elsewhere.example"}
	must(t, w.server.Adjust(limits))
	if _, _, err := w.dial(message.GrantPrefix + w.grant(w.claims("Joe"))); err == nil || w.server.Load(t.Context()).Refused["origin"] != 1 {
		t.Errorf("a page that is trusted no more: %v", err)
	}
	ada.sync()
}

func TestAMeetingTooManyIsRefused(t *testing.T) {
	w := newWorld(t)
	w.enter("Ada")
	limits := w.server.Adjusted()
	limits.MaxRooms = 1
	must(t, w.server.Adjust(limits))
	w.enter("Gus") // the meeting that there is goes on
	claims := w.claims("Joe")
	claims.Code, claims.Test = "test-of-a-line", true
	joe := w.connect("Joe", message.GrantPrefix+w.grant(claims))
	if refused := expectReply[message.Error](joe, joe.ask(message.MeetingJoin{})); refused.Code != message.Unavailable || !strings.Contains(refused.Message, "as many meetings") {
		t.Errorf("%+v", refused)
	}
}

// With a setting that cannot be, none of them is taken.
func TestWrongLimitsChangeNothing(t *testing.T) {
	w := newWorld(t)
	before := w.server.Adjusted()
	for name, wrong := range map[string]func(*signaling.Adjustable){
		"participants":  func(a *signaling.Adjustable) { a.MaxParticipants = 0 },
		"sockets":       func(a *signaling.Adjustable) { a.MaxSockets = -1 },
		"rooms":         func(a *signaling.Adjustable) { a.MaxRooms = 0 },
		"resume window": func(a *signaling.Adjustable) { a.ResumeFor = time.Hour },
		"origin":        func(a *signaling.Adjustable) { a.Origins = []string{"meet.example.org"} },
	} {
		a := before
		a.MaxSockets = 7
		wrong(&a)
		if err := w.server.Adjust(a); err == nil {
			t.Errorf("%s: taken", name)
		}
		if now := w.server.Adjusted(); now.MaxSockets != before.MaxSockets {
			t.Errorf("%s: taken in part", name)
		}
	}
}
