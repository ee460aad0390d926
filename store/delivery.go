package store

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The states of a delivery.
const (
	DeliveryPending   = "PENDING"
	DeliveryDelivered = "DELIVERED"
	DeliveryFailed    = "FAILED"
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID         string
	WebhookID  string
	EventID    string // the same for each webhook that is told of the event
	Type       string
	Event      Event
	State      string
	Reason     string // why it failed for good
	Tries      int    // since QueuedAt
	Attempts   Attempts
	CreatedAt  time.Time  `gorm:"autoCreateTime:false"`
	QueuedAt   time.Time  // CreatedAt, or when it was last replayed
	DueAt      time.Time  // when it is to be tried next
	ClaimedBy  string     // which process tries it, or did last
	FinishedAt *time.Time // nil while it is pending
}

// Attempt is one try to deliver.
type Attempt struct {
	At           time.Time `json:"at"`
	Milliseconds int       `json:"ms"`
	Status       int       `json:"status,omitempty"` // of HTTP; 0 without an answer
	Answer       string    `json:"answer,omitempty"` // its first characters
	Error        string    `json:"error,omitempty"`  // why there is no answer, or why it does not count
}

// Attempts are the last ones, oldest first.
type Attempts []Attempt

// What is kept of attempts: so many of a delivery, and so many characters of a text.
const (
	maxAttempts    = 20
	maxAttemptText = 256
)

// And is a with another attempt, cut to what is kept.
func (a Attempts) And(next Attempt) Attempts {
	next.At = stamp(next.At)
	next.Answer, next.Error = fit(next.Answer, maxAttemptText), fit(next.Error, maxAttemptText)
	all := append(slices.Clone(a), next)
	return all[max(0, len(all)-maxAttempts):]
}

// Value keeps the attempts in one column.
func (a Attempts) Value() (driver.Value, error) { return asColumn([]Attempt(a)) }

// Scan implements sql.Scanner. Attempts that cannot be read are none.
func (a *Attempts) Scan(column any) error {
	if err := fromColumn(column, (*[]Attempt)(a)); err != nil {
		*a = nil
	}
	return nil
}

func newDelivery(webhookID string, e Event) Delivery {
	return Delivery{
		ID: NewID(e.At), WebhookID: webhookID, EventID: e.ID, Type: e.Type, Event: e, State: DeliveryPending,
		CreatedAt: e.At, QueuedAt: e.At, DueAt: e.At,
	}
}

// batch is how many records are written or deleted at once.
const batch = 500

func (s *Store) addDeliveries(ctx context.Context, all []Delivery) error {
	for some := range slices.Chunk(all, batch) {
		err := s.run(ctx, "add deliveries", func(ctx context.Context) error {
			return s.db.WithContext(ctx).CreateInBatches(some, 50).Error
		})
		if err != nil {
			return err
		}
		*s.announced = true
	}
	return nil
}

// AddPing stores a delivery of an event that nothing has happened for, to try out a webhook.
func (s *Store) AddPing(ctx context.Context, webhookID string, now time.Time) (Delivery, error) {
	d := newDelivery(webhookID, newEvent(EventPing, now, nil))
	return d, s.InTx(ctx, func(tx *Store) error { return tx.addDeliveries(ctx, []Delivery{d}) })
}

// ClaimDeliveries takes up to limit deliveries to a webhook that are due, the longest due first, for the process by. They are due again
// after until, unless they are settled before: whoever claimed them may be gone. From then on they are another's.
func (s *Store) ClaimDeliveries(ctx context.Context, webhookID, by string, now, until time.Time, limit int) (due []Delivery, err error) {
	now, until = stamp(now), stamp(until)
	err = s.InTx(ctx, func(tx *Store) error {
		due, err = find(ctx, tx, "due deliveries to webhook "+webhookID, func(ctx context.Context) ([]Delivery, error) {
			return gorm.G[Delivery](tx.db, clause.Locking{Strength: "UPDATE"}).
				Where("webhook_id = ? AND state = ? AND due_at <= ?", webhookID, DeliveryPending, now).
				Order("due_at, id").Limit(limit).Find(ctx)
		})
		if err != nil || len(due) == 0 {
			return err
		}
		return tx.run(ctx, "claim deliveries to webhook "+webhookID, func(ctx context.Context) error {
			return tx.db.WithContext(ctx).Model(&Delivery{}).Where("id IN ?", idsOf(due)).
				Updates(map[string]any{"due_at": until, "claimed_by": by}).Error
		})
	})
	for i := range due {
		due[i].ClaimedBy = by
	}
	return due, err
}

// NextDelivery is when the next delivery to a webhook is due, false for never.
func (s *Store) NextDelivery(ctx context.Context, webhookID string) (at time.Time, ok bool, err error) {
	next, err := find(ctx, s, "next delivery to webhook "+webhookID, func(ctx context.Context) ([]Delivery, error) {
		return gorm.G[Delivery](s.db).Where("webhook_id = ? AND state = ?", webhookID, DeliveryPending).Order("due_at").Limit(1).Find(ctx)
	})
	if len(next) == 0 {
		return time.Time{}, false, err
	}
	return next[0].DueAt, true, err
}

// ReleaseDeliveries makes those deliveries due at once that by still has.
func (s *Store) ReleaseDeliveries(ctx context.Context, ids []string, by string, now time.Time) error {
	return s.run(ctx, "release deliveries", func(ctx context.Context) error {
		return s.db.WithContext(ctx).Model(&Delivery{}).Where("id IN ? AND state = ? AND claimed_by = ?", ids, DeliveryPending, by).
			Updates(map[string]any{"due_at": stamp(now)}).Error
	})
}

// SettleDelivery stores what came of an attempt: state, reason, tries, attempts and when it is due again. The webhook is well when it
// took the delivery, and failing otherwise. A delivery that another has claimed since, or that is replayed, is theirs to settle.
func (s *Store) SettleDelivery(ctx context.Context, d Delivery, now time.Time) error {
	return s.settleDelivery(ctx, d, true, now)
}

// SettleUnsent does the same for an attempt that failed before anything was sent, which says nothing of the webhook.
func (s *Store) SettleUnsent(ctx context.Context, d Delivery, now time.Time) error {
	return s.settleDelivery(ctx, d, false, now)
}

func (s *Store) settleDelivery(ctx context.Context, d Delivery, sent bool, now time.Time) error {
	now = stamp(now)
	columns := map[string]any{
		"state": d.State, "reason": fit(d.Reason, 200), "tries": d.Tries, "attempts": d.Attempts, "due_at": stamp(d.DueAt), "finished_at": nil,
	}
	if d.State != DeliveryPending {
		columns["finished_at"] = now
	}
	return s.InTx(ctx, func(tx *Store) error {
		return tx.run(ctx, "settle delivery "+d.ID, func(ctx context.Context) error {
			db := tx.db.WithContext(ctx)
			// One that was given up or deleted meanwhile stays so.
			err := db.Model(&Delivery{}).Where("id = ? AND state = ? AND claimed_by = ?", d.ID, DeliveryPending, d.ClaimedBy).
				Updates(columns).Error
			if err != nil || !sent {
				return err
			}
			health := db.Model(&Webhook{}).Where("id = ? AND failing_since IS NULL", d.WebhookID)
			if d.State == DeliveryDelivered {
				return db.Model(&Webhook{}).Where("id = ? AND failing_since IS NOT NULL", d.WebhookID).
					Updates(map[string]any{"failing_since": nil}).Error
			}
			return health.Updates(map[string]any{"failing_since": now}).Error
		})
	})
}

// DeliveryFilter narrows Deliveries; what is left empty does not count.
type DeliveryFilter struct {
	State  string
	Before string // only those older than the one with this id
	Limit  int
}

// Deliveries lists those to a webhook, newest first. next is the cursor of the following page, empty at the end.
func (s *Store) Deliveries(ctx context.Context, webhookID string, filter DeliveryFilter) (page []Delivery, next string, err error) {
	limit := pageSize(filter.Limit)
	page, err = find(ctx, s, "deliveries to webhook "+webhookID, func(ctx context.Context) ([]Delivery, error) {
		question := gorm.G[Delivery](s.db).Where("webhook_id = ?", webhookID)
		if filter.State != "" {
			question = question.Where("state = ?", filter.State)
		}
		if filter.Before != "" {
			question = question.Where("id < ?", filter.Before)
		}
		return question.Order("id DESC").Limit(limit + 1).Find(ctx)
	})
	page, more := cut(page, limit)
	if more {
		next = page[len(page)-1].ID
	}
	return page, next, err
}

// DeliveryByID finds a delivery to a webhook.
func (s *Store) DeliveryByID(ctx context.Context, webhookID, id string) (Delivery, error) {
	return find(ctx, s, "delivery "+id, func(ctx context.Context) (Delivery, error) {
		return gorm.G[Delivery](s.db).Where("id = ? AND webhook_id = ?", id, webhookID).Take(ctx)
	})
}

// ReplayDelivery has a delivery tried again from the beginning, delivered or not; one that waits is tried at once.
func (s *Store) ReplayDelivery(ctx context.Context, webhookID, id string, now time.Time) error {
	err := s.change(ctx, "replay delivery "+id, func(db *gorm.DB) *gorm.DB {
		return db.Model(&Delivery{}).Where("id = ? AND webhook_id = ?", id, webhookID).Updates(queuedAnew(stamp(now)))
	})
	if err == nil {
		s.tellNews()
	}
	return err
}

// ReplayFailed does the same with all deliveries to a webhook that have failed and were made at since or later, and counts them.
func (s *Store) ReplayFailed(ctx context.Context, webhookID string, since, now time.Time) (replayed int, err error) {
	err = s.run(ctx, "replay failed deliveries to webhook "+webhookID, func(ctx context.Context) error {
		done := s.db.WithContext(ctx).Model(&Delivery{}).
			Where("webhook_id = ? AND state = ? AND created_at >= ?", webhookID, DeliveryFailed, stamp(since)).
			Updates(queuedAnew(stamp(now)))
		replayed = int(done.RowsAffected)
		return done.Error
	})
	if err == nil {
		s.tellNews()
	}
	return replayed, err
}

// HurryDeliveries has all that wait for a webhook tried at once: what they waited for is mended.
func (s *Store) HurryDeliveries(ctx context.Context, webhookID string, now time.Time) error {
	err := s.run(ctx, "hurry deliveries to webhook "+webhookID, func(ctx context.Context) error {
		return s.db.WithContext(ctx).Model(&Delivery{}).
			Where("webhook_id = ? AND state = ? AND due_at > ?", webhookID, DeliveryPending, stamp(now)).
			Updates(map[string]any{"due_at": stamp(now)}).Error
	})
	if err == nil {
		s.tellNews()
	}
	return err
}

func queuedAnew(now time.Time) map[string]any {
	return map[string]any{"state": DeliveryPending, "reason": "", "tries": 0, "queued_at": now, "due_at": now, "finished_at": nil, "claimed_by": ""}
}

// Keep says how many deliveries to one webhook are kept, and for how long when they are finished.
type Keep struct {
	Since             time.Time
	Finished, Pending int
}

// TidyDeliveries deletes finished deliveries to a webhook that are too old or too many, the oldest first, and gives up the oldest of
// those that wait when they are too many. It does a part of a large work; more says that there is more to do.
func (s *Store) TidyDeliveries(ctx context.Context, webhookID string, keep Keep, now time.Time) (more bool, err error) {
	doomed := func(doing string, ask func(gorm.ChainInterface[Delivery]) gorm.ChainInterface[Delivery]) ([]Delivery, error) {
		return find(ctx, s, doing+" deliveries to webhook "+webhookID, func(ctx context.Context) ([]Delivery, error) {
			return ask(gorm.G[Delivery](s.db).Select("id").Where("webhook_id = ?", webhookID)).Limit(batch).Find(ctx)
		})
	}
	old, err := doomed("old", func(q gorm.ChainInterface[Delivery]) gorm.ChainInterface[Delivery] {
		return q.Where("state <> ? AND finished_at < ?", DeliveryPending, stamp(keep.Since))
	})
	if err != nil {
		return false, err
	}
	many, err := doomed("further", func(q gorm.ChainInterface[Delivery]) gorm.ChainInterface[Delivery] {
		return q.Where("state <> ?", DeliveryPending).Order("id DESC").Offset(keep.Finished)
	})
	if err != nil {
		return false, err
	}
	waiting, err := doomed("waiting", func(q gorm.ChainInterface[Delivery]) gorm.ChainInterface[Delivery] {
		return q.Where("state = ?", DeliveryPending).Order("id DESC").Offset(keep.Pending)
	})
	if err != nil {
		return false, err
	}
	err = s.run(ctx, "tidy deliveries to webhook "+webhookID, func(ctx context.Context) error {
		db := s.db.WithContext(ctx)
		if gone := append(idsOf(old), idsOf(many)...); len(gone) > 0 {
			if err := db.Where("id IN ?", gone).Delete(&Delivery{}).Error; err != nil {
				return err
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		return db.Model(&Delivery{}).Where("id IN ? AND state = ?", idsOf(waiting), DeliveryPending).
			Updates(map[string]any{"state": DeliveryFailed, "reason": "too many others waited", "finished_at": stamp(now)}).Error
	})
	return len(old) == batch || len(many) == batch || len(waiting) == batch, err
}

func idsOf(deliveries []Delivery) []string {
	ids := make([]string, len(deliveries))
	for i, d := range deliveries {
		ids[i] = d.ID
	}
	return ids
}

const pendingDeliveries = `SELECT COUNT(*) AS pending FROM deliveries
	JOIN webhooks ON webhooks.id = deliveries.webhook_id AND webhooks.disabled_at IS NULL WHERE deliveries.state = 'PENDING'`

// PendingDeliveries counts those that wait for their webhook.
func (s *Store) PendingDeliveries(ctx context.Context) (int, error) {
	type count struct{ Pending int }
	n, err := find(ctx, s, "pending deliveries", func(ctx context.Context) (count, error) {
		return gorm.G[count](s.db).Raw(pendingDeliveries).Take(ctx)
	})
	return n.Pending, err
}
