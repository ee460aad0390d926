package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// crowd is a meeting with so many in it.
func (w *world) crowd(people int) (store.Meeting, store.Occurrence) {
	w.Helper()
	m := w.meeting(w.user("ada"), "code", epoch)
	o := w.occurrence(m)
	w.must(w.InTx(w.Context(), func(tx *store.Store) error {
		for i := range people {
			p := store.Participant{OccurrenceID: o.ID, MeetingID: m.ID, Name: fmt.Sprint("Guest ", i), Role: store.RoleParticipant, Status: store.StatusJoined, Guest: true, CreatedAt: epoch}
			if err := tx.AddParticipant(w.Context(), &p); err != nil {
				return err
			}
			if _, err := tx.StartSession(w.Context(), p.ID, epoch); err != nil {
				return err
			}
		}
		return nil
	}))
	return m, o
}

// However many are in a meeting, and however many are told, no transaction of its end is large: SQLite has one at a time. What was
// stored before the database failed is not told again.
func TestTheEndOfALargeMeetingIsManySmallTransactions(t *testing.T) {
	const people, hooks, mostRows = 60, 50, 500
	end := func(t *testing.T, cfg store.Config) {
		stored := func() {}
		cfg.Asked = func(work store.Work, _ time.Duration, _ error) {
			if work == store.Transaction {
				stored()
			}
		}
		w := newWorld(t, cfg)
		w.must(w.MigrateUp(t.Context()))
		m, o := w.crowd(people)
		for i := range hooks {
			w.webhook(fmt.Sprint("hook-", i))
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		rows, largest, transactions := 0, 0, 0
		stored = func() {
			n := w.count("SELECT COUNT(*) FROM deliveries")
			rows, largest, transactions = n, max(largest, n-rows), transactions+1
			if transactions == 3 {
				cancel()
			}
		}
		if err := w.EndMeeting(ctx, m.ID, epoch.Add(time.Hour)); !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, after %d transactions", err, transactions)
		}
		if rows == 0 || rows >= people*hooks {
			t.Errorf("%d deliveries when the database failed", rows)
		}
		w.must(w.EndMeeting(t.Context(), m.ID, epoch.Add(2*time.Hour)))
		stored = func() {}
		if largest > mostRows {
			t.Errorf("a transaction of %d deliveries, want %d at most", largest, mostRows)
		}
		if want := people*hooks + hooks; rows != want {
			t.Errorf("%d deliveries, want %d", rows, want)
		}
		if n := w.count("SELECT COUNT(DISTINCT event_id) FROM deliveries WHERE type = 'participant.left'"); n != people {
			t.Errorf("told of %d who left, want %d", n, people)
		}
		if n := w.count("SELECT COUNT(*) FROM participants WHERE status <> 'LEFT' OR left_at IS NULL"); n != 0 {
			t.Errorf("%d are still in it", n)
		}
		if n := w.count("SELECT COUNT(*) FROM participant_sessions WHERE left_at IS NULL"); n != 0 {
			t.Errorf("%d sessions go on", n)
		}
		if held, err := w.OccurrenceByID(t.Context(), o.ID); err != nil || held.EndedAt == nil {
			t.Errorf("%+v: %v", held, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { end(t, sqliteConfig(t)) })
	t.Run("mysql", func(t *testing.T) { end(t, mysqlConfig(t)) })
}
