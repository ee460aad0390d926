package store_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// wire stands between a store and its server and can be cut or made silent.
type wire struct {
	listener net.Listener
	server   string

	mu     sync.Mutex
	silent bool
	conns  []net.Conn
}

func newWire(t *testing.T, address, server string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, server: server}
	go w.accept()
	t.Cleanup(w.cut)
	return w
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.server)
		if err != nil {
			near.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, near, far)
		w.mu.Unlock()
		go w.copy(near, far)
		go w.copy(far, near)
	}
}

func (w *wire) copy(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		silent := w.silent
		w.mu.Unlock()
		if silent {
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (w *wire) cut() {
	w.listener.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, conn := range w.conns {
		conn.Close()
	}
}

func (w *wire) silence() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = true
}

// wired is a world whose store reaches its server by a wire.
func wired(t *testing.T, change func(*store.Config)) (*world, *wire) {
	t.Helper()
	cfg := mysqlConfig(t)
	change(&cfg)
	u, err := url.Parse(cfg.DSN)
	if err != nil {
		t.Fatal(err)
	}
	line := newWire(t, "127.0.0.1:0", u.Host)
	cfg.DSN = strings.Replace(cfg.DSN, u.Host, line.listener.Addr().String(), 1)
	w := newWorld(t, cfg)
	w.must(w.MigrateUp(w.Context()))
	return w, line
}

func everyKindOfQuestion(w *world) map[string]func() error {
	ctx := w.Context()
	return map[string]func() error{
		"ping":        func() error { return w.Ping(ctx) },
		"find":        func() error { _, err := w.UserByEmail(ctx, "ada@plenum.example"); return err },
		"create":      func() error { return w.CreateUser(ctx, &store.User{Email: "x@plenum.example"}) },
		"change":      func() error { return w.SetPasswordHash(ctx, store.NewID(epoch), "hash") },
		"transaction": func() error { return w.InTx(ctx, func(tx *store.Store) error { return tx.Ping(ctx) }) },
		"migration":   func() error { return w.MigrateUp(ctx) },
	}
}

func TestALostServerIsUnavailableUntilItIsBack(t *testing.T) {
	w, line := wired(t, func(*store.Config) {})
	w.user("ada")
	line.cut()
	for name, ask := range everyKindOfQuestion(w) {
		if err := ask(); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v; want ErrUnavailable", name, err)
		}
	}
	newWire(t, line.listener.Addr().String(), line.server)
	if _, err := w.UserByEmail(w.Context(), "ada@plenum.example"); err != nil {
		t.Errorf("after it came back: %v", err)
	}
}

func TestAServerLostWithinATransactionIsUnavailable(t *testing.T) {
	w, line := wired(t, func(*store.Config) {})
	err := w.InTx(w.Context(), func(tx *store.Store) error {
		w.must(tx.CreateUser(w.Context(), &store.User{Email: "ada@plenum.example"}))
		line.cut()
		return nil
	})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%v; want ErrUnavailable", err)
	}
}

func TestASilentServerIsUnavailable(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*store.Config)
		ask    func(w *world, line *wire) error
	}{
		"question": {
			func(c *store.Config) { c.QueryTimeout = 200 * time.Millisecond },
			func(w *world, line *wire) error {
				line.silence()
				_, err := w.UserByEmail(w.Context(), "ada@plenum.example")
				return err
			},
		},
		"begin": {
			func(c *store.Config) { c.TxTimeout = 200 * time.Millisecond },
			func(w *world, line *wire) error {
				line.silence()
				return w.InTx(w.Context(), func(*store.Store) error { return nil })
			},
		},
		"commit": {
			func(c *store.Config) { c.QueryTimeout = 2 * time.Second },
			func(w *world, line *wire) error {
				return w.InTx(w.Context(), func(tx *store.Store) error {
					line.silence()
					return nil
				})
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, line := wired(t, test.change)
			// It returns at all: without limits the answer would never come.
			if err := test.ask(w, line); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%v; want ErrUnavailable", err)
			}
		})
	}
}

func TestOpenSaysWhatIsWrongInTime(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	notADatabase := path(t, "plenum.db")
	if err := os.WriteFile(notADatabase, []byte(strings.Repeat("this is not a database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	admin := strings.TrimSuffix(mysqlServer(t), "/")
	server, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		dsn         string
		says        string
		unavailable bool
	}{
		"nobody listens":    {"mysql://plenum:s3cret@" + closed.Addr().String() + "/plenum", "database plenum at " + closed.Addr().String() + " does not answer", true},
		"nobody answers":    {"mysql://plenum:s3cret@" + silent.Addr().String() + "/plenum", "does not answer", true},
		"wrong password":    {"mysql://root:s3cret@" + server.Host + "/mysql", "refuses us", false},
		"no such database":  {admin + "/plenum_does_not_exist", "refuses us", false},
		"no such directory": {"sqlite:" + filepath.Join(t.TempDir(), "absent", "plenum.db"), "cannot be opened for writing", true},
		"below a file":      {"sqlite:" + filepath.Join(notADatabase, "plenum.db"), "cannot be opened for writing", true},
		"a directory":       {"sqlite:" + t.TempDir(), "cannot be opened for writing", true},
		"another file":      {"sqlite:" + notADatabase, "not a database", true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := store.Default(t.TempDir())
			cfg.DSN = test.dsn
			// Three seconds are promised, and allowed three times. Without a limit a silent server would hold up the start for good.
			ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
			defer cancel()
			s, err := store.Open(ctx, cfg, slog.New(slog.DiscardHandler))
			if err == nil {
				s.Close()
				t.Fatal("it opened")
			}
			if ctx.Err() != nil {
				t.Errorf("it took longer than 9 s")
			}
			if !strings.Contains(err.Error(), test.says) || errors.Is(err, store.ErrUnavailable) != test.unavailable {
				t.Errorf("error %q; want it to say %q, unavailable %v", err, test.says, test.unavailable)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

func TestAClosedStoreIsUnavailable(t *testing.T) {
	onEach(t, func(w *world) {
		w.must(w.Close())
		for name, ask := range everyKindOfQuestion(w) {
			if err := ask(); !errors.Is(err, store.ErrUnavailable) {
				w.Errorf("%s: %v; want ErrUnavailable", name, err)
			}
		}
	})
}

func TestAFileThatAnotherWritesIsUnavailableInTime(t *testing.T) {
	cfg := sqliteConfig(t)
	cfg.QueryTimeout = time.Second
	w := newWorld(t, cfg)
	w.must(w.MigrateUp(w.Context()))
	conn, err := w.rows.Conn(w.Context())
	w.must(err)
	defer conn.Close()
	_, err = conn.ExecContext(w.Context(), "BEGIN EXCLUSIVE")
	w.must(err)
	if err := w.CreateUser(w.Context(), &store.User{Email: "ada@plenum.example"}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%v; want ErrUnavailable", err)
	}
	if err := w.InTx(w.Context(), func(*store.Store) error { return nil }); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("transaction: %v; want ErrUnavailable", err)
	}
	// WAL: who only reads is not held up.
	if _, err := w.UserByEmail(w.Context(), "ada@plenum.example"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("reading: %v; want ErrNotFound", err)
	}
	_, err = conn.ExecContext(w.Context(), "ROLLBACK")
	w.must(err)
	w.user("ada")
}

func TestOnlyTheServersUserCanReadTheFile(t *testing.T) {
	cfg := sqliteConfig(t)
	w := newWorld(t, cfg)
	w.must(w.MigrateUp(w.Context()))
	files, err := filepath.Glob(strings.TrimPrefix(cfg.DSN, "sqlite:") + "*")
	w.must(err)
	if len(files) < 2 {
		t.Errorf("files %v, want the database and its log", files)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		w.must(err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", file, info.Mode())
		}
	}
}
