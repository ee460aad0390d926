package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The types of events.
const (
	EventMeetingStarted     = "meeting.started"
	EventMeetingEnded       = "meeting.ended"
	EventParticipantJoined  = "participant.joined"
	EventParticipantLeft    = "participant.left"
	EventRoleChanged        = "participant.role_changed"
	EventPermissionsChanged = "participant.permissions_changed"
	EventChatMessage        = "chat.message"
	EventPing               = "ping"
)

// Why a meeting ended or somebody left it, where nobody says it better.
const (
	// ReasonEnded: a host ended the meeting for everybody.
	ReasonEnded = "ended"
	// ReasonLeft: by choice.
	ReasonLeft = "left"
	// ReasonEmpty: the last one has left.
	ReasonEmpty = "empty"
	// ReasonLost: the connection was lost and did not come back.
	ReasonLost = "lost"
)

// Event is something that happened, as it was then: what changes later does not change it.
type Event struct {
	ID          string            `json:"id"`
	Type        string            `json:"type"`
	At          time.Time         `json:"at"`
	Meeting     *EventMeeting     `json:"meeting,omitempty"`
	Participant *EventParticipant `json:"participant,omitempty"`
	Reason      string            `json:"reason,omitempty"`
	// By is the participant who did it; empty if nobody did, or it is not known.
	By string `json:"by,omitempty"`
	// Before is the role before it changed.
	Before  string        `json:"before,omitempty"`
	Message *EventMessage `json:"message,omitempty"`
	// Unreadable says that what is stored is no event, and that nothing else of it is known.
	Unreadable bool `json:"-"`
}

// EventMeeting is the meeting that something happened in, and which holding of it.
type EventMeeting struct {
	Code       string    `json:"code"`
	Title      string    `json:"title"`
	Occurrence string    `json:"occurrence"`
	StartedAt  time.Time `json:"startedAt"`
}

// EventParticipant is whom something happened to.
type EventParticipant struct {
	ID        string `json:"id"`
	User      string `json:"user,omitempty"`
	Name      string `json:"name"`
	Role      string `json:"role"`
	Overrides string `json:"overrides,omitempty"`
}

// EventMessage is what was said.
type EventMessage struct {
	Number  uint64  `json:"number"`
	Text    string  `json:"text"`
	ReplyTo *uint64 `json:"replyTo,omitempty"`
}

// Announced has a token when deliveries were stored by this process since the last one was taken.
func (s *Store) Announced() <-chan struct{} { return s.news }

// audience are the webhooks that are told of events.
type audience []Webhook

// audience asks who listens. Inside the transaction of what happens, it is who is told of it: none of them is deleted before the
// transaction is over, for a delivery to a webhook that is gone would undo what happened.
func (s *Store) audience(ctx context.Context) (audience, error) {
	return find(ctx, s, "enabled webhooks", func(ctx context.Context) ([]Webhook, error) {
		return gorm.G[Webhook](s.db, clause.Locking{Strength: "SHARE"}).Where("disabled_at IS NULL").Order("id").Find(ctx)
	})
}

// wants says whether anybody wants to be told of one of the types: if nobody does, an event need not be made.
func (a audience) wants(types ...string) bool {
	return slices.ContainsFunc(a, func(w Webhook) bool {
		return slices.ContainsFunc(types, func(t string) bool { return slices.Contains(w.Events, t) })
	})
}

// announce stores one delivery of each event for each webhook that wants to be told. It belongs into the transaction that stores
// what happened: then no event is lost, and nobody is told of what did not happen.
func (s *Store) announce(ctx context.Context, to audience, events ...Event) error {
	var deliveries []Delivery
	for i, e := range events {
		for _, w := range to {
			if slices.Contains(w.Events, e.Type) {
				d := newDelivery(w.ID, e)
				// What happened at one moment is due in the order in which it is told here.
				d.DueAt = e.At.Add(time.Duration(i) * time.Microsecond)
				deliveries = append(deliveries, d)
			}
		}
	}
	return s.addDeliveries(ctx, deliveries)
}

func newEvent(kind string, at time.Time, meeting *EventMeeting) Event {
	at = stamp(at)
	return Event{ID: NewID(at), Type: kind, At: at, Meeting: meeting}
}

// eventMeeting finds the meeting of an occurrence, even if it has just been deleted.
func (s *Store) eventMeeting(ctx context.Context, occurrence string) (*EventMeeting, error) {
	o, err := s.OccurrenceByID(ctx, occurrence)
	if err != nil {
		return nil, err
	}
	m, err := find(ctx, s, "meeting "+o.MeetingID, func(ctx context.Context) (Meeting, error) {
		return gorm.G[Meeting](s.db).Where("id = ?", o.MeetingID).Take(ctx)
	})
	return &EventMeeting{Code: m.Code, Title: m.Title, Occurrence: o.ID, StartedAt: o.StartedAt}, err
}

func eventParticipant(p Participant) *EventParticipant {
	e := &EventParticipant{ID: p.ID, Name: p.Name, Role: p.Role, Overrides: p.Overrides}
	if p.UserID != nil {
		e.User = *p.UserID
	}
	return e
}

// Value and Scan keep an event in one column.
func (e Event) Value() (driver.Value, error) { return asColumn(e) }

// Scan implements sql.Scanner. One row that cannot be read does not hide the others.
func (e *Event) Scan(column any) error {
	if err := fromColumn(column, e); err != nil {
		*e = Event{Unreadable: true}
	}
	return nil
}

// Value and Scan keep the types in one column.
func (t EventTypes) Value() (driver.Value, error) { return t.text(), nil }

// Scan implements sql.Scanner.
func (t *EventTypes) Scan(column any) error {
	text, err := textOf(column)
	*t = nil
	if text != "" {
		*t = strings.Split(text, typesApart)
	}
	return err
}

func asColumn(v any) (driver.Value, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

func fromColumn(column, to any) error {
	text, err := textOf(column)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), to)
}

func textOf(column any) (string, error) {
	switch c := column.(type) {
	case string:
		return c, nil
	case []byte:
		return string(c), nil
	}
	return "", fmt.Errorf("a column of type %T holds no text", column)
}
