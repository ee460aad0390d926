package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// RefreshToken is one link in the chain of a sign-in. Each is used once, for its successor; the chain is a family.
type RefreshToken struct {
	ID            string
	FamilyID      string // the same for all successors; the id of the first token if left empty
	UserID        string
	ParentID      *string // the token this one succeeds, which has no other successor
	Hash          []byte  // unique; the token itself is not stored
	IssuedAt      time.Time
	IdleExpiresAt time.Time
	ExpiresAt     time.Time
	UsedAt        *time.Time
	RevokedAt     *time.Time
	UserAgent     string
	Address       string
}

// AddRefreshToken stores t and fills in its id and times. ErrTaken if the hash is known or the parent has a successor.
func (s *Store) AddRefreshToken(ctx context.Context, t *RefreshToken) error {
	t.IssuedAt, t.IdleExpiresAt, t.ExpiresAt = stamp(t.IssuedAt), stamp(t.IdleExpiresAt), stamp(t.ExpiresAt)
	stampAll(t.UsedAt, t.RevokedAt)
	fillID(&t.ID, t.IssuedAt)
	if t.FamilyID == "" {
		t.FamilyID = t.ID
	}
	// Headers come from outside and may be anything.
	t.UserAgent, t.Address = fit(t.UserAgent, 255), fit(t.Address, 64)
	return s.run(ctx, "add refresh token", func(ctx context.Context) error {
		return gorm.G[RefreshToken](s.db).Create(ctx, t)
	})
}

// RefreshTokenByHash finds a token, used and revoked ones included.
func (s *Store) RefreshTokenByHash(ctx context.Context, hash []byte) (RefreshToken, error) {
	return find(ctx, s, "refresh token by hash", func(ctx context.Context) (RefreshToken, error) {
		return gorm.G[RefreshToken](s.db).Where("hash = ?", hash).Take(ctx)
	})
}

// UseRefreshToken marks a token used. used is true for exactly one caller; it is false if the token is used, revoked or absent.
// Call it in one transaction with AddRefreshToken of the successor.
func (s *Store) UseRefreshToken(ctx context.Context, id string, now time.Time) (used bool, err error) {
	err = s.run(ctx, "use refresh token "+id, func(ctx context.Context) error {
		done := s.db.WithContext(ctx).Model(&RefreshToken{}).
			Where("id = ? AND used_at IS NULL AND revoked_at IS NULL", id).
			Updates(map[string]any{"used_at": stamp(now)})
		used = done.RowsAffected == 1
		return done.Error
	})
	return used && err == nil, err
}

// SuccessorOf finds the token that took the place of parentID.
func (s *Store) SuccessorOf(ctx context.Context, parentID string) (RefreshToken, error) {
	return find(ctx, s, "successor of refresh token "+parentID, func(ctx context.Context) (RefreshToken, error) {
		return gorm.G[RefreshToken](s.db).Where("parent_id = ?", parentID).Take(ctx)
	})
}

// RevokeFamily ends a sign-in: none of its tokens can be used any more, nor can one that is being added meanwhile. The first time counts.
func (s *Store) RevokeFamily(ctx context.Context, familyID string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		return tx.run(ctx, "revoke family "+familyID, func(ctx context.Context) error {
			// Waits for those who are using a token of the family, so that the update sees the successors they add.
			_, err := gorm.G[RefreshToken](tx.db, clause.Locking{Strength: "UPDATE"}).Where("family_id = ?", familyID).Find(ctx)
			if err != nil {
				return err
			}
			return tx.db.WithContext(ctx).Model(&RefreshToken{}).
				Where("family_id = ? AND revoked_at IS NULL", familyID).
				Updates(map[string]any{"revoked_at": stamp(now)}).Error
		})
	})
}
