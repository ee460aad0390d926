package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
)

// One table per migration: MySQL cannot roll back a change of the schema, so each must be whole by itself.
//
//go:embed migrate
var migrations embed.FS

// Migration is one numbered step of the schema.
type Migration struct {
	Version   int64
	Name      string
	Applied   bool
	AppliedAt time.Time // zero if not applied
}

// MigrateUp applies every migration that is missing. Of nodes that start together one does it while the others wait.
func (s *Store) MigrateUp(ctx context.Context) error {
	return s.migrate(ctx, "migrate up", func(ctx context.Context, p *goose.Provider) error {
		done, err := p.Up(ctx)
		for _, step := range done {
			s.log.InfoContext(ctx, "migrated up", "migration", migrationName(step.Source), "took", step.Duration)
		}
		return err
	})
}

// MigrateDown takes back the newest migration that is applied, and all that is stored in it. ErrNotFound if none is.
func (s *Store) MigrateDown(ctx context.Context) error {
	return s.migrate(ctx, "migrate down", func(ctx context.Context, p *goose.Provider) error {
		step, err := p.Down(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return fmt.Errorf("%w: no migration is applied", ErrNotFound)
		}
		if err == nil {
			s.log.InfoContext(ctx, "migrated down", "migration", migrationName(step.Source), "took", step.Duration)
		}
		return err
	})
}

// MigrationStatus lists all migrations, oldest first.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	var all []Migration
	err := s.migrate(ctx, "migration status", func(ctx context.Context, p *goose.Provider) error {
		status, err := p.Status(ctx)
		for _, m := range status {
			all = append(all, Migration{
				Version: m.Source.Version, Name: migrationName(m.Source),
				Applied: m.State == goose.StateApplied, AppliedAt: m.AppliedAt,
			})
		}
		return err
	})
	return all, err
}

func migrationName(source *goose.Source) string {
	return strings.TrimSuffix(filepath.Base(source.Path), ".sql")
}

// migrate hands f a provider over connections of its own, on which a long change of a table may take its time.
func (s *Store) migrate(ctx context.Context, doing string, f func(context.Context, *goose.Provider) error) error {
	if s.closed.Load() {
		return fmt.Errorf("%s: %w: closed", doing, ErrUnavailable)
	}
	limited, cancel := context.WithTimeout(ctx, s.cfg.MigrateTimeout)
	defer cancel()
	if err := s.withProvider(limited, f); err != nil {
		return fmt.Errorf("%s: %w", doing, classify(limited, ctx, err))
	}
	return nil
}

func (s *Store) withProvider(ctx context.Context, f func(context.Context, *goose.Provider) error) (err error) {
	folder, err := fs.Sub(migrations, "migrate/"+s.source.dialect)
	if err != nil {
		return err
	}
	if s.source.dialect == SQLite {
		return s.withSQLiteLock(ctx, func() error {
			p, err := goose.NewProvider(goose.DialectSQLite3, s.pool, folder)
			if err != nil {
				return err
			}
			return f(ctx, p)
		})
	}
	patient := s.source.my.Clone()
	patient.ReadTimeout = s.cfg.MigrateTimeout
	connector, err := mysql.NewConnector(patient)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, pool.Close()) }()
	return withMySQLLock(ctx, pool, s.source.my.DBName, func() error {
		p, err := goose.NewProvider(goose.DialectMySQL, pool, folder)
		if err != nil {
			return err
		}
		return f(ctx, p)
	})
}

// withSQLiteLock holds the write lock of a second, empty database beside the first. Unlike a row that says "locked", it goes with the process that held it.
func (s *Store) withSQLiteLock(ctx context.Context, f func() error) (err error) {
	pool, err := openSQLite(s.source.file+".migrate-lock", s.cfg.MigrateTimeout)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	lock, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("waiting for another node to migrate: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Rollback()) }()
	return f()
}

// withMySQLLock holds a named lock of the server, which goes with the connection that took it.
func withMySQLLock(ctx context.Context, pool *sql.DB, database string, f func() error) (err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	// Such a name is known to the whole server and has at most 64 characters.
	digest := sha256.Sum256([]byte(database))
	name := "plenum-migrate-" + hex.EncodeToString(digest[:16])
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", name, lockWait(ctx)).Scan(&got); err != nil {
		return fmt.Errorf("waiting for another node to migrate: %w", err)
	}
	if got.Int64 != 1 {
		return fmt.Errorf("%w: another node is still migrating", ErrUnavailable)
	}
	defer func() {
		_, unlock := conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK(?)", name)
		err = errors.Join(err, unlock)
	}()
	return f()
}

// lockWait is how many seconds are left for the lock.
func lockWait(ctx context.Context) int64 {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 60
	}
	return max(1, int64(time.Until(deadline).Seconds()))
}
