package store_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// asked remembers what work a store said it had done.
type asked struct {
	mu     sync.Mutex
	work   []store.Work
	errors []error
}

func (a *asked) note(work store.Work, took time.Duration, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if took > 0 {
		a.work, a.errors = append(a.work, work), append(a.errors, err)
	}
}

func TestTheStoreTellsHowLongItsWorkTook(t *testing.T) {
	seen := &asked{}
	cfg := sqliteConfig(t)
	cfg.Asked = seen.note
	s, err := store.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen.work, seen.errors = nil, nil
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.MeetingByCode(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	// What is asked inside is a part of the transaction.
	mine := errors.New("mine")
	err = s.InTx(t.Context(), func(tx *store.Store) error {
		if err := tx.CreateUser(t.Context(), &store.User{Email: "ada@plenum.example", Name: "Ada", PasswordHash: "-"}); err != nil {
			return err
		}
		return mine
	})
	if !errors.Is(err, mine) {
		t.Fatal(err)
	}
	if want := []store.Work{store.Question, store.Question, store.Transaction}; !slices.Equal(seen.work, want) {
		t.Errorf("told of %v, want %v", seen.work, want)
	}
	if seen.errors[0] != nil || !errors.Is(seen.errors[1], store.ErrNotFound) || !errors.Is(seen.errors[2], mine) {
		t.Errorf("told of %v", seen.errors)
	}
	if pool := s.Pool(); pool.MaxOpenConnections != 1 || pool.OpenConnections != 1 {
		t.Errorf("%+v", pool)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_ = s.Ping(cancelled)
	if n := len(seen.work); n != 4 {
		t.Errorf("a question that was given up is told %d times", n-3)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
