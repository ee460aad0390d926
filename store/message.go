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
	// RecipientID is the participant that a private message is for, RecipientUserID their account if they have one.
	RecipientID     *string
	RecipientUserID *string
	RecipientName   string
	ReplyTo         *uint64
	EditedAt        *time.Time
	DeletedAt       *time.Time // the text is gone
}

// Sight is what of a meeting's chat somebody may see. The zero value sees what everybody sees.
type Sight struct {
	// Participant and User are the viewer: private messages from and to them are seen, of either.
	Participant, User string
	// Since hides what was said before; zero hides nothing.
	Since time.Time
	// Attended shows only what was said while the user was in, of each occurrence from their first joining to their last leaving.
	Attended bool
	// Inside shows of an occurrence that is running only what was said before the user left it.
	Inside bool
	// Occurrence limits to one, if it is not empty.
	Occurrence string
}

func (v Sight) see(question gorm.ChainInterface[Message]) gorm.ChainInterface[Message] {
	question = question.Where(`recipient_id IS NULL OR participant_id = ? OR recipient_id = ?
		OR (? <> '' AND (sender_id = ? OR recipient_user_id = ?))`, v.Participant, v.Participant, v.User, v.User, v.User)
	if !v.Since.IsZero() {
		question = question.Where("created_at >= ?", stamp(v.Since))
	}
	if v.Attended {
		question = question.Where(`EXISTS (SELECT 1 FROM participants WHERE participants.occurrence_id = messages.occurrence_id
			AND participants.user_id = ? AND participants.joined_at <= messages.created_at
			AND (participants.left_at IS NULL OR participants.left_at >= messages.created_at))`, v.User)
	}
	if v.Inside {
		question = question.Where(`NOT EXISTS (SELECT 1 FROM occurrences WHERE occurrences.id = messages.occurrence_id AND occurrences.running = ?)
			OR EXISTS (SELECT 1 FROM participants WHERE participants.occurrence_id = messages.occurrence_id
				AND participants.user_id = ? AND participants.joined_at IS NOT NULL
				AND (participants.left_at IS NULL OR participants.left_at >= messages.created_at))`, true, v.User)
	}
	if v.Occurrence != "" {
		question = question.Where("occurrence_id = ?", v.Occurrence)
	}
	return question
}

// AddMessage stores m and fills in its id and time. A retry, known by participant and client id, stores nothing and gets the message as stored, number included.
// ErrConflict if the number belongs to another message, ErrNotFound if meeting, occurrence or participant do not exist.
func (s *Store) AddMessage(ctx context.Context, m *Message) error {
	m.CreatedAt = stamp(m.CreatedAt)
	fillID(&m.ID, m.CreatedAt)
	err := s.InTx(ctx, func(tx *Store) error {
		err := tx.run(ctx, "add message", func(ctx context.Context) error {
			return gorm.G[Message](tx.db).Create(ctx, m)
		})
		if err != nil {
			return err
		}
		return tx.announceMessage(ctx, *m)
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

// announceMessage tells of a message to everybody; private ones are nobody else's business.
func (s *Store) announceMessage(ctx context.Context, m Message) error {
	if m.RecipientID != nil {
		return nil
	}
	to, err := s.audience(ctx)
	if err != nil || !to.wants(EventChatMessage) {
		return err
	}
	meeting, err := s.eventMeeting(ctx, m.OccurrenceID)
	if err != nil {
		return err
	}
	sender, err := s.ParticipantByID(ctx, m.ParticipantID)
	if err != nil {
		return err
	}
	said := newEvent(EventChatMessage, m.CreatedAt, meeting)
	said.Participant = eventParticipant(sender)
	said.Message = &EventMessage{Number: m.Number, Text: m.Text, ReplyTo: m.ReplyTo}
	return s.announce(ctx, to, said)
}

// LastMessageNumber is the highest number in the meeting, 0 if nothing was said yet.
func (s *Store) LastMessageNumber(ctx context.Context, meetingID string) (uint64, error) {
	last, _, err := s.LatestMessages(ctx, meetingID, 1)
	if err != nil || len(last) == 0 {
		return 0, err
	}
	return last[0].Number, nil
}

// MessagesBefore returns the last messages with a number below before, or the newest if that is 0, of those in sight; oldest first.
// more is true if older ones exist.
func (s *Store) MessagesBefore(ctx context.Context, meetingID string, before uint64, limit int, sight Sight) (page []Message, more bool, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "messages of meeting "+meetingID, func(ctx context.Context) ([]Message, error) {
		question := sight.see(gorm.G[Message](s.db).Where("meeting_id = ?", meetingID))
		if before > 0 {
			question = question.Where("number < ?", before)
		}
		return question.Order("number DESC").Limit(limit + 1).Find(ctx)
	})
	page, more = cut(page, limit)
	slices.Reverse(page)
	return page, more, err
}

// LatestMessages returns the newest messages, private ones too, oldest first: for the room, which knows who may see what.
func (s *Store) LatestMessages(ctx context.Context, meetingID string, limit int) (page []Message, more bool, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "latest messages of meeting "+meetingID, func(ctx context.Context) ([]Message, error) {
		return gorm.G[Message](s.db).Where("meeting_id = ?", meetingID).Order("number DESC").Limit(limit + 1).Find(ctx)
	})
	page, more = cut(page, limit)
	slices.Reverse(page)
	return page, more, err
}

// MessagesAfter returns the first messages with a number above after, of those in sight; oldest first. more is true if
// newer ones exist.
func (s *Store) MessagesAfter(ctx context.Context, meetingID string, after uint64, limit int, sight Sight) (page []Message, more bool, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "messages of meeting "+meetingID, func(ctx context.Context) ([]Message, error) {
		return sight.see(gorm.G[Message](s.db).Where("meeting_id = ? AND number > ?", meetingID, after)).
			Order("number").Limit(limit + 1).Find(ctx)
	})
	page, more = cut(page, limit)
	return page, more, err
}

// MessageByNumber finds one message, private ones too.
func (s *Store) MessageByNumber(ctx context.Context, meetingID string, number uint64) (Message, error) {
	return find(ctx, s, "message of meeting "+meetingID, func(ctx context.Context) (Message, error) {
		return gorm.G[Message](s.db).Where("meeting_id = ? AND number = ?", meetingID, number).Take(ctx)
	})
}

// EditMessage replaces the text of a message, which must not be deleted.
func (s *Store) EditMessage(ctx context.Context, meetingID string, number uint64, text string, now time.Time) error {
	return s.change(ctx, "edit a message of meeting "+meetingID, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Message{}).Where("meeting_id = ? AND number = ? AND deleted_at IS NULL", meetingID, number).
			Updates(map[string]any{"text": text, "edited_at": stamp(now)})
	})
}

// DeleteMessage takes away the text of a message and the reactions to it; the line stays. The first time counts.
func (s *Store) DeleteMessage(ctx context.Context, meetingID string, number uint64, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		err := tx.change(ctx, "delete a message of meeting "+meetingID, func(db *gorm.DB) *gorm.DB {
			return db.Model(&Message{}).Where("meeting_id = ? AND number = ?", meetingID, number).
				Updates(map[string]any{"text": "", "deleted_at": gorm.Expr("COALESCE(deleted_at, ?)", stamp(now))})
		})
		if err != nil {
			return err
		}
		return tx.run(ctx, "delete reactions", func(ctx context.Context) error {
			_, err := gorm.G[Reaction](tx.db).Where("meeting_id = ? AND number = ?", meetingID, number).Delete(ctx)
			return err
		})
	})
}
