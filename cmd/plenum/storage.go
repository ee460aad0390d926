package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
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

	DatabasePassword    string `secret:"" placeholder:"TEXT" help:"Password of the account in --database, in place of one in there. A file that PLENUM_DATABASE_PASSWORD_FILE names is read again for each new connection, so that a password changes without a restart. Default: the one in --database."`
	DatabaseCA          string `name:"database-ca" placeholder:"FILE" help:"Authorities in PEM form that may have signed the certificate of the MySQL or MariaDB server. With it every connection is by TLS, to the host named in --database alone. Default: as --database says."`
	DatabaseCertificate string `placeholder:"FILE" help:"Certificate in PEM form by which the MySQL or MariaDB server knows this one, with --database-key. Both files are read for each new connection. Needs --database-ca, or tls=true in --database. Default: none is shown."`
	DatabaseKey         string `placeholder:"FILE" help:"Private key of --database-certificate, in PEM form."`
}

// config is the store's own configuration with what was given on the command line.
func (o storageOptions) config() store.Config {
	cfg := store.Default(o.Data)
	if o.Database != "" {
		cfg.DSN = o.dsn()
	}
	cfg.CA, cfg.Certificate, cfg.Key = o.DatabaseCA, o.DatabaseCertificate, o.DatabaseKey
	return cfg
}

// dsn is --database with its password.
func (o storageOptions) dsn() string {
	u, err := url.Parse(o.Database)
	if o.DatabasePassword == "" || err != nil || u.User == nil {
		return o.Database // the store says what is wrong with it
	}
	u.User = url.UserPassword(u.User.Username(), o.DatabasePassword)
	return u.String()
}

// samePlace tells whether two options name one database, whoever asks it.
func (o storageOptions) samePlace(other storageOptions) bool {
	here, err := url.Parse(o.Database)
	there, errThere := url.Parse(other.Database)
	if err != nil || errThere != nil || here.Scheme != "mysql" {
		return false
	}
	here.User, there.User = nil, nil
	return here.String() == there.String()
}

func (o storageOptions) validate() error {
	if o.DatabasePassword != "" {
		if u, err := url.Parse(o.Database); err == nil && (u.Scheme != "mysql" || u.User == nil) {
			return errors.New("--database-password is for a --database of the form mysql://user@host/database")
		}
	}
	if err := o.config().Validate(); err != nil {
		return fmt.Errorf("--database: %w", err)
	}
	return nil
}

// open makes the data directory and opens the store, which tells asked what its work takes.
func (o storageOptions) open(ctx context.Context, log *slog.Logger, asked func(store.Work, time.Duration, error)) (*store.Store, error) {
	return o.openWith(ctx, log, func(cfg *store.Config) { cfg.Asked = asked })
}

func (o storageOptions) openWith(ctx context.Context, log *slog.Logger, set func(*store.Config)) (*store.Store, error) {
	if err := makeDataDir(o.Data); err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	cfg := o.config()
	set(&cfg)
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
