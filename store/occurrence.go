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
	held, err := s.OccurrenceByID(ctx, id)
	if err != nil {
		return err
	}
	now = stamp(now)
	if err := s.leaveInParts(ctx, held, ReasonEmpty, now); err != nil {
		return err
	}
	return s.closeOccurrence(ctx, id, ReasonEmpty, now)
}

func (s *Store) closeOccurrence(ctx context.Context, id, reason string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		held, err := tx.OccurrenceByID(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.announceEnd(ctx, held, reason, now); err != nil {
			return err
		}
		return tx.run(ctx, "close occurrence "+id, func(ctx context.Context) error {
			db := tx.db.WithContext(ctx)
			inIt := db.Model(&Participant{}).Select("id").Where("occurrence_id = ?", id)
			steps := []*gorm.DB{
				db.Model(&Occurrence{}).Where("id = ? AND ended_at IS NULL", id).
					Updates(map[string]any{"ended_at": now, "running": nil}),
				// The lock of a meeting goes with the occurrence.
				db.Model(&Meeting{}).Where("locked AND id = (?)", db.Model(&Occurrence{}).Select("meeting_id").Where("id = ?", id)).
					Updates(map[string]any{"locked": false}),
				db.Model(&ParticipantSession{}).Where("participant_id IN (?) AND left_at IS NULL", inIt).
					Updates(map[string]any{"left_at": now}),
				db.Model(&Participant{}).Where("occurrence_id = ? AND status IN ?", id, []string{StatusJoined, StatusWaiting}).
					Updates(map[string]any{"status": StatusLeft, "left_at": gorm.Expr(leftAt, now), "updated_at": now}),
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

// OccurrencesOf lists the occurrences of a meeting, newest first. It begins after the one whose id is before, or with the
// newest if that is empty. next is the cursor of the following page, empty at the end.
func (s *Store) OccurrencesOf(ctx context.Context, meetingID, before string, limit int) (page []Occurrence, next string, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "occurrences of meeting "+meetingID, func(ctx context.Context) ([]Occurrence, error) {
		question := gorm.G[Occurrence](s.db).Where("meeting_id = ?", meetingID)
		if before != "" {
			question = question.Where("id < ?", before)
		}
		return question.Order("id DESC").Limit(limit + 1).Find(ctx)
	})
	page, more := cut(page, limit)
	if more {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// OccurrenceCount is how many people and public messages there were.
type OccurrenceCount struct{ People, Messages int }

const (
	peopleIn = `SELECT occurrence_id, COUNT(*) AS number FROM participants
	WHERE occurrence_id IN ? AND joined_at IS NOT NULL GROUP BY occurrence_id`
	messagesIn = `SELECT occurrence_id, COUNT(*) AS number FROM messages
	WHERE occurrence_id IN ? AND recipient_id IS NULL AND deleted_at IS NULL GROUP BY occurrence_id`
)

// CountOccurrences counts in several occurrences at once, by id.
func (s *Store) CountOccurrences(ctx context.Context, ids []string) (map[string]OccurrenceCount, error) {
	type count struct {
		OccurrenceID string
		Number       int
	}
	people, err := find(ctx, s, "count people", func(ctx context.Context) ([]count, error) {
		return gorm.G[count](s.db).Raw(peopleIn, ids).Find(ctx)
	})
	if err != nil {
		return nil, err
	}
	messages, err := find(ctx, s, "count messages", func(ctx context.Context) ([]count, error) {
		return gorm.G[count](s.db).Raw(messagesIn, ids).Find(ctx)
	})
	counts := make(map[string]OccurrenceCount, len(ids))
	for _, c := range people {
		counts[c.OccurrenceID] = OccurrenceCount{People: c.Number}
	}
	for _, c := range messages {
		counts[c.OccurrenceID] = OccurrenceCount{People: counts[c.OccurrenceID].People, Messages: c.Number}
	}
	return counts, err
}

const newestOccurrences = `SELECT occurrences.* FROM occurrences
	JOIN (SELECT meeting_id AS met, MAX(epoch) AS last FROM occurrences WHERE meeting_id IN ? GROUP BY meeting_id) AS newest
		ON newest.met = occurrences.meeting_id AND newest.last = occurrences.epoch`

// LastHeld says when each of the meetings last began; those that never did are left out.
func (s *Store) LastHeld(ctx context.Context, meetingIDs []string) (map[string]time.Time, error) {
	newest, err := find(ctx, s, "last occurrences", func(ctx context.Context) ([]Occurrence, error) {
		return gorm.G[Occurrence](s.db).Raw(newestOccurrences, meetingIDs).Find(ctx)
	})
	held := make(map[string]time.Time, len(newest))
	for _, o := range newest {
		held[o.MeetingID] = o.StartedAt
	}
	return held, err
}
