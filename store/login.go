package store

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"github.com/go-sql-driver/mysql"
)

// login is with what a connection to MySQL is made: the account, whom to trust, and by which certificate we are known. All may change
// while the store is open; connections that there are go on with what they were made with.
type login struct {
	cfg Config
	log *slog.Logger

	mu          sync.Mutex
	user        string
	passwd      string
	certificate []tls.Certificate // the last that could be read
	failed      string            // of which the log has told
}

func newLogin(cfg Config, my *mysql.Config, log *slog.Logger) *login {
	l := &login{cfg: cfg, log: log, user: my.User, passwd: my.Passwd}
	if my.TLS != nil {
		l.certificate = my.TLS.Certificates
	}
	return l
}

// renew is called before each new connection. What cannot be had anew stays as it was.
func (l *login) renew(_ context.Context, my *mysql.Config) error {
	my.User, my.Passwd = l.account()
	if l.cfg.Certificate != "" {
		my.TLS.Certificates = l.shown()
	}
	if l.cfg.CA == "" {
		return nil
	}
	authorities, err := readAuthorities(l.cfg.CA)
	if err != nil {
		l.note(err)
		return nil // those that were read at the start
	}
	my.TLS.RootCAs = authorities
	return nil
}

func (l *login) account() (user, passwd string) {
	user, passwd, err := l.ask()
	if err != nil {
		l.note(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && user != "" {
		if l.user != user || l.passwd != passwd {
			l.log.Info("connections to the database are made with other credentials from now on")
		}
		l.user, l.passwd, l.failed = user, passwd, ""
	}
	return l.user, l.passwd
}

// shown is the certificate as it is now. Of a pair whose halves are written one after the other, the one before is shown meanwhile.
func (l *login) shown() []tls.Certificate {
	pair, err := readPair(l.cfg)
	if err != nil {
		l.note(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		if len(l.certificate) == 1 && !bytes.Equal(l.certificate[0].Certificate[0], pair.Certificate[0]) {
			l.log.Info("connections to the database are made with another certificate from now on")
		}
		l.certificate = []tls.Certificate{pair}
	}
	return l.certificate
}

func (l *login) ask() (user, passwd string, err error) {
	if l.cfg.Renew == nil {
		return "", "", nil
	}
	dsn, err := l.cfg.Renew()
	if err != nil {
		return "", "", fmt.Errorf("the credentials of the database cannot be read again: %w", err)
	}
	cfg := l.cfg
	cfg.DSN, cfg.CA, cfg.Certificate, cfg.Key = dsn, "", "", ""
	next, err := parseDSN(cfg)
	if err != nil {
		return "", "", err
	}
	if next.my == nil {
		return "", "", errors.New("store: what was a MySQL database is none any more")
	}
	return next.my.User, next.my.Passwd, nil
}

// note tells of a failure once, and not at every connection.
func (l *login) note(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != err.Error() {
		l.failed = err.Error()
		l.log.Warn("connections to the database are made with what was known before", "error", err)
	}
}

// trusting checks the database's certificate against the authorities of a file.
func trusting(file, host string) (*tls.Config, error) {
	authorities, err := readAuthorities(file)
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authorities, ServerName: host}, nil
}

// identify adds the certificate by which the server knows us. It is shown to a server alone that is checked itself.
func identify(c Config, my *mysql.Config) error {
	if c.Certificate == "" || c.Key == "" {
		return errors.New("store: a certificate for the database and its key go together")
	}
	if c.CA == "" && my.TLSConfig != "true" {
		return errors.New("store: a certificate for the database needs its authority, or tls=true in the DSN for those of the system")
	}
	pair, err := readPair(c)
	if err != nil {
		return err
	}
	my.TLS.Certificates = []tls.Certificate{pair}
	return nil
}

func readPair(c Config) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
	if err != nil {
		return pair, fmt.Errorf("store: the certificate for the database: %w", err)
	}
	return pair, nil
}

func readAuthorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("store: the authorities of the database's certificate: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("store: %s has no certificate in PEM form", file)
	}
	return pool, nil
}
