package store

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"
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

// SignIns lists the newest token of each sign-in of a user that goes on, last used first; 200 at most.
func (s *Store) SignIns(ctx context.Context, userID string, now time.Time) ([]RefreshToken, error) {
	now = stamp(now)
	return find(ctx, s, "sign-ins of user "+userID, func(ctx context.Context) ([]RefreshToken, error) {
		return gorm.G[RefreshToken](s.db).
			Where("user_id = ? AND used_at IS NULL AND revoked_at IS NULL AND idle_expires_at > ? AND expires_at > ?", userID, now, now).
			Order("issued_at DESC").Limit(200).Find(ctx)
	})
}

// RevokeSignIns ends all sign-ins of a user but one, or all if that is empty, and returns their families.
func (s *Store) RevokeSignIns(ctx context.Context, userID, but string, now time.Time) (families []string, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		families = nil
		alive, err := find(ctx, tx, "families of user "+userID, func(ctx context.Context) ([]RefreshToken, error) {
			return gorm.G[RefreshToken](tx.db, clause.Locking{Strength: "UPDATE"}).
				Where("user_id = ? AND revoked_at IS NULL AND family_id <> ?", userID, but).Find(ctx)
		})
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, t := range alive {
			if !seen[t.FamilyID] {
				seen[t.FamilyID] = true
				families = append(families, t.FamilyID)
			}
		}
		return tx.run(ctx, "revoke sign-ins of user "+userID, func(ctx context.Context) error {
			return tx.db.WithContext(ctx).Model(&RefreshToken{}).
				Where("user_id = ? AND revoked_at IS NULL AND family_id <> ?", userID, but).
				Updates(map[string]any{"revoked_at": stamp(now)}).Error
		})
	})
	return families, err
}

// IsRevoked is true if a sign-in was ended.
func (s *Store) IsRevoked(ctx context.Context, familyID string) (bool, error) {
	found, err := find(ctx, s, "end of family "+familyID, func(ctx context.Context) ([]RefreshToken, error) {
		return gorm.G[RefreshToken](s.db).Where("family_id = ? AND revoked_at IS NOT NULL", familyID).Limit(1).Find(ctx)
	})
	return len(found) == 1, err
}

// RevokedSince lists the sign-ins that were ended since a time.
func (s *Store) RevokedSince(ctx context.Context, since time.Time) ([]string, error) {
	type family struct{ FamilyID string }
	rows, err := find(ctx, s, "families revoked lately", func(ctx context.Context) ([]family, error) {
		return gorm.G[family](s.db).Raw(revokedSince, stamp(since)).Find(ctx)
	})
	families := make([]string, len(rows))
	for i, row := range rows {
		families[i] = row.FamilyID
	}
	return families, err
}

const revokedSince = `SELECT DISTINCT family_id FROM refresh_tokens WHERE revoked_at >= ?`

// FamilyBegan is when a sign-in began: families are named after their first token, whose id holds the time.
func FamilyBegan(family string) (time.Time, bool) {
	id, err := ulid.ParseStrict(family)
	if err != nil {
		return time.Time{}, false
	}
	return ulid.Time(id.Time()).UTC(), true
}
