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
	Request       *string // the host's own name for the wish to have it, so that asking twice makes one; nil if there is none
	GuestsAllowed bool
	Lobby         bool       // newcomers wait until a host admits them
	Locked        bool       // nobody new comes in, until the occurrence is over
	ChatHistory   string     // what late joiners see of the chat: all, joined or none
	Denied        string     // what participants may not do, as package room writes it
	StartsAt      *time.Time // the first time of a scheduled meeting
	Minutes       int
	TimeZone      string     // IANA name
	Recurrence    string     // RRULE of RFC 5545
	OverAt        *time.Time // when the last scheduled time is over; nil if there is none or no last
	CreatedAt     time.Time  `gorm:"autoCreateTime:false"`
	UpdatedAt     time.Time  `gorm:"autoUpdateTime:false"`
	EndedAt       *time.Time // when it was last ended for all; nil again once somebody opens it anew
	DeletedAt     *time.Time
}

// CreateMeeting stores m and fills in its id and times. ErrTaken if the code belongs to another meeting or the request to another of
// this host, ErrNotFound if there is no such host.
func (s *Store) CreateMeeting(ctx context.Context, m *Meeting) error {
	m.CreatedAt = stamp(m.CreatedAt)
	m.UpdatedAt = m.CreatedAt
	stampAll(m.StartsAt, m.OverAt)
	fillID(&m.ID, m.CreatedAt)
	if m.ChatHistory == "" {
		m.ChatHistory = HistoryAll
	}
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

// MeetingByRequest finds what came of a request of the host, unless it was deleted.
func (s *Store) MeetingByRequest(ctx context.Context, host, request string) (Meeting, error) {
	return find(ctx, s, "meeting by request", func(ctx context.Context) (Meeting, error) {
		return gorm.G[Meeting](s.db).Where("host_id = ? AND request = ? AND deleted_at IS NULL", host, request).Take(ctx)
	})
}

// MeetingByID finds a meeting that was not deleted.
func (s *Store) MeetingByID(ctx context.Context, id string) (Meeting, error) {
	return find(ctx, s, "meeting "+id, func(ctx context.Context) (Meeting, error) {
		return gorm.G[Meeting](s.db).Where("id = ? AND deleted_at IS NULL", id).Take(ctx)
	})
}

// What late joiners see of the chat.
const (
	HistoryAll    = "all"
	HistoryJoined = "joined"
	HistoryNone   = "none"
)

// Two lookups by index and a union; a condition with OR would walk through all meetings.
const meetingsOf = `SELECT meetings.* FROM meetings
	JOIN (SELECT id FROM meetings WHERE host_id = ?
		UNION SELECT meeting_id FROM participants WHERE user_id = ? AND joined_at IS NOT NULL
		UNION SELECT meeting_id FROM invitees WHERE user_id = ?) AS mine ON mine.id = meetings.id
	WHERE meetings.deleted_at IS NULL AND (? = '' OR meetings.id < ?)
	ORDER BY meetings.id DESC LIMIT ?`

const upcomingOf = `SELECT meetings.* FROM meetings
	JOIN (SELECT id FROM meetings WHERE host_id = ?
		UNION SELECT meeting_id FROM participants WHERE user_id = ? AND joined_at IS NOT NULL
		UNION SELECT meeting_id FROM invitees WHERE user_id = ?) AS mine ON mine.id = meetings.id
	WHERE meetings.deleted_at IS NULL AND meetings.starts_at IS NOT NULL AND (meetings.over_at IS NULL OR meetings.over_at > ?)
	ORDER BY meetings.starts_at LIMIT 500`

const liveOf = `SELECT meetings.* FROM meetings
	JOIN (SELECT id FROM meetings WHERE host_id = ?
		UNION SELECT meeting_id FROM participants WHERE user_id = ? AND joined_at IS NOT NULL
		UNION SELECT meeting_id FROM invitees WHERE user_id = ?) AS mine ON mine.id = meetings.id
	JOIN occurrences ON occurrences.meeting_id = meetings.id AND occurrences.running
	WHERE meetings.deleted_at IS NULL
	ORDER BY meetings.id DESC LIMIT 500`

const pastOf = `SELECT meetings.* FROM meetings
	JOIN (SELECT id FROM meetings WHERE host_id = ?
		UNION SELECT meeting_id FROM participants WHERE user_id = ? AND joined_at IS NOT NULL) AS mine ON mine.id = meetings.id
	WHERE meetings.deleted_at IS NULL AND (? = '' OR meetings.id < ?)
		AND EXISTS (SELECT 1 FROM occurrences WHERE occurrences.meeting_id = meetings.id AND occurrences.ended_at IS NOT NULL)
	ORDER BY meetings.id DESC LIMIT ?`

// UpcomingOf lists the meetings of a user that are scheduled and not over, first ones first; 500 at most.
func (s *Store) UpcomingOf(ctx context.Context, userID string, now time.Time) ([]Meeting, error) {
	return find(ctx, s, "upcoming meetings of user "+userID, func(ctx context.Context) ([]Meeting, error) {
		return gorm.G[Meeting](s.db).Raw(upcomingOf, userID, userID, userID, stamp(now)).Find(ctx)
	})
}

// LiveOf lists the meetings of a user that take place now, newest first; 500 at most.
func (s *Store) LiveOf(ctx context.Context, userID string) ([]Meeting, error) {
	return find(ctx, s, "live meetings of user "+userID, func(ctx context.Context) ([]Meeting, error) {
		return gorm.G[Meeting](s.db).Raw(liveOf, userID, userID, userID).Find(ctx)
	})
}

// PastOf is MeetingsOf for those that have taken place and were not only invited to.
func (s *Store) PastOf(ctx context.Context, userID, before string, limit int) (page []Meeting, next string, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "past meetings of user "+userID, func(ctx context.Context) ([]Meeting, error) {
		return gorm.G[Meeting](s.db).Raw(pastOf, userID, userID, before, before, limit+1).Find(ctx)
	})
	page, more := cut(page, limit)
	if more {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// MeetingsOf lists, newest first, the meetings that the user hosts, is invited to or has taken part in. It begins after the meeting whose id is before,
// or with the newest if that is empty. next is the cursor of the following page, empty at the end.
func (s *Store) MeetingsOf(ctx context.Context, userID, before string, limit int) (page []Meeting, next string, err error) {
	limit = pageSize(limit)
	page, err = find(ctx, s, "meetings of user "+userID, func(ctx context.Context) ([]Meeting, error) {
		return gorm.G[Meeting](s.db).Raw(meetingsOf, userID, userID, userID, before, before, limit+1).Find(ctx)
	})
	page, more := cut(page, limit)
	if more {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// UpdateMeeting stores title, guests and schedule, and sets UpdatedAt. The rest has methods of its own.
func (s *Store) UpdateMeeting(ctx context.Context, m *Meeting) error {
	m.UpdatedAt = stamp(time.Time{})
	stampAll(m.StartsAt, m.OverAt)
	return s.change(ctx, "update meeting "+m.ID, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Meeting{}).Where("id = ? AND deleted_at IS NULL", m.ID).Updates(map[string]any{
			"title": m.Title, "guests_allowed": m.GuestsAllowed,
			"starts_at": m.StartsAt, "minutes": m.Minutes, "time_zone": m.TimeZone, "recurrence": m.Recurrence, "over_at": m.OverAt,
			"updated_at": m.UpdatedAt,
		})
	})
}

// SetMeetingDefaults stores what holds for every time the meeting is held; the lock is of one time alone.
func (s *Store) SetMeetingDefaults(ctx context.Context, id string, lobby bool, chatHistory, denied string, now time.Time) error {
	return s.change(ctx, "set defaults of meeting "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Meeting{}).Where("id = ? AND deleted_at IS NULL", id).Updates(map[string]any{
			"lobby": lobby, "chat_history": chatHistory, "denied": denied, "updated_at": stamp(now),
		})
	})
}

// SetMeetingSettings stores what hosts set while the meeting is on.
func (s *Store) SetMeetingSettings(ctx context.Context, id string, lobby, locked bool, chatHistory, denied string, now time.Time) error {
	return s.change(ctx, "set settings of meeting "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Meeting{}).Where("id = ? AND deleted_at IS NULL", id).Updates(map[string]any{
			"lobby": lobby, "locked": locked, "chat_history": chatHistory, "denied": denied, "updated_at": stamp(now),
		})
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
	held, err := s.runningOccurrence(ctx, id)
	if err != nil {
		return err
	}
	for _, o := range held {
		if err := s.leaveInParts(ctx, o, ReasonEnded, stamp(now)); err != nil {
			return err
		}
	}
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
		return tx.closeOccurrence(ctx, running[0].ID, ReasonEnded, stamp(now))
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
