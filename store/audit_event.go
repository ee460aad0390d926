package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// AuditEvent says who did what to whom, and how it went. It outlives the records it names.
type AuditEvent struct {
	ID        string
	Actor     string // user or participant id, or what is known of somebody who failed to sign in
	Action    string
	Target    string
	MeetingID string
	Result    string
	Address   string
	At        time.Time
}

// AddAuditEvent stores e and fills in its id and time; what is too long is cut.
func (s *Store) AddAuditEvent(ctx context.Context, e *AuditEvent) error {
	e.At = stamp(e.At)
	fillID(&e.ID, e.At)
	e.Actor, e.Action, e.Target = fit(e.Actor, 254), fit(e.Action, 64), fit(e.Target, 254)
	e.MeetingID, e.Result, e.Address = fit(e.MeetingID, 26), fit(e.Result, 64), fit(e.Address, 64)
	return s.run(ctx, "add audit event", func(ctx context.Context) error {
		return gorm.G[AuditEvent](s.db).Create(ctx, e)
	})
}

// AuditFilter narrows AuditEvents; what is left empty does not count.
type AuditFilter struct {
	Actor, Action, MeetingID string
	Since, Until             time.Time // from the first on, and before the second
	Before                   string    // only events older than the one with this id
	Limit                    int       // 100 if 0
}

// AuditEvents lists the events that the filter lets through, newest first.
func (s *Store) AuditEvents(ctx context.Context, filter AuditFilter) ([]AuditEvent, error) {
	return find(ctx, s, "audit events", func(ctx context.Context) ([]AuditEvent, error) {
		limit := filter.Limit
		if limit == 0 {
			limit = 100
		}
		question := gorm.G[AuditEvent](s.db).Limit(pageSize(limit))
		if filter.Actor != "" {
			question = question.Where("actor = ?", filter.Actor)
		}
		if filter.Action != "" {
			question = question.Where("action = ?", filter.Action)
		}
		if filter.MeetingID != "" {
			question = question.Where("meeting_id = ?", filter.MeetingID)
		}
		if !filter.Since.IsZero() {
			question = question.Where("at >= ?", stamp(filter.Since))
		}
		if !filter.Until.IsZero() {
			question = question.Where("at < ?", stamp(filter.Until))
		}
		if filter.Before != "" {
			question = question.Where("id < ?", filter.Before)
		}
		return question.Order("id DESC").Find(ctx)
	})
}

// fit makes text of any origin valid UTF-8 of at most size characters.
func fit(text string, size int) string {
	text = strings.ToValidUTF8(text, "�")
	if utf8.RuneCountInString(text) <= size {
		return text
	}
	return string([]rune(text)[:size])
}
