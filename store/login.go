package store

import (
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

// login is with what a connection to MySQL is made: the account, and whom to trust. Both may change while the store is open;
// connections that there are go on with what they were made with.
type login struct {
	cfg Config
	log *slog.Logger

	mu     sync.Mutex
	user   string
	passwd string
	failed string // of which the log has told
}

func newLogin(cfg Config, my *mysql.Config, log *slog.Logger) *login {
	return &login{cfg: cfg, log: log, user: my.User, passwd: my.Passwd}
}

// renew is called before each new connection. What cannot be had anew stays as it was.
func (l *login) renew(_ context.Context, my *mysql.Config) error {
	my.User, my.Passwd = l.account()
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

func (l *login) ask() (user, passwd string, err error) {
	if l.cfg.Renew == nil {
		return "", "", nil
	}
	dsn, err := l.cfg.Renew()
	if err != nil {
		return "", "", fmt.Errorf("the credentials of the database cannot be read again: %w", err)
	}
	cfg := l.cfg
	cfg.DSN = dsn
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
