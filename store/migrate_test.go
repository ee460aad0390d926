package store_test

import (
	"errors"
	"testing"

	"github.com/plenum-meet/plenum/store"
)

func applied(w *world) (names []string, done int) {
	w.Helper()
	status, err := w.MigrationStatus(w.Context())
	w.must(err)
	for i, m := range status {
		if m.Version != int64(i+1) || m.Applied == m.AppliedAt.IsZero() {
			w.Errorf("migration %d is %+v", i+1, m)
		}
		names = append(names, m.Name)
		if m.Applied {
			done++
		}
	}
	return names, done
}

func TestMigrationsGoUpAndDownAndUpAgain(t *testing.T) {
	onEachEmpty(t, func(w *world) {
		names, done := applied(w)
		if len(names) == 0 || names[0] != "00001_users" || done != 0 {
			w.Fatalf("at first: %v, %d applied", names, done)
		}
		w.must(w.MigrateUp(w.Context()))
		w.must(w.MigrateUp(w.Context()))
		w.user("ada")
		if _, done := applied(w); done != len(names) {
			w.Fatalf("after up: %d of %d applied", done, len(names))
		}
		before := schemaOf(w)
		for left := len(names) - 1; left >= 0; left-- {
			w.must(w.MigrateDown(w.Context()))
			if _, done := applied(w); done != left {
				w.Fatalf("after down: %d applied, want %d", done, left)
			}
		}
		if rest := schemaOf(w); len(rest) != 0 {
			w.Errorf("all the way down, there are still %v", rest)
		}
		if err := w.MigrateDown(w.Context()); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("down from nothing: %v; want ErrNotFound", err)
		}
		w.must(w.MigrateUp(w.Context()))
		if n := w.count("SELECT COUNT(*) FROM users"); n != 0 {
			w.Errorf("%d users survived", n)
		}
		compareSchemas(w.T, before, schemaOf(w))
	})
}

func TestNodesThatStartTogetherMigrateOnce(t *testing.T) {
	onEachEmpty(t, func(w *world) {
		nodes := []*store.Store{w.Store}
		for range 5 {
			nodes = append(nodes, open(w.T, w.cfg))
		}
		// First with nothing there, then with all but the first table missing.
		for range 2 {
			atOnce(12, func(i int) {
				if err := nodes[i%len(nodes)].MigrateUp(w.Context()); err != nil {
					w.Errorf("node %d: %v", i%len(nodes), err)
				}
			})
			names, done := applied(w)
			if done != len(names) {
				w.Fatalf("%d of %d applied", done, len(names))
			}
			w.count("SELECT COUNT(*) FROM seeds")
			for range done - 1 {
				w.must(w.MigrateDown(w.Context()))
			}
		}
	})
}

func TestBothDialectsHaveTheSameSchema(t *testing.T) {
	var schemas []schema
	onEach(t, func(w *world) { schemas = append(schemas, schemaOf(w)) })
	if len(schemas) != 2 {
		t.Fatal("one of the dialects has no schema")
	}
	if len(schemas[0]) != 16 {
		t.Errorf("%d tables, want 16", len(schemas[0]))
	}
	compareSchemas(t, schemas[0], schemas[1])
}
