package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Webhook is an address that is told of events.
type Webhook struct {
	ID             string
	Name           string
	URL            string
	Events         EventTypes
	Secret         []byte // as package api/webhook seals it
	PreviousSecret []byte // nil unless the secret was rotated
	PreviousUntil  *time.Time
	CreatedAt      time.Time  `gorm:"autoCreateTime:false"`
	UpdatedAt      time.Time  `gorm:"autoUpdateTime:false"`
	FailingSince   *time.Time // of the first failure after the last success; nil while all is well
	DisabledAt     *time.Time // nil while it is told
	DisabledReason string
}

// AddWebhook stores w and fills in its id and times. ErrConflict if there are most of them already.
func (s *Store) AddWebhook(ctx context.Context, w *Webhook, most int) error {
	w.CreatedAt = stamp(w.CreatedAt)
	w.UpdatedAt = w.CreatedAt
	stampAll(w.PreviousUntil, w.FailingSince, w.DisabledAt)
	fillID(&w.ID, w.CreatedAt)
	return s.InTx(ctx, func(tx *Store) error {
		before, err := tx.Webhooks(ctx)
		if err != nil {
			return err
		}
		if len(before) >= most {
			return ErrConflict
		}
		return tx.run(ctx, "add webhook", func(ctx context.Context) error {
			return gorm.G[Webhook](tx.db).Create(ctx, w)
		})
	})
}

// Webhooks lists all of them, oldest first.
func (s *Store) Webhooks(ctx context.Context) ([]Webhook, error) {
	return find(ctx, s, "webhooks", func(ctx context.Context) ([]Webhook, error) {
		return gorm.G[Webhook](s.db).Order("id").Find(ctx)
	})
}

// WebhookByID finds a webhook, disabled or not.
func (s *Store) WebhookByID(ctx context.Context, id string) (Webhook, error) {
	return find(ctx, s, "webhook "+id, func(ctx context.Context) (Webhook, error) {
		return gorm.G[Webhook](s.db).Where("id = ?", id).Take(ctx)
	})
}

// UpdateWebhook stores name, URL and events, and sets UpdatedAt.
func (s *Store) UpdateWebhook(ctx context.Context, w *Webhook, now time.Time) error {
	w.UpdatedAt = stamp(now)
	return s.change(ctx, "update webhook "+w.ID, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Webhook{}).Where("id = ?", w.ID).
			Updates(map[string]any{"name": w.Name, "url": w.URL, "events": w.Events, "updated_at": w.UpdatedAt})
	})
}

// RotateWebhookSecret gives a webhook another secret; the one before signs too until a time.
func (s *Store) RotateWebhookSecret(ctx context.Context, id string, secret []byte, until, now time.Time) error {
	return s.InTx(ctx, func(tx *Store) error {
		before, err := tx.WebhookByID(ctx, id)
		if err != nil {
			return err
		}
		return tx.change(ctx, "rotate secret of webhook "+id, func(db *gorm.DB) *gorm.DB {
			return db.Model(&Webhook{}).Where("id = ?", id).Updates(map[string]any{
				"secret": secret, "previous_secret": before.Secret, "previous_until": stamp(until), "updated_at": stamp(now),
			})
		})
	})
}

// EnableWebhook has a webhook told of events again, as if it had never failed.
func (s *Store) EnableWebhook(ctx context.Context, id string, now time.Time) error {
	return s.change(ctx, "enable webhook "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Webhook{}).Where("id = ?", id).
			Updates(map[string]any{"disabled_at": nil, "disabled_reason": "", "failing_since": nil, "updated_at": stamp(now)})
	})
}

// DisableWebhook stops telling a webhook of events, and says why; the first time counts. What waits for it has failed.
func (s *Store) DisableWebhook(ctx context.Context, id, reason string, now time.Time) error {
	now = stamp(now)
	return s.InTx(ctx, func(tx *Store) error {
		if _, err := tx.WebhookByID(ctx, id); err != nil {
			return err
		}
		return tx.run(ctx, "disable webhook "+id, func(ctx context.Context) error {
			db := tx.db.WithContext(ctx)
			steps := []*gorm.DB{
				db.Model(&Webhook{}).Where("id = ? AND disabled_at IS NULL", id).
					Updates(map[string]any{"disabled_at": now, "disabled_reason": fit(reason, 200), "updated_at": now}),
				db.Model(&Delivery{}).Where("webhook_id = ? AND state = ?", id, DeliveryPending).
					Updates(map[string]any{"state": DeliveryFailed, "reason": "the webhook was disabled", "finished_at": now}),
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

// DeleteWebhook takes a webhook away with all its deliveries.
func (s *Store) DeleteWebhook(ctx context.Context, id string) error {
	return s.change(ctx, "delete webhook "+id, func(db *gorm.DB) *gorm.DB {
		return db.Where("id = ?", id).Delete(&Webhook{})
	})
}

// EventTypes is a list that is stored in one column.
type EventTypes []string

const typesApart = ","

func (t EventTypes) text() string { return strings.Join(t, typesApart) }
