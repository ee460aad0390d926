package store_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// signer is the authority of the test's database server.
func signer(t *testing.T) tls.Certificate {
	t.Helper()
	key := os.Getenv("PLENUM_TEST_MYSQL_CA_KEY")
	if key == "" {
		t.Fatal("PLENUM_TEST_MYSQL_CA_KEY names no key of the authority in PLENUM_TEST_MYSQL_CA: run `task test`, which starts a private server")
	}
	pair, err := tls.LoadX509KeyPair(authority(t), key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// issue writes a client's certificate by an authority, or by itself without one, and its key.
func issue(t *testing.T, name string, by *tls.Certificate, certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	parent, signs := form, any(private)
	if by != nil {
		parent, signs = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, form, parent, private.Public(), signs)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The server knows this account by its certificate alone; another's certificate is none.
func TestTheServerKnowsUsByACertificate(t *testing.T) {
	a := newAccount(t, "", "REQUIRE SUBJECT '/CN=plenum'")
	a.cfg.CA = authority(t)
	if _, err := store.Open(t.Context(), a.cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "refuses us") {
		t.Fatalf("without a certificate: %v", err)
	}
	by, dir := signer(t), t.TempDir()
	a.cfg.Certificate, a.cfg.Key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	issue(t, "somebody else", &by, a.cfg.Certificate, a.cfg.Key)
	if _, err := store.Open(t.Context(), a.cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "refuses us") {
		t.Errorf("with another's certificate: %v", err)
	}
	issue(t, "plenum", nil, a.cfg.Certificate, a.cfg.Key)
	if _, err := store.Open(t.Context(), a.cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("with a certificate that nobody has signed the server lets us in")
	}
	issue(t, "plenum", &by, a.cfg.Certificate, a.cfg.Key)
	s := open(t, a.cfg)
	a.answers(s)
	// Migrations have connections of their own.
	if err := s.MigrateUp(t.Context()); err != nil {
		t.Error(err)
	}
}

// One certificate follows another without a restart. While only half of the pair is there, and when neither is, the last good one is shown.
func TestACertificateChangesWhileTheStoreIsOpen(t *testing.T) {
	a := newAccount(t, "word", "REQUIRE SUBJECT '/CN=first'")
	by, dir := signer(t), t.TempDir()
	a.cfg.CA, a.cfg.Certificate, a.cfg.Key = authority(t), filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	issue(t, "first", &by, a.cfg.Certificate, a.cfg.Key)
	s := open(t, a.cfg)
	a.answers(s)

	requires := func(name string) {
		t.Helper()
		a.run("ALTER USER " + a.name + "@'%' REQUIRE SUBJECT '/CN=" + name + "'")
		a.change("word")
	}
	requires("second")
	if err := s.Ping(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("with the certificate before: %v", err)
	}
	issue(t, "second", &by, a.cfg.Certificate, a.cfg.Key)
	a.answers(s)

	issue(t, "third", &by, a.cfg.Certificate, filepath.Join(dir, "elsewhere.pem"))
	a.change("word")
	a.answers(s)
	for _, file := range []string{a.cfg.Certificate, a.cfg.Key} {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	a.change("word")
	a.answers(s)
	issue(t, "third", &by, a.cfg.Certificate, a.cfg.Key)
	requires("third")
	a.answers(s)
}

func TestACertificateThatIsNone(t *testing.T) {
	dir := t.TempDir()
	certificate, key, other := filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "other.pem")
	issue(t, "plenum", nil, filepath.Join(dir, "another.pem"), other)
	issue(t, "plenum", nil, certificate, key)
	for name, c := range map[string]struct{ dsn, certificate, key, want string }{
		"checked":      {"mysql://plenum@127.0.0.1/plenum?tls=true", certificate, key, ""},
		"no key":       {"mysql://plenum@127.0.0.1/plenum?tls=true", certificate, "", "go together"},
		"a key alone":  {"mysql://plenum@127.0.0.1/plenum?tls=true", "", key, "go together"},
		"another key":  {"mysql://plenum@127.0.0.1/plenum?tls=true", certificate, other, "does not match"},
		"no file":      {"mysql://plenum@127.0.0.1/plenum?tls=true", certificate, filepath.Join(dir, "none.pem"), "no such file"},
		"without TLS":  {"mysql://plenum@127.0.0.1/plenum", certificate, key, "needs its authority"},
		"unchecked":    {"mysql://plenum@127.0.0.1/plenum?tls=skip-verify", certificate, key, "needs its authority"},
		"at best only": {"mysql://plenum@127.0.0.1/plenum?tls=preferred", certificate, key, "needs its authority"},
		"SQLite":       {"sqlite:/tmp/plenum.db", certificate, key, "SQLite"},
	} {
		cfg := store.Default(dir)
		cfg.DSN, cfg.Certificate, cfg.Key = c.dsn, c.certificate, c.key
		if err := cfg.Validate(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
