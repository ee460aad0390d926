package main

import (
	"context"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// migrateCommand changes the tables by numbered steps. serve takes the steps upwards by itself.
type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Take every step that is missing. 'plenum serve' does the same at its start."`
	Down   migrateDown   `cmd:"" help:"Take back the latest step. Data in what it removes is lost."`
	Status migrateStatus `cmd:"" help:"List the steps and when each was taken."`
}

type (
	migrateUp     struct{ migration }
	migrateDown   struct{ migration }
	migrateStatus struct{ migration }
)

// migration is what the three have in common.
type migration struct {
	Storage storageOptions `embed:""`
	Log     logOptions     `embed:""`
}

func (m migration) with(ctx context.Context, to terminal, do func(*store.Store) error) error {
	records, err := m.Storage.open(ctx, m.Log.logger(to.err, slog.LevelWarn), nil)
	if err != nil {
		return err
	}
	defer records.Close()
	return do(records)
}

func (m migrateUp) Run(ctx context.Context, to terminal) error {
	return m.with(ctx, to, func(records *store.Store) error {
		if err := records.MigrateUp(ctx); err != nil {
			return err
		}
		return printMigrations(ctx, records, to)
	})
}

func (m migrateDown) Run(ctx context.Context, to terminal) error {
	return m.with(ctx, to, func(records *store.Store) error {
		if err := records.MigrateDown(ctx); err != nil {
			return err
		}
		return printMigrations(ctx, records, to)
	})
}

func (m migrateStatus) Run(ctx context.Context, to terminal) error {
	return m.with(ctx, to, func(records *store.Store) error { return printMigrations(ctx, records, to) })
}

func printMigrations(ctx context.Context, records *store.Store, to terminal) error {
	steps, err := records.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(to.out, 0, 4, 2, ' ', 0)
	for _, step := range steps {
		taken := "not yet"
		if !step.AppliedAt.IsZero() {
			taken = step.AppliedAt.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(table, "%d\t%s\t%s\n", step.Version, step.Name, taken)
	}
	return table.Flush()
}
