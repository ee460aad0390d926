package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// APIKey lets a program call the admin API. It stays as a record after it was revoked.
type APIKey struct {
	ID         string
	Name       string     // what it is for
	Prefix     string     // its first characters, by which people know it again
	Hash       []byte     // unique; the key itself is not stored
	Scopes     string     // with spaces between
	Creator    string     // as in AuditEvent.Actor
	CreatedAt  time.Time  `gorm:"autoCreateTime:false"`
	ExpiresAt  *time.Time // nil: never
	RevokedAt  *time.Time
	LastUsedAt *time.Time
}

// MostAPIKeys may be good at one time.
const MostAPIKeys = 200

// AddAPIKey stores k and fills in its id and times. ErrConflict if there are MostAPIKeys already.
func (s *Store) AddAPIKey(ctx context.Context, k *APIKey) error {
	k.CreatedAt = stamp(k.CreatedAt)
	stampAll(k.ExpiresAt)
	fillID(&k.ID, k.CreatedAt)
	return s.run(ctx, "add API key", func(ctx context.Context) error {
		good, err := gorm.G[APIKey](s.db).Where("revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", k.CreatedAt).Count(ctx, "*")
		if err != nil {
			return err
		}
		if good >= MostAPIKeys {
			return ErrConflict
		}
		return gorm.G[APIKey](s.db).Create(ctx, k)
	})
}

// APIKeyByHash finds a key, revoked and expired ones included.
func (s *Store) APIKeyByHash(ctx context.Context, hash []byte) (APIKey, error) {
	return find(ctx, s, "API key by hash", func(ctx context.Context) (APIKey, error) {
		return gorm.G[APIKey](s.db).Where("hash = ?", hash).Take(ctx)
	})
}

// APIKeyByID finds a key, revoked and expired ones included.
func (s *Store) APIKeyByID(ctx context.Context, id string) (APIKey, error) {
	return find(ctx, s, "API key "+id, func(ctx context.Context) (APIKey, error) {
		return gorm.G[APIKey](s.db).Where("id = ?", id).Take(ctx)
	})
}

// APIKeys lists the keys, those that are not revoked first, newest first; 500 at most.
func (s *Store) APIKeys(ctx context.Context) ([]APIKey, error) {
	return find(ctx, s, "API keys", func(ctx context.Context) ([]APIKey, error) {
		return gorm.G[APIKey](s.db).Order("CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, id DESC").Limit(maxPage).Find(ctx)
	})
}

// RevokeAPIKey makes a key worthless, and all keys that were made with it, or with those. The first time counts.
func (s *Store) RevokeAPIKey(ctx context.Context, id string, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		err := tx.change(ctx, "revoke API key "+id, func(db *gorm.DB) *gorm.DB {
			return db.Model(&APIKey{}).Where("id = ?", id).
				Updates(map[string]any{"revoked_at": gorm.Expr("COALESCE(revoked_at, ?)", stamp(now))})
		})
		if err != nil {
			return err
		}
		made, err := find(ctx, tx, "keys made with API key "+id, func(ctx context.Context) ([]APIKey, error) {
			return gorm.G[APIKey](tx.db).Where("creator = ? AND revoked_at IS NULL", KeyActor(id)).Find(ctx)
		})
		for _, k := range made {
			err = errors.Join(err, tx.RevokeAPIKey(ctx, k.ID, now))
		}
		return err
	})
}

// KeyActor is how the audit log names a key.
func KeyActor(id string) string { return "key:" + id }

// UseAPIKey stores when a key was used last.
func (s *Store) UseAPIKey(ctx context.Context, id string, now time.Time) error {
	return s.change(ctx, "use API key "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&APIKey{}).Where("id = ?", id).Updates(map[string]any{"last_used_at": stamp(now)})
	})
}
