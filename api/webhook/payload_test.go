package webhook

import (
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestWhatAReceiverIsTold(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 123456000, time.UTC)
	meeting := &store.EventMeeting{Code: "7k3mx-9qd4e", Title: "Plan", Occurrence: "01OCC", StartedAt: at}
	user, reply := "01USER", uint64(3)
	head := func(kind string) string {
		return fmt.Sprintf(`{"type":%q,"timestamp":"2026-11-26T12:00:00.123456Z","data":{"meeting":{"code":"7k3mx-9qd4e","title":"Plan","occurrence":"01OCC","startedAt":"2026-11-26T12:00:00.123456Z"}`, kind)
	}
	guest := &store.EventParticipant{ID: "01PART", Name: "Gus", Role: "PARTICIPANT", Overrides: "unmute=0,share=1"}
	const asGuest = `,"participant":{"id":"01PART","user":null,"name":"Gus","role":"PARTICIPANT"}`
	for want, e := range map[string]store.Event{
		`{"type":"ping","timestamp":"2026-11-26T12:00:00.123456Z","data":{}}`: {Type: store.EventPing},
		head("meeting.started") + `}}`:                                        {Type: store.EventMeetingStarted, Meeting: meeting},
		head("meeting.ended") + `,"reason":"empty"}}`:                         {Type: store.EventMeetingEnded, Meeting: meeting, Reason: "empty"},
		head("participant.left") + asGuest + `,"reason":"removed"}}`:          {Type: store.EventParticipantLeft, Meeting: meeting, Participant: guest, Reason: "removed"},
		head("participant.permissions_changed") + asGuest + `,"permissions":{"share":true,"unmute":false}}}`: {
			Type: store.EventPermissionsChanged, Meeting: meeting, Participant: guest,
		},
		head("participant.permissions_changed") + `,"participant":{"id":"01PART","user":"01USER","name":"Ada","role":"HOST"},"by":"01HOST","permissions":{}}}`: {
			Type: store.EventPermissionsChanged, Meeting: meeting, By: "01HOST", Participant: &store.EventParticipant{ID: "01PART", User: user, Name: "Ada", Role: "HOST"},
		},
		head("participant.role_changed") + asGuest + `,"by":"01HOST","previousRole":"COHOST"}}`: {
			Type: store.EventRoleChanged, Meeting: meeting, Participant: guest, By: "01HOST", Before: "COHOST",
		},
		head("chat.message") + asGuest + `,"message":{"number":4,"text":"hello","replyTo":3}}}`: {
			Type: store.EventChatMessage, Meeting: meeting, Participant: guest, Message: &store.EventMessage{Number: 4, Text: "hello", ReplyTo: &reply},
		},
	} {
		e.At = at
		body, err := bodyOf(store.Delivery{Event: e})
		if err != nil || string(body) != want {
			t.Errorf("%s\nwant\n%s\n%v", body, want, err)
		}
	}
}
