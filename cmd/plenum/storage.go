package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// storageOptions are what every command needs that touches the records.
type storageOptions struct {
	Config   configPath `placeholder:"FILE" help:"YAML file with these options, as 'listen: :8080'. 'plenum config reference' explains it. Default: none."`
	Data     string     `default:"./data" type:"path" help:"Directory for what Plenum keeps by itself: the SQLite database and the generated secret. Made if absent."`
	Database string     `secret:"" placeholder:"DSN" help:"Where the records are: sqlite:/path/to/file.db or mysql://user:password@host:port/database (MariaDB too). Default: plenum.db in the data directory. A password is better kept in the environment."`
}

// config is the store's own configuration with what was given on the command line.
func (o storageOptions) config() store.Config {
	cfg := store.Default(o.Data)
	if o.Database != "" {
		cfg.DSN = o.Database
	}
	return cfg
}

// open makes the data directory and opens the store, which tells asked what its work takes.
func (o storageOptions) open(ctx context.Context, log *slog.Logger, asked func(store.Work, time.Duration, error)) (*store.Store, error) {
	if err := makeDataDir(o.Data); err != nil {
		return nil, err
	}
	cfg := o.config()
	cfg.Asked = asked
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("--database: %w", err)
	}
	records, err := store.Open(ctx, cfg, log)
	if err != nil {
		return nil, fmt.Errorf("the database cannot be opened: %w", err)
	}
	return records, nil
}

// makeDataDir finds out at once what would otherwise fail in the middle of things.
func makeDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory %s cannot be made (%w): choose another with --data", dir, reason(err))
	}
	probe, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("the data directory %s cannot be written (%w): choose another with --data", dir, reason(err))
	}
	return errors.Join(probe.Close(), os.Remove(filepath.Clean(probe.Name())))
}
