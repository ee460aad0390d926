package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Meeting is a place people meet in, again and again if they like; each time is an Occurrence.
type Meeting struct {
	ID            string
	Code          string // unique, kept when the meeting is deleted so that an old link never leads to somebody else
	Title         string
	HostID        string
	GuestsAllowed bool
	CreatedAt     time.Time  `gorm:"autoCreateTime:false"`
	UpdatedAt     time.Time  `gorm:"autoUpdateTime:false"`
	EndedAt       *time.Time // when it was last ended for all; nil again once somebody opens it anew
	DeletedAt     *time.Time
}

// CreateMeeting stores m and fills in its id and times. ErrTaken if the code belongs to another meeting, ErrNotFound if there is no such host.
func (s *Store) CreateMeeting(ctx context.Context, m *Meeting) error {
	m.CreatedAt = stamp(m.CreatedAt)
	m.UpdatedAt = m.CreatedAt
	fillID(&m.ID, m.CreatedAt)
	return s.run(ctx, "create meeting", func(ctx context.Context) error {
		return gorm.G[Meeting](s.db).Create(ctx, m)
	})
}

// MeetingByCode finds a meeting that was not deleted. The code is compared as it stands.
func (s *Store) MeetingByCode(ctx context.Context, code string) (Meeting, error) {
	return find(ctx, s, "meeting by code", func(ctx context.Context) (Meeting, error) {
		return gorm.G[Meeting](s.db).Where("code = ? AND deleted_at IS NULL", code).Take(ctx)
	})
}

// MeetingByID finds a meeting that was not deleted.
func (s *Store) MeetingByID(ctx context.Context, id string) (Meeting, error) {
	return find(ctx, s, "meeting "+id, func(ctx context.Context) (Meeting, error) {
		return gorm.G[Meeting](s.db).Where("id = ? AND deleted_at IS NULL", id).Take(ctx)
	})
}

// Two lookups by index and a union; a condition with OR would walk through all meetings.
const meetingsOf = `SELECT meetings.* FROM meetings
	JOIN (SELECT id FROM meetings WHERE host_id = ?
		UNION SELECT meeting_id FROM participants WHERE user_id = ? AND joined_at IS NOT NULL) AS mine ON mine.id = meetings.id
	WHERE meetings.deleted_at IS NULL AND (? = '' OR meetings.id < ?)
	ORDER BY meetings.id DESC LIMIT ?`

// MeetingsOf lists, newest first, the meetings that the user hosts or has taken part in. It begins after the meeting whose id is before,
// or with the newest if that is empty. next is the cursor of the following page, empty at the end.
func (s *Store) MeetingsOf(ctx context.Context, userID, before string, limit int) (page []Meeting, next string, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "meetings of user "+userID, func(ctx context.Context) ([]Meeting, error) {
		return gorm.G[Meeting](s.db).Raw(meetingsOf, userID, userID, before, before, limit+1).Find(ctx)
	})
	page, more := cut(page, limit)
	if more {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// UpdateMeeting stores the title and whether guests are allowed, and sets UpdatedAt. The rest has methods of its own.
func (s *Store) UpdateMeeting(ctx context.Context, m *Meeting) error {
	m.UpdatedAt = stamp(time.Time{})
	return s.change(ctx, "update meeting "+m.ID, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Meeting{}).Where("id = ? AND deleted_at IS NULL", m.ID).
			Updates(map[string]any{"title": m.Title, "guests_allowed": m.GuestsAllowed, "updated_at": m.UpdatedAt})
	})
}

// EndMeeting ends a meeting for all: its running occurrence is closed and EndedAt set. It can be opened again.
func (s *Store) EndMeeting(ctx context.Context, id string, now time.Time) error {
	return s.endMeeting(ctx, "end meeting "+id, id, now, map[string]any{"ended_at": stamp(now), "updated_at": stamp(now)})
}

// DeleteMeeting closes the running occurrence and puts the meeting out of everybody's reach.
func (s *Store) DeleteMeeting(ctx context.Context, id string, now time.Time) error {
	return s.endMeeting(ctx, "delete meeting "+id, id, now, map[string]any{"deleted_at": stamp(now), "updated_at": stamp(now)})
}

func (s *Store) endMeeting(ctx context.Context, doing, id string, now time.Time, columns map[string]any) error {
	return s.InTx(ctx, func(tx *Store) error {
		// The meeting first, as OpenOccurrence does: whoever changes what runs in it waits here.
		err := tx.change(ctx, doing, func(db *gorm.DB) *gorm.DB {
			return db.Model(&Meeting{}).Where("id = ? AND deleted_at IS NULL", id).Updates(columns)
		})
		if err != nil {
			return err
		}
		running, err := tx.runningOccurrence(ctx, id)
		if err != nil || len(running) == 0 {
			return err
		}
		return tx.CloseOccurrence(ctx, running[0].ID, now)
	})
}

// maxPage bounds every page, whatever was asked for.
const maxPage = 500

// pageSize brings a wished number of records within bounds.
func pageSize(limit int) int { return min(max(limit, 1), maxPage) }

// cut shortens a page that was asked for with one record too many, which shows whether more follow.
func cut[T any](page []T, limit int) (_ []T, more bool) {
	if len(page) <= limit {
		return page, false
	}
	return page[:limit], true
}
