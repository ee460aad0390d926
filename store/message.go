package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Message is one line of the chat.
type Message struct {
	ID            string
	MeetingID     string
	OccurrenceID  string
	ParticipantID string
	SenderID      *string // the user; nil for a guest
	SenderName    string
	Number        uint64 // unique in the meeting, the order that everybody sees
	ClientID      string // made by the sender's client, unique for the participant
	Text          string
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
}

// AddMessage stores m and fills in its id and time. A retry, known by participant and client id, stores nothing and gets the message as stored, number included.
// ErrConflict if the number belongs to another message, ErrNotFound if meeting, occurrence or participant do not exist.
func (s *Store) AddMessage(ctx context.Context, m *Message) error {
	m.CreatedAt = stamp(m.CreatedAt)
	fillID(&m.ID, m.CreatedAt)
	err := s.run(ctx, "add message", func(ctx context.Context) error {
		return gorm.G[Message](s.db).Create(ctx, m)
	})
	if !errors.Is(err, ErrTaken) {
		return err
	}
	stored, lookup := find(ctx, s, "message of participant "+m.ParticipantID, func(ctx context.Context) ([]Message, error) {
		return gorm.G[Message](s.db).Where("participant_id = ? AND client_id = ?", m.ParticipantID, m.ClientID).Find(ctx)
	})
	if lookup != nil {
		return lookup
	}
	if len(stored) == 0 {
		return fmt.Errorf("add message %d of meeting %s: %w: the number is taken", m.Number, m.MeetingID, ErrConflict)
	}
	*m = stored[0]
	return nil
}

// LastMessageNumber is the highest number in the meeting, 0 if nothing was said yet.
func (s *Store) LastMessageNumber(ctx context.Context, meetingID string) (uint64, error) {
	last, _, err := s.MessagesBefore(ctx, meetingID, 0, 1)
	if err != nil || len(last) == 0 {
		return 0, err
	}
	return last[0].Number, nil
}

// MessagesBefore returns the last messages with a number below before, or the newest if that is 0; oldest first. more is true if older ones exist.
func (s *Store) MessagesBefore(ctx context.Context, meetingID string, before uint64, limit int) (page []Message, more bool, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "messages of meeting "+meetingID, func(ctx context.Context) ([]Message, error) {
		question := gorm.G[Message](s.db).Where("meeting_id = ?", meetingID)
		if before > 0 {
			question = question.Where("number < ?", before)
		}
		return question.Order("number DESC").Limit(limit + 1).Find(ctx)
	})
	page, more = cut(page, limit)
	slices.Reverse(page)
	return page, more, err
}

// MessagesAfter returns the first messages with a number above after, oldest first. more is true if newer ones exist.
func (s *Store) MessagesAfter(ctx context.Context, meetingID string, after uint64, limit int) (page []Message, more bool, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "messages of meeting "+meetingID, func(ctx context.Context) ([]Message, error) {
		return gorm.G[Message](s.db).Where("meeting_id = ? AND number > ?", meetingID, after).Order("number").Limit(limit + 1).Find(ctx)
	})
	page, more = cut(page, limit)
	return page, more, err
}
