package store_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/plenum-meet/plenum/store"
)

// epoch is when the tests take place.
var epoch = time.Date(2026, 3, 1, 9, 0, 0, 123456000, time.UTC)

// world is one empty database of one dialect, with a store on it.
type world struct {
	*testing.T
	*store.Store
	cfg store.Config
	// rows looks at the database past the store.
	rows *sql.DB
}

// onEach runs a test on SQLite and on a MySQL or MariaDB server, on a database that has the schema.
func onEach(t *testing.T, test func(w *world)) {
	onEachEmpty(t, func(w *world) {
		w.must(w.MigrateUp(w.Context()))
		test(w)
	})
}

// onEachEmpty does the same on a database without a schema.
func onEachEmpty(t *testing.T, test func(w *world)) {
	t.Run("sqlite", func(t *testing.T) { test(newWorld(t, sqliteConfig(t))) })
	t.Run("mysql", func(t *testing.T) { test(newWorld(t, mysqlConfig(t))) })
}

func newWorld(t *testing.T, cfg store.Config) *world {
	t.Helper()
	w := &world{T: t, Store: open(t, cfg), cfg: cfg}
	driver, dsn := "sqlite", strings.TrimPrefix(cfg.DSN, "sqlite:")+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)"
	if w.Dialect() == store.MySQL {
		driver, dsn = "mysql", driverDSN(t, cfg.DSN)
	}
	rows, err := sql.Open(driver, dsn)
	w.must(err)
	t.Cleanup(func() { rows.Close() })
	w.rows = rows
	return w
}

func open(t *testing.T, cfg store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func sqliteConfig(t *testing.T) store.Config { return patient(store.Default(t.TempDir())) }

// patient makes a store wait longer than it should, for a test machine may be slow. What is too long has tests of its own.
func patient(cfg store.Config) store.Config {
	cfg.ConnectTimeout, cfg.QueryTimeout, cfg.TxTimeout = 20*time.Second, 30*time.Second, time.Minute
	return cfg
}

// mysqlConfig makes a database of its own, which goes with the test.
func mysqlConfig(t *testing.T) store.Config {
	t.Helper()
	admin := mysqlServer(t)
	name := "plenum_test_" + strings.ToLower(rand.Text())
	server, err := sql.Open("mysql", driverDSN(t, admin))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if _, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("making a database on %s: %v", admin, err)
	}
	t.Cleanup(func() {
		if _, err := server.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Errorf("dropping the database: %v", err)
		}
	})
	cfg := patient(store.Default(t.TempDir()))
	cfg.DSN = strings.TrimSuffix(admin, "/") + "/" + name
	return cfg
}

func mysqlServer(t *testing.T) string {
	t.Helper()
	admin := os.Getenv("PLENUM_TEST_MYSQL")
	if admin == "" {
		t.Fatal("PLENUM_TEST_MYSQL names no server for the MySQL half of the store's tests: run `task test`, which starts a private one")
	}
	return admin
}

func driverDSN(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg := mysql.NewConfig()
	cfg.Net, cfg.Addr, cfg.User, cfg.DBName, cfg.ParseTime = "tcp", u.Host, u.User.Username(), strings.TrimPrefix(u.Path, "/"), true
	cfg.Passwd, _ = u.User.Password()
	return cfg.FormatDSN()
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// count asks for a number, as in "SELECT COUNT(*) …".
func (w *world) count(query string, values ...any) int {
	w.Helper()
	var n int
	w.must(w.rows.QueryRowContext(w.Context(), query, values...).Scan(&n))
	return n
}

func (w *world) user(name string) store.User {
	w.Helper()
	u := store.User{Email: name + "@plenum.example", Name: name, PasswordHash: "hash", CreatedAt: epoch}
	w.must(w.CreateUser(w.Context(), &u))
	return u
}

func (w *world) meeting(host store.User, code string, at time.Time) store.Meeting {
	w.Helper()
	m := store.Meeting{Code: code, Title: "Meeting " + code, HostID: host.ID, GuestsAllowed: true, CreatedAt: at}
	w.must(w.CreateMeeting(w.Context(), &m))
	return m
}

func (w *world) occurrence(m store.Meeting) store.Occurrence {
	w.Helper()
	o, err := w.OpenOccurrence(w.Context(), m.ID, epoch)
	w.must(err)
	return o
}

// participant joins u, or a guest if u is nil.
func (w *world) participant(o store.Occurrence, u *store.User, status string, at time.Time) store.Participant {
	w.Helper()
	p := store.Participant{OccurrenceID: o.ID, MeetingID: o.MeetingID, Name: "Guest", Role: store.RoleParticipant, Status: status, Guest: u == nil, CreatedAt: at}
	if u != nil {
		p.UserID, p.Name = &u.ID, u.Name
	}
	w.must(w.AddParticipant(w.Context(), &p))
	return p
}

// atOnce runs f n times in parallel and waits for all.
func atOnce(n int, f func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	all.Wait()
}

// path is a file in a directory that goes with the test.
func path(t *testing.T, name string) string { return filepath.Join(t.TempDir(), name) }
