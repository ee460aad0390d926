package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestATransactionIsKeptWholeOrNotAtAll(t *testing.T) {
	onEach(t, func(w *world) {
		wrong := errors.New("wrong")
		err := w.InTx(w.Context(), func(tx *store.Store) error {
			u := store.User{Email: "ada@plenum.example", Name: "Ada", PasswordHash: "hash"}
			w.must(tx.CreateUser(w.Context(), &u))
			// One inside is the same transaction.
			w.must(tx.InTx(w.Context(), func(tx *store.Store) error {
				return tx.CreateMeeting(w.Context(), &store.Meeting{Code: "aaaaa-aaaaa", Title: "x", HostID: u.ID})
			}))
			if _, err := tx.MeetingByCode(w.Context(), "aaaaa-aaaaa"); err != nil {
				w.Errorf("inside: %v", err)
			}
			return wrong
		})
		if !errors.Is(err, wrong) {
			w.Errorf("%v; want the error of the function", err)
		}
		if n := w.count("SELECT COUNT(*) FROM users") + w.count("SELECT COUNT(*) FROM meetings"); n != 0 {
			w.Errorf("%d rows were kept", n)
		}
		w.must(w.InTx(w.Context(), func(tx *store.Store) error {
			return tx.CreateUser(w.Context(), &store.User{Email: "ada@plenum.example", Name: "Ada"})
		}))
		if n := w.count("SELECT COUNT(*) FROM users"); n != 1 {
			w.Errorf("%d users after a good transaction, want 1", n)
		}
	})
}

func TestAPanicInATransactionKeepsNothing(t *testing.T) {
	onEach(t, func(w *world) {
		func() {
			defer func() { _ = recover() }()
			_ = w.InTx(w.Context(), func(tx *store.Store) error {
				w.must(tx.CreateUser(w.Context(), &store.User{Email: "ada@plenum.example", Name: "Ada"}))
				panic("broken program")
			})
		}()
		if n := w.count("SELECT COUNT(*) FROM users"); n != 0 {
			w.Errorf("%d users were kept", n)
		}
		w.user("grace") // the connection is free again
	})
}

func TestTwoTransactionsThatCrossBothSucceed(t *testing.T) {
	onEach(t, func(w *world) {
		people := []store.User{w.user("ada"), w.user("grace")}
		for range 5 {
			// Each renames one, waits until the other has done so or cannot begin, then renames the other one: a deadlock on MySQL.
			arrived := make(chan struct{}, 100)
			atOnce(2, func(i int) {
				err := w.InTx(w.Context(), func(tx *store.Store) error {
					if err := tx.SetPasswordHash(w.Context(), people[i].ID, "first"); err != nil {
						return err
					}
					arrived <- struct{}{}
					if w.Dialect() == store.MySQL {
						for deadline := time.Now().Add(time.Second); len(arrived) < 2 && time.Now().Before(deadline); {
							if err := tx.Ping(w.Context()); err != nil {
								return err
							}
						}
					}
					return tx.SetPasswordHash(w.Context(), people[1-i].ID, "second")
				})
				if err != nil {
					w.Error(err)
				}
			})
		}
	})
}

func TestATransactionThatWaitedTooLongForALockIsTriedAgain(t *testing.T) {
	cfg := mysqlConfig(t)
	cfg.QueryTimeout = 2 * time.Second // of which the server waits one
	w := newWorld(t, cfg)
	w.must(w.MigrateUp(w.Context()))
	ada := w.user("ada")
	holder, err := w.rows.BeginTx(w.Context(), nil)
	w.must(err)
	_, err = holder.ExecContext(w.Context(), "UPDATE users SET name = 'held' WHERE id = ?", ada.ID)
	w.must(err)
	tries := 0
	w.must(w.InTx(w.Context(), func(tx *store.Store) error {
		if tries++; tries == 2 {
			w.must(holder.Rollback())
		}
		return tx.SetPasswordHash(w.Context(), ada.ID, "new")
	}))
	if tries != 2 {
		t.Errorf("it was tried %d times, want 2", tries)
	}
}

func TestTheOuterStoreInsideATransactionDoesNotHang(t *testing.T) {
	cfg := sqliteConfig(t)
	cfg.QueryTimeout = time.Second
	w := newWorld(t, cfg)
	w.must(w.MigrateUp(w.Context()))
	err := w.InTx(w.Context(), func(*store.Store) error {
		_, err := w.UserByEmail(w.Context(), "ada@plenum.example")
		return err
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%v; want ErrUnavailable", err)
	}
	w.user("ada")
}

func TestACallerWhoGivesUpIsNotToldThatTheDatabaseIsGone(t *testing.T) {
	onEach(t, func(w *world) {
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		for name, err := range map[string]error{
			"question":    w.Store.Ping(ctx),
			"transaction": w.InTx(ctx, func(*store.Store) error { return nil }),
			"migration":   w.MigrateUp(ctx),
		} {
			if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnavailable) {
				w.Errorf("%s: %v; want context.Canceled alone", name, err)
			}
		}
	})
}
