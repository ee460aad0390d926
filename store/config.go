package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Config says where the records live and how long to wait for them.
type Config struct {
	// DSN is "sqlite:/path/to/file.db" or "mysql://user:password@host:port/database?tls=true".
	// Parameters after "?" reach the MySQL driver as they are, apart from those the store depends on.
	DSN string
	// CA is a PEM file with the authorities that may have signed the MySQL server's certificate. With it every connection is by TLS;
	// it is read for each of them.
	CA string
	// Certificate and Key are PEM files by which the MySQL server knows us, in place of a password or beside it. The connection has to be
	// by TLS, to a server whose own certificate is checked; they are read for each.
	Certificate, Key string
	// Renew gives the DSN as it is now. It is asked for each new connection to MySQL, which is made with the account in it; where
	// the database is does not change. Nil for never.
	Renew func() (dsn string, err error)
	// MaxConns bounds the MySQL pool; SQLite always has one connection.
	MaxConns int
	// ConnectTimeout bounds the making of a connection.
	ConnectTimeout time.Duration
	// QueryTimeout bounds each question, the wait for a free connection included.
	QueryTimeout time.Duration
	// TxTimeout bounds a whole transaction.
	TxTimeout time.Duration
	// MigrateTimeout bounds a migration, the wait for another node that migrates included.
	MigrateTimeout time.Duration
	// Asked is told how long each question outside a transaction took, and each transaction, and what came of it. It must not
	// block; nil is not told.
	Asked func(work Work, took time.Duration, err error)
}

// Work is what the database was asked to do.
type Work string

// The kinds of work.
const (
	Question    Work = "question"
	Transaction Work = "transaction"
)

// Default keeps the records in one SQLite file inside dataDir.
func Default(dataDir string) Config {
	return Config{
		DSN:            "sqlite:" + filepath.Join(dataDir, "plenum.db"),
		MaxConns:       32,
		ConnectTimeout: 2 * time.Second,
		QueryTimeout:   3 * time.Second,
		TxTimeout:      10 * time.Second,
		MigrateTimeout: 5 * time.Minute,
	}
}

// Validate says what is wrong with c, without repeating the DSN, which may hold a password.
func (c Config) Validate() error {
	if c.MaxConns < 1 {
		return fmt.Errorf("store: MaxConns is %d, must be at least 1", c.MaxConns)
	}
	if c.ConnectTimeout <= 0 || c.QueryTimeout <= 0 || c.TxTimeout <= 0 || c.MigrateTimeout <= 0 {
		return errors.New("store: every timeout must be greater than zero")
	}
	_, err := parseDSN(c)
	return err
}
