package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// attempts is how often work is tried that the database rolled back to resolve a deadlock.
const attempts = 5

// Store answers questions about the records. It is safe for use by many goroutines; the one inside InTx belongs to that call.
type Store struct {
	cfg    Config
	source source
	pool   *sql.DB
	db     *gorm.DB
	log    *slog.Logger
	closed *atomic.Bool
	inTx   bool
	// news has a token when deliveries were stored. Inside a transaction, announced says that it will have one.
	news      chan struct{}
	announced *bool
}

// Open connects to the database that cfg names and checks that it answers. The schema is MigrateUp's business.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	src, err := parseDSN(cfg)
	if err != nil {
		return nil, err
	}
	pool, err := openPool(cfg, src, log)
	if err != nil {
		return nil, err
	}
	s := &Store{cfg: cfg, source: src, pool: pool, log: log.With("database", src.name()), closed: &atomic.Bool{}, news: make(chan struct{}, 1)}
	if err := s.connect(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return s, nil
}

func openPool(cfg Config, src source, log *slog.Logger) (*sql.DB, error) {
	if src.dialect == SQLite {
		return openSQLite(src.file, cfg.QueryTimeout)
	}
	err := src.my.Apply(mysql.BeforeConnect(newLogin(cfg, src.my, log).renew))
	if err != nil {
		return nil, fmt.Errorf("opening the %s: %w", src.name(), err)
	}
	connector, err := mysql.NewConnector(src.my)
	if err != nil {
		return nil, fmt.Errorf("opening the %s: %w", src.name(), err)
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(cfg.MaxConns)
	pool.SetMaxIdleConns(cfg.MaxConns)
	// Shorter than the idle limit of servers and of load balancers before them.
	pool.SetConnMaxIdleTime(time.Minute)
	pool.SetConnMaxLifetime(30 * time.Minute)
	return pool, nil
}

func openSQLite(file string, timeout time.Duration) (*sql.DB, error) {
	// Made here so that only the server's user can read it; SQLite gives its side files the same rights.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: the SQLite file cannot be opened for writing: %w", ErrUnavailable, err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("%w: SQLite file %s: %w", ErrUnavailable, file, err)
	}
	// The driver must give up before the store does, for its words say more.
	pool, err := sql.Open("sqlite", sqliteDSN(file, timeout*4/5))
	if err != nil {
		return nil, fmt.Errorf("opening the SQLite file %s: %w", file, err)
	}
	pool.SetMaxOpenConns(1)
	return pool, nil
}

// openFileWithin bounds the opening of an SQLite file.
const openFileWithin = 10 * time.Second

func (s *Store) connect(ctx context.Context) error {
	timeout := s.cfg.ConnectTimeout
	if s.source.dialect == SQLite {
		// A busy disk is slow, not gone.
		timeout = max(timeout, openFileWithin)
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := s.pool.PingContext(limited); err != nil {
		err = classify(limited, ctx, err)
		if my, ok := errors.AsType[*mysql.MySQLError](err); ok && (my.Number == mysqlDenied || !errors.Is(err, ErrUnavailable)) {
			return fmt.Errorf("the %s refuses us: %w", s.source.name(), my)
		}
		return fmt.Errorf("the %s does not answer: %w", s.source.name(), err)
	}
	dialector := gormsqlite.New(gormsqlite.Config{DriverName: "sqlite", Conn: s.pool})
	if s.source.dialect == MySQL {
		// The version decides nothing here, and GORM would ask for it without a time limit.
		// MySQL and MariaDB have but the older words for a shared lock in common.
		dialector = gormmysql.New(gormmysql.Config{
			Conn: s.pool, DSNConfig: s.source.my, SkipInitializeWithVersion: true, DontSupportForShareClause: true,
		})
	}
	db, err := gorm.Open(dialector, &gorm.Config{
		Logger: queryLog{log: s.log, slow: time.Second},
		// A single statement is a transaction of its own already.
		SkipDefaultTransaction: true,
		NowFunc:                func() time.Time { return stamp(time.Time{}) },
	})
	if err != nil {
		return fmt.Errorf("opening the %s: %w", s.source.name(), err)
	}
	s.db = db
	return nil
}

// Close gives the connections back. Questions asked afterwards get ErrUnavailable.
func (s *Store) Close() error {
	s.closed.Store(true)
	if err := s.pool.Close(); err != nil {
		return fmt.Errorf("closing the %s: %w", s.source.name(), err)
	}
	return nil
}

// Ping is nil when the database answers, else ErrUnavailable.
func (s *Store) Ping(ctx context.Context) error {
	return s.run(ctx, "ping", func(ctx context.Context) error {
		var one int
		return s.pool.QueryRowContext(ctx, "SELECT 1").Scan(&one)
	})
}

// Dialect is SQLite or MySQL; MariaDB counts as MySQL.
func (s *Store) Dialect() string { return s.source.dialect }

// InTx runs f in one transaction: all of it is kept, or nothing if f returns an error. Inside, only the given store may be used.
// f runs again if the database chose the transaction to resolve a deadlock, so what it does outside the store must bear repeating.
// Inside a transaction InTx just runs f.
func (s *Store) InTx(ctx context.Context, f func(*Store) error) error {
	if s.inTx {
		return f(s)
	}
	if s.closed.Load() {
		return fmt.Errorf("transaction: %w: closed", ErrUnavailable)
	}
	limited, cancel := context.WithTimeout(ctx, s.cfg.TxTimeout)
	defer cancel()
	began := time.Now()
	err := retry(limited, func() error { return s.tryTx(ctx, limited, f) })
	s.asked(Transaction, began, err)
	return err
}

func (s *Store) asked(work Work, began time.Time, err error) {
	if s.cfg.Asked != nil {
		s.cfg.Asked(work, time.Since(began), err)
	}
}

// Pool says how the connections to the database are used.
func (s *Store) Pool() sql.DBStats { return s.pool.Stats() }

func (s *Store) tryTx(caller, ctx context.Context, f func(*Store) error) error {
	var options sql.TxOptions
	if s.source.dialect == MySQL {
		// Each statement sees what others have committed, as it does in SQLite behind its single writer; there are fewer gap locks too.
		options.Isolation = sql.LevelReadCommitted
	}
	var inner error
	var announced bool
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		inside := *s
		inside.db, inside.inTx, inside.announced = tx, true, &announced
		inner = f(&inside)
		return inner
	}, &options)
	if inner != nil {
		return inner
	}
	if err != nil {
		return fmt.Errorf("transaction: %w", classify(ctx, caller, err))
	}
	if announced {
		s.tellNews()
	}
	return nil
}

func (s *Store) tellNews() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// run asks one question: with a time limit, again after a deadlock, and with its error told apart.
func (s *Store) run(ctx context.Context, doing string, ask func(context.Context) error) error {
	if s.closed.Load() {
		return fmt.Errorf("%s: %w: closed", doing, ErrUnavailable)
	}
	limited, cancel := context.WithTimeout(ctx, s.cfg.QueryTimeout)
	defer cancel()
	once := func() error { return ask(limited) }
	if s.inTx {
		// The database has rolled back all of the transaction; InTx tries it again from its beginning.
		return told(limited, ctx, doing, once())
	}
	began := time.Now()
	err := told(limited, ctx, doing, retry(limited, once))
	s.asked(Question, began, err)
	return err
}

// told is what the caller sees of an error.
func told(own, caller context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, classify(own, caller, err))
}

// find is run for questions with an answer.
func find[T any](ctx context.Context, s *Store, doing string, ask func(context.Context) (T, error)) (T, error) {
	var answer T
	err := s.run(ctx, doing, func(ctx context.Context) (err error) {
		answer, err = ask(ctx)
		return err
	})
	return answer, err
}

// change is run for updates that must meet exactly the record they name.
func (s *Store) change(ctx context.Context, doing string, update func(*gorm.DB) *gorm.DB) error {
	return s.run(ctx, doing, func(ctx context.Context) error {
		done := update(s.db.WithContext(ctx))
		if done.Error == nil && done.RowsAffected == 0 {
			return ErrNotFound
		}
		return done.Error
	})
}

func retry(ctx context.Context, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil || !worthRetrying(err) || attempt == attempts {
			return err
		}
		// Apart by chance, or the same two meet again.
		pause := time.NewTimer(rand.N(time.Duration(attempt) * 20 * time.Millisecond))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return err
		}
	}
}
