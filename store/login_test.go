package store_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// account is one of the MySQL server's, for one database.
type account struct {
	*testing.T
	server *sql.DB
	name   string
	cfg    store.Config
}

// newAccount makes one with a password, with what else the server is to ask of it.
func newAccount(t *testing.T, password, require string) *account {
	t.Helper()
	a := &account{T: t, name: "plenum_" + strings.ToLower(rand.Text())[:16], cfg: mysqlConfig(t)}
	var err error
	if a.server, err = sql.Open("mysql", driverDSN(t, mysqlServer(t))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.server.Close() })
	a.run("CREATE USER " + a.name + "@'%' IDENTIFIED BY '" + password + "' " + require)
	t.Cleanup(func() { _, _ = a.server.ExecContext(context.Background(), "DROP USER "+a.name+"@'%'") })
	a.run("GRANT ALL ON " + a.cfg.DSN[strings.LastIndex(a.cfg.DSN, "/")+1:] + ".* TO " + a.name + "@'%'")
	a.cfg.DSN = a.dsn(password)
	return a
}

func (a *account) run(statement string) {
	a.Helper()
	if _, err := a.server.ExecContext(a.Context(), statement); err != nil {
		a.Fatalf("%s: %v", statement, err)
	}
}

func (a *account) dsn(password string) string {
	a.Helper()
	u, err := url.Parse(a.cfg.DSN)
	if err != nil {
		a.Fatal(err)
	}
	u.User = url.UserPassword(a.name, password)
	return u.String()
}

// change gives it another password, and ends the connections that were made with the one before.
func (a *account) change(password string) {
	a.Helper()
	a.run("ALTER USER " + a.name + "@'%' IDENTIFIED BY '" + password + "'")
	rows, err := a.server.QueryContext(a.Context(), "SELECT id FROM information_schema.processlist WHERE user = ?", a.name)
	if err != nil {
		a.Fatal(err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			a.Fatal(err)
		}
		ids = append(ids, id)
	}
	if rows.Err() != nil || len(ids) == 0 {
		a.Fatalf("%d connections, error %v", len(ids), rows.Err())
	}
	for _, id := range ids {
		a.run("KILL CONNECTION " + id)
	}
}

// answers waits for the database to answer, whatever has become of connections meanwhile.
func (a *account) answers(s *store.Store) {
	a.Helper()
	deadline, tick := time.After(time.Minute), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for {
		err := s.Ping(a.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrUnavailable) {
			a.Fatalf("the store says %v", err)
		}
		select {
		case <-tick.C:
		case <-deadline:
			a.Fatalf("the database answers no more: %v", err)
		}
	}
}

// A password is changed on the server, whose old connections end, and in the file that has it: the store goes on without being
// opened anew. In between it says that the database is away, and nothing else.
func TestAPasswordChangesWhileTheStoreIsOpen(t *testing.T) {
	a := newAccount(t, "first", "")
	file := path(t, "dsn")
	write := func(dsn string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(dsn), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a.cfg.Renew = func() (string, error) {
		dsn, err := os.ReadFile(file)
		return string(dsn), err
	}
	write(a.dsn("first"))
	s := open(t, a.cfg)
	if err := s.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}

	write(a.dsn("second"))
	a.change("second")
	a.answers(s)
	ada := store.User{Email: "ada@plenum.example", Name: "Ada", PasswordHash: "hash"}
	if err := s.CreateUser(t.Context(), &ada); err != nil {
		t.Error(err)
	}

	// The server comes first.
	a.change("third")
	if err := s.Ping(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("with a password that holds no more: %v", err)
	}
	write(a.dsn("third"))
	a.answers(s)

	// Without the file, and with nonsense in it, what was known is as good as before.
	for _, spoil := range []func(){func() { write("mysql://") }, func() { write("sqlite:/tmp/other.db") }, func() { _ = os.Remove(file) }} {
		spoil()
		a.change("third")
		a.answers(s)
	}
	if n := s.Pool().OpenConnections; n == 0 {
		t.Error("there is no connection")
	}
}

func authority(t *testing.T) string {
	t.Helper()
	file := os.Getenv("PLENUM_TEST_MYSQL_CA")
	if file == "" {
		t.Fatal("PLENUM_TEST_MYSQL_CA names no authority of the server in PLENUM_TEST_MYSQL: run `task test`, which starts a private one that speaks TLS")
	}
	return file
}

// With an authority of its own the server is reached by TLS, and no other server is.
func TestTheServersCertificateIsChecked(t *testing.T) {
	a := newAccount(t, "word", "REQUIRE SSL")
	if _, err := store.Open(t.Context(), a.cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("the server takes this account without TLS")
	}
	a.cfg.CA = authority(t)
	a.answers(open(t, a.cfg))

	elsewhere := a.cfg
	elsewhere.DSN = strings.Replace(a.cfg.DSN, "@127.0.0.1:", "@localhost:", 1)
	if _, err := store.Open(t.Context(), elsewhere, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a server of another name: %v", err)
	}
	stranger := a.cfg
	stranger.CA = path(t, "stranger.pem")
	if err := os.WriteFile(stranger.CA, []byte(strangersCertificate), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), stranger, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("signed by another authority: %v", err)
	}
}

// A new authority is taken for new connections, so that a provider's can follow another without a restart.
func TestAnAuthorityChangesWhileTheStoreIsOpen(t *testing.T) {
	a := newAccount(t, "word", "REQUIRE SSL")
	theirs, err := os.ReadFile(authority(t))
	if err != nil {
		t.Fatal(err)
	}
	a.cfg.CA = path(t, "ca.pem")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(a.cfg.CA, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(string(theirs))
	s := open(t, a.cfg)
	a.answers(s)
	write(strangersCertificate)
	a.change("word")
	if err := s.Ping(t.Context()); err == nil {
		t.Error("the server is trusted though its authority is not")
	}
	write(strangersCertificate + string(theirs))
	for range 3 {
		if err := s.Ping(t.Context()); err == nil {
			return
		}
	}
	t.Error("the server is not trusted though its authority is")
}

func TestAnAuthorityThatIsNone(t *testing.T) {
	for name, c := range map[string]struct{ dsn, text, want string }{
		"no PEM":        {"mysql://plenum@127.0.0.1/plenum", "hello", "no certificate"},
		"unchecked":     {"mysql://plenum@127.0.0.1/plenum?tls=skip-verify", strangersCertificate, "skip-verify"},
		"SQLite":        {"sqlite:/tmp/plenum.db", strangersCertificate, "SQLite"},
		"checked twice": {"mysql://plenum@127.0.0.1/plenum?tls=true", strangersCertificate, ""},
	} {
		cfg := store.Default(t.TempDir())
		cfg.DSN, cfg.CA = c.dsn, path(t, "ca.pem")
		if err := os.WriteFile(cfg.CA, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := cfg.Validate(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cfg := store.Default(t.TempDir())
	cfg.DSN, cfg.CA = "mysql://plenum@127.0.0.1/plenum", path(t, "none.pem")
	if err := cfg.Validate(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// strangersCertificate is an authority that has signed nothing.
const strangersCertificate = `-----BEGIN CERTIFICATE-----
MIIBgDCCASegAwIBAgIUZXc4a5sZx1D0w8aW0xPf+7+EXhIwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKQSBzdHJhbmdlcjAgFw0yNjExMjYxNjAzMzhaGA8yMTI2MTEw
MjE2MDMzOFowFTETMBEGA1UEAwwKQSBzdHJhbmdlcjBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABMF2I8cNOrL7+G/z7dPkF1LDUVpkZPDfgXbACyUZ8EpqA77VnliV
2CDazKsXVSau80/hoISJR2JE9alFaNrgewejUzBRMB0GA1UdDgQWBBQczbfcF5mi
rVSEIx9mK2IihLM8aTAfBgNVHSMEGDAWgBQczbfcF5mirVSEIx9mK2IihLM8aTAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIHsweuCNpNYIBOitCUIB
p5Mu2KcQ+dLTAYLtjoxbSg9FAiAFzl7qgv6HMxwBdEi2x6iyxVPIv4CRhOHeM5Oc
ysz+9w==
-----END CERTIFICATE-----
`
