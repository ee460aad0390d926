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
	// Mean scores of both directions from 0 to 100, nil where nothing was measured.
	QualityUp, QualityDown *int
	// Freezes of pictures, and how long they lasted together.
	Freezes, FrozenMilliseconds int
}

// Quality is what was measured on one connection.
type Quality struct {
	Up, Down                    *int
	Freezes, FrozenMilliseconds int
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

// EndSession stores that the connection is gone, and how it was; the first time counts.
func (s *Store) EndSession(ctx context.Context, id string, now time.Time, quality Quality) error {
	return s.change(ctx, "end session "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&ParticipantSession{}).Where("id = ?", id).Updates(map[string]any{
			"left_at":    gorm.Expr("COALESCE(left_at, ?)", stamp(now)),
			"quality_up": quality.Up, "quality_down": quality.Down,
			"freezes": quality.Freezes, "frozen_milliseconds": quality.FrozenMilliseconds,
		})
	})
}

// SessionsIn lists the connections of everybody in an occurrence, oldest first; limit at most.
func (s *Store) SessionsIn(ctx context.Context, occurrenceID string, limit int) ([]ParticipantSession, error) {
	return find(ctx, s, "sessions in occurrence "+occurrenceID, func(ctx context.Context) ([]ParticipantSession, error) {
		return gorm.G[ParticipantSession](s.db).Raw(sessionsIn, occurrenceID, limit).Find(ctx)
	})
}

const sessionsIn = `SELECT participant_sessions.* FROM participant_sessions
	JOIN participants ON participants.id = participant_sessions.participant_id
	WHERE participants.occurrence_id = ? ORDER BY participant_sessions.id LIMIT ?`

// SessionsOf lists the connections of a participant, oldest first.
func (s *Store) SessionsOf(ctx context.Context, participantID string) ([]ParticipantSession, error) {
	return find(ctx, s, "sessions of participant "+participantID, func(ctx context.Context) ([]ParticipantSession, error) {
		return gorm.G[ParticipantSession](s.db).Where("participant_id = ?", participantID).Order("id").Find(ctx)
	})
}
