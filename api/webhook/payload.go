package webhook

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// Types of events that a webhook may be told of; ping comes besides, when somebody asks for it.
func Types() []string { return slices.Concat(standard, []string{store.EventChatMessage}) }

// StandardTypes are those of a webhook that names none. What people say is not among them.
func StandardTypes() []string { return slices.Clone(standard) }

var standard = []string{
	store.EventMeetingStarted, store.EventMeetingEnded, store.EventParticipantJoined, store.EventParticipantLeft,
	store.EventRoleChanged, store.EventPermissionsChanged,
}

// Payload is the body of a request.
type Payload struct {
	Type string `json:"type"`
	// Timestamp is when it happened, however late the request.
	Timestamp time.Time `json:"timestamp"`
	Data      Data      `json:"data"`
}

// Data says what happened. What does not belong to the type is left out.
type Data struct {
	Meeting     *Meeting     `json:"meeting,omitempty"`
	Participant *Participant `json:"participant,omitempty"`
	// Reason why a meeting ended or somebody left it.
	Reason string `json:"reason,omitempty"`
	// By is the id of the participant who did it.
	By string `json:"by,omitempty"`
	// PreviousRole is the one before it changed.
	PreviousRole string `json:"previousRole,omitempty"`
	// Permissions are what the participant may do or not against the meeting's default, all of it.
	Permissions *map[string]bool `json:"permissions,omitempty"`
	Message     *Message         `json:"message,omitempty"`
}

// Meeting is which meeting, and which holding of it: the code is the same each time, the occurrence never.
type Meeting struct {
	Code       string    `json:"code"`
	Title      string    `json:"title"`
	Occurrence string    `json:"occurrence"`
	StartedAt  time.Time `json:"startedAt"`
}

// Participant is somebody in one occurrence. Who comes back is the same one if they have an account.
type Participant struct {
	ID string `json:"id"`
	// User is the id of the account, null for a guest.
	User *string `json:"user"`
	Name string  `json:"name"`
	Role string  `json:"role"`
}

// Message is one that everybody sees.
type Message struct {
	Number  uint64  `json:"number"`
	Text    string  `json:"text"`
	ReplyTo *uint64 `json:"replyTo,omitempty"`
}

// PayloadOf is what receivers are told of an event.
func PayloadOf(e store.Event) Payload {
	d := Data{Reason: e.Reason, By: e.By, PreviousRole: e.Before}
	if m := e.Meeting; m != nil {
		d.Meeting = &Meeting{Code: m.Code, Title: m.Title, Occurrence: m.Occurrence, StartedAt: m.StartedAt.UTC()}
	}
	if p := e.Participant; p != nil {
		d.Participant = &Participant{ID: p.ID, Name: p.Name, Role: p.Role}
		if p.User != "" {
			d.Participant.User = &p.User
		}
		if e.Type == store.EventPermissionsChanged {
			d.Permissions = permissions(p.Overrides)
		}
	}
	if m := e.Message; m != nil {
		d.Message = &Message{Number: m.Number, Text: m.Text, ReplyTo: m.ReplyTo}
	}
	return Payload{Type: e.Type, Timestamp: e.At.UTC(), Data: d}
}

// permissions reads what package room writes: "unmute=0,share=1".
func permissions(overrides string) *map[string]bool {
	out := map[string]bool{}
	for part := range strings.SplitSeq(overrides, ",") {
		if name, digit, ok := strings.Cut(part, "="); ok {
			out[name] = digit == "1"
		}
	}
	return &out
}

// IDOf is what a receiver knows an event by, the same in each attempt and in a replay.
func IDOf(d store.Delivery) string { return "evt_" + d.EventID }

var errUnreadable = errors.New("what is stored of the event cannot be read")

func bodyOf(d store.Delivery) ([]byte, error) {
	if d.Event.Unreadable {
		return nil, errUnreadable
	}
	return json.Marshal(PayloadOf(d.Event))
}
