package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// What an account may be. An administrator may call the admin API.
const (
	AccountUser  = "USER"
	AccountAdmin = "ADMIN"
)

// UserForUpdate finds an account that nobody else changes until the transaction ends.
func (s *Store) UserForUpdate(ctx context.Context, id string) (User, error) {
	return find(ctx, s, "user "+id, func(ctx context.Context) (User, error) {
		return gorm.G[User](s.db, clause.Locking{Strength: "UPDATE"}).Where("id = ?", id).Take(ctx)
	})
}

// SetUserRole makes an account an administrator's, or no longer.
func (s *Store) SetUserRole(ctx context.Context, id, role string, now time.Time) error {
	return s.change(ctx, "set role of user "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&User{}).Where("id = ?", id).Updates(map[string]any{"role": role, "updated_at": stamp(now)})
	})
}

// DisableUser keeps an account from being used, or lets it be used again. The first time that it was disabled counts.
func (s *Store) DisableUser(ctx context.Context, id string, disabled bool, now time.Time) error {
	return s.change(ctx, "disable user "+id, func(db *gorm.DB) *gorm.DB {
		columns := map[string]any{"disabled_at": nil, "updated_at": stamp(now)}
		if disabled {
			columns["disabled_at"] = gorm.Expr("COALESCE(disabled_at, ?)", stamp(now))
		}
		return db.Model(&User{}).Where("id = ?", id).Updates(columns)
	})
}

// DeleteUser removes an account with its sign-ins and the meetings that it hosts. Of what it said and where it was, the
// name stays.
func (s *Store) DeleteUser(ctx context.Context, id string) error {
	return s.change(ctx, "delete user "+id, func(db *gorm.DB) *gorm.DB {
		return db.Where("id = ?", id).Delete(&User{})
	})
}

// UserFilter narrows Users; what is left empty does not count.
type UserFilter struct {
	Search string // in address and name, in any case
	Before string // only accounts older than the one with this id
	Limit  int
}

// Users lists accounts, newest first. next is the cursor of the following page, empty at the end.
func (s *Store) Users(ctx context.Context, filter UserFilter) (page []User, next string, err error) {
	limit := pageSize(filter.Limit)
	page, err = find(ctx, s, "users", func(ctx context.Context) ([]User, error) {
		question := gorm.G[User](s.db).Limit(limit + 1)
		if filter.Search != "" {
			part := containing(filter.Search)
			question = question.Where("email LIKE ? ESCAPE '!' OR LOWER(name) LIKE ? ESCAPE '!'", part, part)
		}
		if filter.Before != "" {
			question = question.Where("id < ?", filter.Before)
		}
		return question.Order("id DESC").Find(ctx)
	})
	page, more := cut(page, limit)
	if more {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// containing is a pattern for LIKE … ESCAPE '!'.
func containing(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}

// HostedLive lists the meetings that a user hosts and that take place now; 500 at most.
func (s *Store) HostedLive(ctx context.Context, userID string) ([]Meeting, error) {
	return find(ctx, s, "live meetings hosted by user "+userID, func(ctx context.Context) ([]Meeting, error) {
		return gorm.G[Meeting](s.db).Raw(hostedLive, userID).Find(ctx)
	})
}

const hostedLive = `SELECT DISTINCT meetings.* FROM meetings
	JOIN occurrences ON occurrences.meeting_id = meetings.id AND occurrences.ended_at IS NULL
	WHERE meetings.host_id = ? AND meetings.deleted_at IS NULL ORDER BY meetings.id DESC LIMIT 500`
