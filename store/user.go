package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
)

// User is a person with an account.
type User struct {
	ID           string
	Email        string // lower case, unique
	Name         string
	PasswordHash string
	Language     string     // of the client that they last used, as "de"; empty if it is not known
	Role         string     // AccountUser if left empty
	DisabledAt   *time.Time // nil: it may be used
	CreatedAt    time.Time  `gorm:"autoCreateTime:false"`
	UpdatedAt    time.Time  `gorm:"autoUpdateTime:false"`
}

// CreateUser stores u and fills in its id and times. ErrTaken if the address has an account.
func (s *Store) CreateUser(ctx context.Context, u *User) error {
	u.Email = canonicalEmail(u.Email)
	u.CreatedAt = stamp(u.CreatedAt)
	u.UpdatedAt = u.CreatedAt
	if u.Role == "" {
		u.Role = AccountUser
	}
	fillID(&u.ID, u.CreatedAt)
	return s.run(ctx, "create user", func(ctx context.Context) error {
		return gorm.G[User](s.db).Create(ctx, u)
	})
}

// UserByEmail finds an account by its address, in any case.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return find(ctx, s, "user by e-mail", func(ctx context.Context) (User, error) {
		return gorm.G[User](s.db).Where("email = ?", canonicalEmail(email)).Take(ctx)
	})
}

// UserByID finds an account.
func (s *Store) UserByID(ctx context.Context, id string) (User, error) {
	return find(ctx, s, "user "+id, func(ctx context.Context) (User, error) {
		return gorm.G[User](s.db).Where("id = ?", id).Take(ctx)
	})
}

// UsersByID finds several accounts at once, by id; those that do not exist are left out.
func (s *Store) UsersByID(ctx context.Context, ids []string) (map[string]User, error) {
	users, err := find(ctx, s, "users by id", func(ctx context.Context) ([]User, error) {
		return gorm.G[User](s.db).Where("id IN ?", ids).Find(ctx)
	})
	found := make(map[string]User, len(users))
	for _, u := range users {
		found[u.ID] = u
	}
	return found, err
}

// SetPasswordHash replaces the hash of a user's password.
func (s *Store) SetPasswordHash(ctx context.Context, id, hash string) error {
	return s.change(ctx, "set password of user "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&User{}).Where("id = ?", id).
			Updates(map[string]any{"password_hash": hash, "updated_at": stamp(time.Time{})})
	})
}

// RenameUser replaces the name of an account.
func (s *Store) RenameUser(ctx context.Context, id, name string, now time.Time) error {
	return s.change(ctx, "rename user "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&User{}).Where("id = ?", id).Updates(map[string]any{"name": name, "updated_at": stamp(now)})
	})
}

// SetUserLanguage stores which language somebody reads.
func (s *Store) SetUserLanguage(ctx context.Context, id, language string, now time.Time) error {
	return s.change(ctx, "set language of user "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&User{}).Where("id = ?", id).Updates(map[string]any{"language": language, "updated_at": stamp(now)})
	})
}

// UsersByEmail finds several accounts by their addresses, in any case; those that do not exist are left out.
func (s *Store) UsersByEmail(ctx context.Context, emails []string) ([]User, error) {
	canonical := make([]string, len(emails))
	for i, email := range emails {
		canonical[i] = canonicalEmail(email)
	}
	return find(ctx, s, "users by e-mail", func(ctx context.Context) ([]User, error) {
		return gorm.G[User](s.db).Where("email IN ?", canonical).Find(ctx)
	})
}

func canonicalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
