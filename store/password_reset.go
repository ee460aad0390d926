package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// PasswordReset is the right to set a new password, sent by mail.
type PasswordReset struct {
	ID        string
	UserID    string
	Hash      []byte    // unique; the token itself is not stored
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// AddPasswordReset stores r and fills in its id and times. Those sent to the same user before are worth nothing any more.
func (s *Store) AddPasswordReset(ctx context.Context, r *PasswordReset) error {
	r.CreatedAt, r.ExpiresAt = stamp(r.CreatedAt), stamp(r.ExpiresAt)
	fillID(&r.ID, r.CreatedAt)
	return s.InTx(ctx, func(tx *Store) error {
		return tx.run(ctx, "add password reset", func(ctx context.Context) error {
			if _, err := gorm.G[PasswordReset](tx.db).Where("user_id = ?", r.UserID).Delete(ctx); err != nil {
				return err
			}
			return gorm.G[PasswordReset](tx.db).Create(ctx, r)
		})
	})
}

// PasswordResetByHash finds a right that is good now. ErrNotFound for one that was used or has expired too.
func (s *Store) PasswordResetByHash(ctx context.Context, hash []byte, now time.Time) (PasswordReset, error) {
	return find(ctx, s, "password reset by hash", func(ctx context.Context) (PasswordReset, error) {
		return gorm.G[PasswordReset](s.db).Where("hash = ? AND used_at IS NULL AND expires_at > ?", hash, stamp(now)).Take(ctx)
	})
}

// UsePasswordReset is nil for exactly one caller; ErrNotFound if the right was used or has expired.
func (s *Store) UsePasswordReset(ctx context.Context, id string, now time.Time) error {
	return s.change(ctx, "use password reset "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&PasswordReset{}).Where("id = ? AND used_at IS NULL AND expires_at > ?", id, stamp(now)).
			Updates(map[string]any{"used_at": stamp(now)})
	})
}
