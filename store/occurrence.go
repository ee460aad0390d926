package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Occurrence is one time that a meeting took place, from the first who came to the last who left.
type Occurrence struct {
	ID        string
	MeetingID string
	Epoch     uint64 // 1 for the first occurrence of the meeting, and so on
	StartedAt time.Time
	EndedAt   *time.Time
	Running   *bool // true or nil, never false: unique together with MeetingID, so at most one runs
}

// OpenOccurrence returns the occurrence that is running, or begins a new one. However many ask at once, they get the same.
// ErrNotFound if there is no such meeting or it was deleted.
func (s *Store) OpenOccurrence(ctx context.Context, meetingID string, now time.Time) (Occurrence, error) {
	var open Occurrence
	err := s.InTx(ctx, func(tx *Store) error {
		if err := tx.lockMeeting(ctx, meetingID); err != nil {
			return err
		}
		running, err := tx.runningOccurrence(ctx, meetingID)
		if err != nil {
			return err
		}
		if len(running) == 1 {
			open = running[0]
			return nil
		}
		open, err = tx.beginOccurrence(ctx, meetingID, stamp(now))
		return err
	})
	return open, err
}

func (s *Store) lockMeeting(ctx context.Context, id string) error {
	_, err := find(ctx, s, "meeting "+id, func(ctx context.Context) (Meeting, error) {
		return gorm.G[Meeting](s.db, clause.Locking{Strength: "UPDATE"}).Where("id = ? AND deleted_at IS NULL", id).Take(ctx)
	})
	return err
}

func (s *Store) runningOccurrence(ctx context.Context, meetingID string) ([]Occurrence, error) {
	return find(ctx, s, "running occurrence of meeting "+meetingID, func(ctx context.Context) ([]Occurrence, error) {
		return gorm.G[Occurrence](s.db).Where("meeting_id = ? AND running = ?", meetingID, true).Find(ctx)
	})
}

func (s *Store) beginOccurrence(ctx context.Context, meetingID string, now time.Time) (Occurrence, error) {
	before, err := find(ctx, s, "last occurrence of meeting "+meetingID, func(ctx context.Context) ([]Occurrence, error) {
		return gorm.G[Occurrence](s.db).Where("meeting_id = ?", meetingID).Order("epoch DESC").Limit(1).Find(ctx)
	})
	if err != nil {
		return Occurrence{}, err
	}
	running := true
	next := Occurrence{ID: NewID(now), MeetingID: meetingID, Epoch: 1, StartedAt: now, Running: &running}
	if len(before) == 1 {
		next.Epoch = before[0].Epoch + 1
	}
	err = s.run(ctx, "begin occurrence of meeting "+meetingID, func(ctx context.Context) error {
		return gorm.G[Occurrence](s.db).Create(ctx, &next)
	})
	if err != nil {
		return Occurrence{}, err
	}
	return next, s.change(ctx, "reopen meeting "+meetingID, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Meeting{}).Where("id = ?", meetingID).Updates(map[string]any{"ended_at": nil})
	})
}

// OccurrenceByID finds an occurrence.
func (s *Store) OccurrenceByID(ctx context.Context, id string) (Occurrence, error) {
	return find(ctx, s, "occurrence "+id, func(ctx context.Context) (Occurrence, error) {
		return gorm.G[Occurrence](s.db).Where("id = ?", id).Take(ctx)
	})
}

// CloseOccurrence ends an occurrence: those in it or waiting have LEFT, their sessions end. Closing it again changes nothing.
func (s *Store) CloseOccurrence(ctx context.Context, id string, now time.Time) error {
	now = stamp(now)
	return s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.OccurrenceByID(ctx, id); err != nil {
			return err
		}
		return tx.run(ctx, "close occurrence "+id, func(ctx context.Context) error {
			db := tx.db.WithContext(ctx)
			inIt := db.Model(&Participant{}).Select("id").Where("occurrence_id = ?", id)
			steps := []*gorm.DB{
				db.Model(&Occurrence{}).Where("id = ? AND ended_at IS NULL", id).
					Updates(map[string]any{"ended_at": now, "running": nil}),
				db.Model(&ParticipantSession{}).Where("participant_id IN (?) AND left_at IS NULL", inIt).
					Updates(map[string]any{"left_at": now}),
				db.Model(&Participant{}).Where("occurrence_id = ? AND status IN ?", id, []string{StatusJoined, StatusWaiting}).
					Updates(map[string]any{"status": StatusLeft, "left_at": now, "updated_at": now}),
			}
			for _, step := range steps {
				if step.Error != nil {
					return step.Error
				}
			}
			return nil
		})
	})
}
