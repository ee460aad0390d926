package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Reaction is one emoji of one participant under a message.
type Reaction struct {
	ID            string
	MeetingID     string
	Number        uint64 // of the message
	ParticipantID string
	Emoji         string
}

// SetReaction puts a reaction under a message or takes it away; doing so again changes nothing.
func (s *Store) SetReaction(ctx context.Context, r Reaction, on bool, now time.Time) error {
	if !on {
		return s.run(ctx, "remove reaction", func(ctx context.Context) error {
			_, err := gorm.G[Reaction](s.db).
				Where("meeting_id = ? AND number = ? AND participant_id = ? AND emoji = ?", r.MeetingID, r.Number, r.ParticipantID, r.Emoji).
				Delete(ctx)
			return err
		})
	}
	fillID(&r.ID, stamp(now))
	err := s.run(ctx, "add reaction", func(ctx context.Context) error {
		return gorm.G[Reaction](s.db).Create(ctx, &r)
	})
	if errors.Is(err, ErrTaken) {
		return nil
	}
	return err
}

// ReactionsTo lists the reactions to several messages, by number, first ones first; 5000 at most.
func (s *Store) ReactionsTo(ctx context.Context, meetingID string, numbers []uint64) (map[uint64][]Reaction, error) {
	if len(numbers) == 0 {
		return map[uint64][]Reaction{}, nil
	}
	all, err := find(ctx, s, "reactions in meeting "+meetingID, func(ctx context.Context) ([]Reaction, error) {
		return gorm.G[Reaction](s.db).Where("meeting_id = ? AND number IN ?", meetingID, numbers).Order("id").Limit(5000).Find(ctx)
	})
	by := map[uint64][]Reaction{}
	for _, r := range all {
		by[r.Number] = append(by[r.Number], r)
	}
	return by, err
}
