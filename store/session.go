package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// ParticipantSession is one connection of a participant, who may lose it and come back.
type ParticipantSession struct {
	ID            string
	ParticipantID string
	JoinedAt      time.Time
	LeftAt        *time.Time
}

// StartSession stores that a participant is connected.
func (s *Store) StartSession(ctx context.Context, participantID string, now time.Time) (ParticipantSession, error) {
	now = stamp(now)
	session := ParticipantSession{ID: NewID(now), ParticipantID: participantID, JoinedAt: now}
	err := s.run(ctx, "start session of participant "+participantID, func(ctx context.Context) error {
		return gorm.G[ParticipantSession](s.db).Create(ctx, &session)
	})
	return session, err
}

// EndSession stores that the connection is gone; the first time counts.
func (s *Store) EndSession(ctx context.Context, id string, now time.Time) error {
	return s.change(ctx, "end session "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&ParticipantSession{}).Where("id = ?", id).
			Updates(map[string]any{"left_at": gorm.Expr("COALESCE(left_at, ?)", stamp(now))})
	})
}

// SessionsOf lists the connections of a participant, oldest first.
func (s *Store) SessionsOf(ctx context.Context, participantID string) ([]ParticipantSession, error) {
	return find(ctx, s, "sessions of participant "+participantID, func(ctx context.Context) ([]ParticipantSession, error) {
		return gorm.G[ParticipantSession](s.db).Where("participant_id = ?", participantID).Order("id").Find(ctx)
	})
}
